"""Minimal reasons against brute force: sufficient, minimal, and none missed."""

import random
from collections.abc import Iterable, Sequence
from itertools import combinations, product
from typing import get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.generated import completions, domain, packs, partial
from tests.test_worlds import anybody
from triage.answers import Answer, Answers
from triage.assess import certain_level
from triage.condition import All, AnyOf, AtLeast, Condition, Fact, Not, leaves
from triage.explain import how
from triage.explain.forcing import Forcing, reasons
from triage.explain.given import Given, Values, known, together, units_of
from triage.explain.possible import Wish, Worlds
from triage.logic import NO, UNKNOWN, YES
from triage.pack import LEVELS, RANK, Pack
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


def every_condition(pack: Pack) -> list[Condition]:
    """What flags and evidence hang on, what two of them come to together, and the opposite of each."""
    found: list[Condition] = [flag.when for flag in pack.red_flags]
    found += [part.when for cause in pack.causes for part in (*cause.supporting, *cause.against)]
    found.append(AnyOf((found[0], found[-1])))
    return [*found, *(Not(condition) for condition in found)]


def atoms(pack: Pack, condition: Condition) -> int:
    """How many different atoms stand in a condition, facts and gates looked through."""
    found: set[Condition] = set()
    waiting = [condition]
    while waiting:
        for leaf, _ in leaves(waiting.pop()):
            if leaf not in found:
                found.add(leaf)
                gate = None if isinstance(leaf, Fact) else pack.question[leaf.question].only_if
                waiting += [pack.fact[leaf.name].when] if isinstance(leaf, Fact) else [gate] if gate else []
    return sum(not isinstance(leaf, Fact) for leaf in found)


def reasons_are_exact(pack: Pack, condition: Condition, pieces: Sequence[Given]) -> None:
    """Sufficient, minimal, none missed, each once, the smallest first."""
    found = list(reasons(pack, condition, pieces))
    assert [len(one) for one in found] == sorted(len(one) for one in found)
    assert len(found) == len(set(found))
    assert set(found) == minimal_by_brute_force(pack, condition, pieces)


@settings(max_examples=150)
@given(packs(most=4), st.data())
def test_reasons_are_sufficient_minimal_and_all_there_smallest_first(pack: Pack, data: st.DataObject) -> None:
    pieces = list(known(data.draw(partial(pack))))
    condition = data.draw(st.sampled_from(every_condition(pack)))
    assume(agreeing(pack, condition, pieces, pieces))
    reasons_are_exact(pack, condition, pieces)


@pytest.mark.slow
@settings(max_examples=500)
@given(packs(most=5), st.data())
def test_reasons_are_exact_for_every_condition_of_five_hundred_packs(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    for condition in every_condition(pack):
        if atoms(pack, condition) <= 10:
            for pieces in (list(known(answers)), list(known(all_answered(pack, answers)))):
                if agreeing(pack, condition, pieces, pieces):
                    reasons_are_exact(pack, condition, pieces)


def all_answered(pack: Pack, answers: Answers) -> dict[str, Answer]:
    """The answers made whole, in the first way that there is; as they are, if there is none."""
    return next(completions(pack, answers), dict(answers))


def test_the_packs_that_are_tried_have_every_kind_of_question_gate_fact_and_condition() -> None:
    seen: set[object] = set()

    @settings(max_examples=100)
    @given(packs(most=4))
    def look(pack: Pack) -> None:
        seen.update(question.kind for question in pack.questions)
        seen.update("gate" for question in pack.questions if question.only_if)
        waiting = every_condition(pack)
        while waiting:
            condition = waiting.pop()
            seen.add(type(condition))
            if isinstance(condition, Not):
                waiting.append(condition.of)
            elif isinstance(condition, All | AnyOf | AtLeast):
                waiting += condition.of

    look()
    assert seen == {"yes_no", "one_of", "several_of", "number", "gate", *get_args(Condition)}


@given(packs(most=4), st.data())
def test_what_is_forced_holds_in_every_world(pack: Pack, data: st.DataObject) -> None:
    pieces = list(known(data.draw(partial(pack))))
    condition = data.draw(st.sampled_from(every_condition(pack)))
    assume(agreeing(pack, condition, pieces, pieces))
    read = [piece for piece in pieces if piece.unit in units_of(pack, condition)]
    by_hand = forced_by_brute_force(pack, condition, read, pieces)
    assert Forcing(pack, condition, pieces).forces(read) is by_hand


@given(packs(), st.data())
def test_what_holds_for_certain_has_a_reason(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    for condition in every_condition(pack):
        if View(pack, answers).judge(condition).truth is YES:
            assert next(reasons(pack, condition, known(answers)), None) is not None


@settings(max_examples=150)
@given(packs(most=4), st.data())
def test_a_world_is_found_exactly_if_there_is_one(pack: Pack, data: st.DataObject) -> None:
    conditions = every_condition(pack)
    chosen = data.draw(
        st.lists(st.tuples(st.sampled_from(conditions), st.booleans()), min_size=1, max_size=3)
    )
    wishes = [Wish(condition, so) for condition, so in chosen]
    whole = AnyOf(tuple(condition for condition, _ in chosen))
    units = units_of(pack, whole)
    pieces = [piece for piece in known(data.draw(partial(pack))) if piece.unit in units]
    values = Values(pack)
    found = any(
        all((View(pack, together(Given(*unit, value) for unit, value in world.items())).judge(c).truth is YES) is so for c, so in chosen)
        for world in everything(pack, whole)
        if all(values.alike(piece.unit, world[piece.unit], piece.value) for piece in pieces)
    )  # fmt: skip
    assert Worlds(pack, units).exists(pieces, wishes) is found


@pytest.mark.parametrize("seed", range(18, 27))
def test_people_ill_in_many_ways_have_reasons_at_once_on_the_shipped_pack(liver: Pack, seed: int) -> None:
    """A search that goes through value after value is at it for hours here, in every summary."""
    chance = random.Random(seed)
    answers = anybody(liver, chance)
    found = how(liver, answers, most=2)
    level, floor = certain_level(View(liver, answers))
    assert bool(found.reasons) is not (floor or level == LEVELS[0])
    for reason in found.reasons:
        for _ in range(20):
            person = anybody_whole(liver, together(reason), chance)
            if all(person.get(piece.question) is not None for piece in reason):  # taken on trust to apply
                assert RANK[certain_level(View(liver, person))[0]] >= RANK[level]


def anybody_whole(pack: Pack, said: Answers, chance: random.Random) -> dict[str, Answer]:
    """Someone at random who has said this, as far as it applies, and has answered everything."""
    answers: dict[str, Answer] = {}
    for question in pack.questions:
        if View(pack, answers).applies(question.id).truth is not NO:
            full = chance.choice(domain(question)) if question.kind != "several_of" else {
                item: chance.choice(["yes", "no", "no"]) for item in question.choices
            }  # fmt: skip
            before = said.get(question.id)
            if isinstance(full, dict) and isinstance(before, dict):
                answers[question.id] = {**full, **before}
            else:
                answers[question.id] = full if before is None else before
    return answers
