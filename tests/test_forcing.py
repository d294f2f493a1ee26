"""Minimal reasons against brute force: sufficient, minimal, and none missed."""

from collections.abc import Iterable, Sequence
from itertools import combinations, product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.generated import packs, partial
from triage.answers import Answer
from triage.condition import AnyOf, Condition
from triage.explain.forcing import Forcing, reasons
from triage.explain.given import Given, Values, known, together, units_of
from triage.logic import NO, UNKNOWN, YES
from triage.pack import Pack
from triage.view import View


def everything(pack: Pack, condition: Condition) -> list[dict[tuple[str, str | None], str | int]]:
    """Every world: a value for everything the condition reads."""
    values = Values(pack)
    units = units_of(pack, condition)
    return [dict(zip(units, some, strict=True)) for some in product(*(values.of(unit) for unit in units))]


def possible(pack: Pack, world: dict[str, Answer], some: Iterable[Given], trusted: set[str]) -> bool:
    """Whether the questions answered here, if taken on trust, apply in a world."""
    view = View(pack, world)
    return all(view.applies(piece.question).truth is not NO for piece in some if piece.question in trusted)


def agreeing(
    pack: Pack, condition: Condition, some: Sequence[Given], pieces: Sequence[Given]
) -> list[dict[str, Answer]]:
    """The possible worlds that agree with some of the given answers."""
    values = Values(pack)
    answered = View(pack, together(pieces))
    trusted = {piece.question for piece in pieces if answered.applies(piece.question).truth is UNKNOWN}
    worlds = (
        together(Given(*unit, value) for unit, value in world.items())
        for world in everything(pack, condition)
        if all(values.alike(p.unit, world[p.unit], p.value) for p in some if p.unit in world)
    )
    return [world for world in worlds if possible(pack, world, some, trusted)]


def forced_by_brute_force(
    pack: Pack, condition: Condition, some: Sequence[Given], pieces: Sequence[Given]
) -> bool:
    worlds = agreeing(pack, condition, some, pieces)
    return all(View(pack, world).judge(condition).truth is YES for world in worlds)


def minimal_by_brute_force(
    pack: Pack, condition: Condition, pieces: Sequence[Given]
) -> set[frozenset[Given]]:
    units = set(units_of(pack, condition))
    relevant = [piece for piece in pieces if piece.unit in units]
    enough: set[frozenset[Given]] = set()
    for size in range(len(relevant) + 1):
        for some in combinations(relevant, size):
            if any(one <= set(some) for one in enough):
                continue
            if forced_by_brute_force(pack, condition, some, pieces):
                enough.add(frozenset(some))
    return enough


@settings(max_examples=150)
@given(packs(most=4), st.data())
def test_reasons_are_sufficient_minimal_and_all_there_smallest_first(pack: Pack, data: st.DataObject) -> None:
    pieces = list(known(data.draw(partial(pack))))
    conditions: list[Condition] = [flag.when for flag in pack.red_flags]
    conditions += [part.when for cause in pack.causes for part in cause.supporting]
    condition = data.draw(st.sampled_from([*conditions, AnyOf((conditions[0], conditions[-1]))]))
    assume(agreeing(pack, condition, pieces, pieces))
    found = list(reasons(pack, condition, pieces))
    assert [len(one) for one in found] == sorted(len(one) for one in found)
    assert len(found) == len(set(found))
    assert set(found) == minimal_by_brute_force(pack, condition, pieces)


@given(packs(most=4), st.data())
def test_what_is_forced_holds_in_every_world(pack: Pack, data: st.DataObject) -> None:
    pieces = list(known(data.draw(partial(pack))))
    condition = data.draw(st.sampled_from([flag.when for flag in pack.red_flags]))
    assume(agreeing(pack, condition, pieces, pieces))
    by_hand = forced_by_brute_force(pack, condition, pieces, pieces)
    assert Forcing(pack, condition, pieces).forces(pieces) is by_hand


@given(packs(), st.data())
def test_what_holds_for_certain_has_a_reason(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    for flag in pack.red_flags:
        if View(pack, answers).judge(flag.when).truth is YES:
            assert next(reasons(pack, flag.when, known(answers)), None) is not None
