"""Which questions apply, in FHIR's terms: ``enableWhen`` where it can say it, else SDC's expression.

A question applies unless its ``only_if`` is surely not so. So what is not answered, or not known, keeps
a question enabled. Each condition is first brought to tests of single answers that may be absent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from triage.condition import (
    All,
    AnyOf,
    AtLeast,
    Atom,
    Compare,
    Condition,
    Fact,
    Item,
    Leaf,
    Not,
    Option,
    Said,
    leaves,
)
from triage.fhir.names import STATES, Coding, Resource, item_link, number_link, option_coding
from triage.pack import Pack, Question

EXPRESSION = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"
MOST_TESTS = 1_000
OPPOSITE = {">=": "<", "<": ">=", ">": "<=", "<=": ">", "=": "!=", "!=": "="}


class TooLong(Exception):
    """The condition of a question cannot be told in FHIR, which has no names for parts of it."""


@dataclass(frozen=True, slots=True)
class Test:
    """A test of one answer. With no answer at all ``!=`` holds, and of the others none but "is absent".

    ``answer`` is a code with its system, a number, or None for "is absent"; ``group`` is the link id of the
    question around the item, or "" at the top.
    """

    group: str
    link: str
    operator: str
    answer: tuple[str, str] | int | None


@dataclass(frozen=True, slots=True)
class Some:
    """At least ``count`` of the tests hold."""

    count: int
    of: "tuple[Tests, ...]"


Tests: TypeAlias = Test | Some


def enabling(pack: Pack, question: Question) -> Resource:
    """The elements of an item that say when its question applies; none if it always does."""
    tests = applies(pack, question)
    if tests == ALWAYS:
        return {}
    plain = _plain(tests)
    if plain is not None:
        behaviour = "any" if isinstance(tests, Some) and tests.count == 1 else "all"
        return {"enableWhen": [_when(test) for test in plain], "enableBehavior": behaviour}
    expression = {"language": "text/fhirpath", "expression": _path(tests)}
    return {"extension": [{"url": EXPRESSION, "valueExpression": expression}]}


def applies(pack: Pack, question: Question) -> Tests:
    """The tests that hold exactly as long as the question applies."""
    return ALWAYS if question.only_if is None else _may(pack, question.only_if, True)


def check_length(pack: Pack) -> None:
    """Raise :class:`TooLong` for a question whose condition, with all it rests on, has too many tests."""
    known: dict[str, int] = {}

    def length(name: str, condition: Condition | None) -> int:
        if name not in known:
            parts = () if condition is None else [leaf for leaf, _ in leaves(condition)]
            known[name] = sum(told_by(leaf) for leaf in parts)
        return known[name]

    def told_by(leaf: Leaf) -> int:
        if isinstance(leaf, Fact):
            return length(leaf.name, pack.fact[leaf.name].when)
        return 1 + length(leaf.question, pack.question[leaf.question].only_if)

    for question in pack.questions:
        if length(question.id, question.only_if) > MOST_TESTS:
            raise TooLong(f"'{question.id}' rests on more than {MOST_TESTS:,} tests when it is written out")


# --- from a condition to tests -------------------------------------------------------------------


def _may(pack: Pack, condition: Condition, be: bool) -> Tests:
    """Tests for: the condition may hold (is not NO), or with ``be`` false: it may not (is not YES)."""
    match condition:
        case Fact(name):
            return _may(pack, pack.fact[name].when, be)
        case Not(of):
            return _may(pack, of, not be)
        case All(of):
            return _counted(pack, len(of), of, be)
        case AnyOf(of):
            return _counted(pack, 1, of, be)
        case AtLeast(count, of):
            return _counted(pack, count, of, be)
        case _:
            return _may_atom(pack, condition, be)


def _counted(pack: Pack, count: int, of: tuple[Condition, ...], be: bool) -> Tests:
    """At least ``count`` may hold; or so many may not that fewer than ``count`` are left."""
    return some(count if be else len(of) - count + 1, (_may(pack, part, be) for part in of))


def _may_atom(pack: Pack, atom: Atom, be: bool) -> Tests:
    """An atom of a question that does not apply is NO; such a question has no answer."""
    question = pack.question[atom.question]
    tests = _answered(pack, question, atom, be)
    return every((applies(pack, question), tests)) if be else tests


def _answered(pack: Pack, question: Question, atom: Atom, be: bool) -> Tests:
    against = _code(STATES["no" if be else "yes"])
    match atom:
        case Said():
            return Test("", question.id, "!=", against)
        case Item(_, item):
            return Test(question.id, item_link(question, item), "!=", against)
        case Option(_, option):
            return _option(pack, question, option, be)
        case Compare(_, sign, number):  # pragma: no branch  # there is no other atom
            return _number(question, sign if be else OPPOSITE[sign], number)


def _option(pack: Pack, question: Question, option: str, be: bool) -> Tests:
    chosen = _code(option_coding(pack, question, option))
    if not be:
        return Test("", question.id, "!=", chosen)
    kept = (chosen, _code(STATES["unknown"]))
    return some(1, (*(Test("", question.id, "=", code) for code in kept), _absent("", question.id)))


def _number(question: Question, sign: str, number: int) -> Tests:
    group, link = question.id, number_link(question)
    test = Test(group, link, sign, number)
    return test if sign == "!=" else some(1, (test, _absent(group, link)))


def _absent(group: str, link: str) -> Test:
    return Test(group, link, "exists", None)


def _code(coding: Coding) -> tuple[str, str]:
    return str(coding["system"]), str(coding["code"])


# --- simplest form -------------------------------------------------------------------------------


def some(count: int, of: Iterable[Tests]) -> Tests:
    """At least ``count`` of these, without needless nesting or repetition."""
    parts = list(of)
    if count == len(parts):
        return every(parts)
    if count != 1:
        return Some(count, tuple(parts))
    flat = dict.fromkeys(inner for part in parts for inner in _any_of(part))
    if ALWAYS in flat:
        return ALWAYS
    shared = _shared(list(flat))
    if shared:
        rest = (every(test for test in _all_of(part) if test not in shared) for part in flat)
        return every((*shared, some(1, rest)))
    return next(iter(flat)) if len(flat) == 1 else Some(1, tuple(flat))


def every(of: Iterable[Tests]) -> Tests:
    """All of these, without needless nesting or repetition."""
    flat = tuple(dict.fromkeys(inner for part in of for inner in _all_of(part)))
    return flat[0] if len(flat) == 1 else Some(len(flat), flat)


def _any_of(part: Tests) -> tuple[Tests, ...]:
    return part.of if isinstance(part, Some) and part.count == 1 else (part,)


def _all_of(part: Tests) -> tuple[Tests, ...]:
    return part.of if isinstance(part, Some) and part.count == len(part.of) else (part,)


def _shared(parts: list[Tests]) -> list[Tests]:
    """What every one of two or more alternatives demands."""
    if len(parts) < 2:
        return []
    return [test for test in _all_of(parts[0]) if all(test in _all_of(part) for part in parts[1:])]


ALWAYS = Some(0, ())


# --- in FHIR's words -----------------------------------------------------------------------------


def _plain(tests: Tests) -> list[Test] | None:
    """The tests as a flat list, if all of them or any of them must hold; else None."""
    if isinstance(tests, Test):
        return [tests]
    flat = [part for part in tests.of if isinstance(part, Test)]
    return flat if len(flat) == len(tests.of) and tests.count in (1, len(flat)) else None


def _when(test: Test) -> Resource:
    told: Resource = {"question": test.link, "operator": test.operator}
    match test.answer:
        case None:
            return {**told, "answerBoolean": False}
        case int(number):
            return {**told, "answerInteger": number}
        case (system, code):  # pragma: no branch  # there is no other answer
            return {**told, "answerCoding": {"system": system, "code": code}}


def _path(tests: Tests) -> str:
    """The tests as FHIRPath; every part of it is true or false, never empty."""
    if isinstance(tests, Test):
        return _path_of(tests)
    if shorter := _unless_against(tests):
        return shorter
    parts = [_part(part) for part in tests.of]
    if tests.count == len(parts):
        return " and ".join(parts)
    if tests.count == 1:
        return " or ".join(parts)
    return f"({' + '.join(f'iif({part}, 1, 0)' for part in parts)}) >= {tests.count}"


def _part(tests: Tests) -> str:
    """The tests as a part of something longer, in brackets where it takes some."""
    one = isinstance(tests, Test) or _unless_against(tests)
    return _path(tests) if one else f"({_path(tests)})"


def _unless_against(tests: Some) -> str:
    """One expression for: the number is so, or there is none. "" if that is not what the tests say."""
    match tests:
        case Some(1, (Test(_, link, sign, int(number)) as test, Test(_, other, "exists"))) if link == other:
            return f"{_answer(test)}.where($this {OPPOSITE[sign]} {number}).empty()"
        case _:
            return ""


def _answer(test: Test) -> str:
    group = f".item.where(linkId = '{test.group}')" if test.group else ""
    return f"%resource{group}.item.where(linkId = '{test.link}').answer.value"


def _path_of(test: Test) -> str:
    answer = _answer(test)
    match test.answer:
        case None:
            return f"{answer}.empty()"
        case int(number):
            equal = f"$this {'=' if test.operator == '!=' else test.operator} {number}"
        case (_, code):  # pragma: no branch  # there is no other answer
            equal = f"code = '{code}'"
    return f"{answer}.where({equal}).{'empty' if test.operator == '!=' else 'exists'}()"
