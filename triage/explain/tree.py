"""A condition as a tree of what was given, what was derived and what is not known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from triage.answers import Answer, describe_answer, is_answered
from triage.condition import All, AnyOf, AtLeast, Atom, Condition, Fact, Item, Not
from triage.explain.words import atom_in_words
from triage.logic import NO, UNKNOWN, Truth
from triage.pack import Pack
from triage.view import View

Kind: TypeAlias = Literal[
    "all of", "any of", "at least", "not", "fact", "fact told above", "given", "not known", "not asked",
    "does not apply",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a condition: what it is, how it stands, and its own parts.

    ``given`` is an answer; everything with parts is *derived* from them; ``not known`` was asked and
    ``not asked`` was not. A fact's parts are told where it stands first and not again. ``rule`` is a
    named or smallest part as rules write it, and ``said`` the answer to the latter, in words.
    """

    kind: Kind
    text: str
    truth: Truth
    parts: "tuple[Node, ...]" = ()
    rule: str | None = None
    said: str | None = None


def tree(view: View, condition: Condition) -> Node:
    """The whole tree of a condition, shared facts told once."""
    return _Grower(view).node(condition)


class _Grower:
    def __init__(self, view: View) -> None:
        self.view = view
        self.told: set[str] = set()

    def node(self, condition: Condition) -> Node:
        truth = self.view.judge(condition).truth
        match condition:
            case Not(of):
                return Node("not", "not", truth, (self.node(of),))
            case All(of):
                return Node("all of", "all of", truth, self._nodes(of))
            case AnyOf(of):
                return Node("any of", "any of", truth, self._nodes(of))
            case AtLeast(count, of):
                return Node("at least", f"at least {count} of", truth, self._nodes(of))
            case Fact(name):
                return self._fact(name, truth)
            case _:
                return self._atom(condition, truth)

    def _nodes(self, parts: Sequence[Condition]) -> tuple[Node, ...]:
        return tuple(self.node(part) for part in parts)

    def _fact(self, name: str, truth: Truth) -> Node:
        fact = self.view.pack.fact[name]
        if name in self.told:
            return Node("fact told above", fact.says, truth, rule=name)
        self.told.add(name)
        return Node("fact", fact.says, truth, (self.node(fact.when),), rule=name)

    def _atom(self, atom: Atom, truth: Truth) -> Node:
        pack = self.view.pack
        words, rule = atom_in_words(pack, atom), str(atom)
        gate = pack.question[atom.question].only_if
        if gate is not None and self.view.applies(atom.question).truth is NO:
            return Node("does not apply", words, truth, (self.node(gate),), rule)
        answer = self.view.answers.get(atom.question)
        if answer is None or not is_answered(atom, answer):
            return Node("not asked", words, truth, rule=rule)
        if truth is UNKNOWN:
            return Node("not known", words, truth, rule=rule)
        return Node("given", words, truth, rule=rule, said=_said(pack, atom, answer))


def _said(pack: Pack, atom: Atom, answer: Answer) -> str:
    """The answer that an atom reads, in words: ``no``, ``63 years``, ``hepatitis B``."""
    if isinstance(answer, Mapping) and isinstance(atom, Item):
        return answer[atom.item]
    return describe_answer(pack.question[atom.question], answer)


def kinds(node: Node) -> Mapping[Kind, int]:
    """How often each kind of part occurs in a tree."""
    found = {node.kind: 1}
    for part in node.parts:
        for kind, count in kinds(part).items():
            found[kind] = found.get(kind, 0) + count
    return found
