"""A small set of given answers that settles a condition, read off its tree in one pass.

Enough, but not always the smallest: :func:`triage.explain.forcing.reasons` finds that. Here it matters
that sixty conditions are done at once.
"""

from collections.abc import Iterable, Mapping, Sequence

from triage.condition import All, AnyOf, AtLeast, Atom, Condition, Fact, Item, Not
from triage.explain.given import Given, unit_of
from triage.logic import NO, YES, Truth
from triage.view import View


def settling(view: View, condition: Condition) -> tuple[Given, ...]:
    """Given answers that make a settled condition what it is, in reading order."""
    return tuple(dict.fromkeys(_settling(view, condition)))


def _settling(view: View, condition: Condition) -> Sequence[Given]:
    truth = view.judge(condition).truth
    match condition:
        case Not(of):
            return _settling(view, of)
        case All(of):
            return _of_parts(view, of, truth, 1 if truth is NO else len(of))
        case AnyOf(of):
            return _of_parts(view, of, truth, 1 if truth is YES else len(of))
        case AtLeast(count, of):
            return _of_parts(view, of, truth, count if truth is YES else len(of) - count + 1)
        case Fact(name):
            return _settling(view, view.pack.fact[name].when)
        case _:
            return _of_atom(view, condition, truth)


def _of_parts(view: View, parts: Iterable[Condition], truth: Truth, count: int) -> Sequence[Given]:
    """The ``count`` shortest of the parts that share the truth of the whole."""
    alike = [_settling(view, part) for part in parts if view.judge(part).truth is truth]
    return [piece for some in sorted(alike, key=len)[:count] for piece in some]


def _of_atom(view: View, atom: Atom, truth: Truth) -> Sequence[Given]:
    """The answer itself, with what makes its question apply; or what makes it not apply."""
    gate = view.pack.question[atom.question].only_if
    applies = view.applies(atom.question).truth
    if gate is not None and applies is NO:
        return _settling(view, gate)
    answer = view.answers[atom.question]
    value = answer[str(atom.item)] if isinstance(answer, Mapping) and isinstance(atom, Item) else answer
    said = Given(*unit_of(atom), str(value) if isinstance(value, Mapping) else value)
    opened = _settling(view, gate) if gate is not None and applies is YES and truth is YES else ()
    return [*opened, said]
