"""The fast evaluator says the same as the one that gives reasons, on every cell."""

import random
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import JUDGED, build, completions, packs, partial
from tests.generated import question as raw
from triage.answers import Answer, Answers, normalise
from triage.assess import certain_level, ranked
from triage.condition import All, Said, Verdict
from triage.logic import NO, UNKNOWN, YES
from triage.pack import LEVELS, RANK, Pack, Question
from triage.view import View
from triage.walk import conditions, gated_by, readers
from triage.worlds import Compiled, Sheet


def on(plane: int, place: int) -> bool:
    return bool(plane >> place & 1)


class Stand(NamedTuple):
    """How one condition stands for one answer set."""

    yes: bool
    no: bool
    ask: bool
    may_yes: bool
    may_no: bool


def stands(sheet: Sheet[int], place: int, pack: Pack) -> list[Stand]:
    """How every condition of the pack stands."""
    return [Stand(*(on(plane, place) for plane in sheet.planes(one))) for _, _, one in conditions(pack)]


def judged(verdict: Verdict) -> Stand:
    ask = verdict.truth is UNKNOWN and any(still.status == "unasked" for still in verdict.open)
    return Stand(verdict.truth is YES, verdict.truth is NO, ask, verdict.may_yes, verdict.may_no)


def agree(pack: Pack, compiled: Compiled, people: Sequence[Answers]) -> None:
    """Hold every condition, level and support against the evaluator that gives reasons."""
    sheet = compiled.encode(people)
    levels = sheet.levels()
    supports = {cause.id: sheet.support(cause) for cause in pack.causes}
    for place, answers in enumerate(people):
        view = View(pack, answers)
        assert stands(sheet, place, pack) == [judged(view.judge(c)) for _, _, c in conditions(pack)]
        level, floor = certain_level(view)
        assert [on(plane, place) for plane in levels] == [name == level for name in LEVELS]
        assert on(sheet.in_vain(), place) == view.emergency_asked_in_vain()
        for rank in range(1, len(LEVELS)):
            assert on(sheet.fired(rank), place) == (view.fired_rank() >= rank)
            assert on(sheet.possible(rank), place) == (view.possible_rank() >= rank)
        for cause in ranked(view):
            told = [name for name, plane in supports[cause.id].items() if on(plane, place)]
            assert told == [cause.support]
        assert floor <= (RANK[level] == RANK["consultation_24"])


@given(packs(), st.data())
def test_many_answer_sets_at_once_come_to_the_same_as_one_by_one(pack: Pack, data: st.DataObject) -> None:
    people = [data.draw(partial(pack)) for _ in range(5)]
    agree(pack, Compiled(pack), people)


@given(packs(most=3))
def test_every_complete_answer_set_of_a_small_pack_agrees(pack: Pack) -> None:
    people = list(completions(pack, {}))
    agree(pack, Compiled(pack), people[:300])


def anybody(pack: Pack, chance: random.Random) -> dict[str, Answer]:
    """Random answers on the live path, a third of them not known or missing."""
    answers: dict[str, Answer] = {}
    for question in pack.questions:
        if View(pack, answers).applies(question.id).truth is not NO and chance.random() < 0.85:
            answers[question.id] = _any_answer(question, chance)
    return normalise(pack, answers)


def _any_answer(question: Question, chance: random.Random) -> Answer:
    if question.kind == "several_of":
        return {item: chance.choice(["yes", "no", "no", "unknown"]) for item in question.choices}
    if chance.random() < 0.2:
        return "unknown"
    if question.kind == "number":
        return chance.randint(question.min or 0, question.max or 0)
    return chance.choice(list(question.choices) or ["yes", "no"])


@pytest.mark.parametrize("seed", range(3))
def test_the_shipped_pack_agrees_on_people_at_random(liver: Pack, seed: int) -> None:
    chance = random.Random(seed)
    agree(liver, Compiled(liver), [{}, *(anybody(liver, chance) for _ in range(60))])


def test_nothing_from_a_pack_stands_in_the_generated_code(liver: Pack) -> None:
    code = Compiled(liver)._kernel.__code__
    assert set(code.co_varnames) <= {"p", "full", "none", *(f"v{n}" for n in range(100_000))}
    assert code.co_names == ()
    assert {type(constant) for constant in code.co_consts} <= {int, type(None)}


def test_an_empty_sheet_is_empty(small: Pack) -> None:
    sheet = Compiled(small).encode([])
    assert (sheet.full, sheet.fired(1), sheet.possible(1)) == (0, 0, 0)


def test_only_what_is_wanted_is_evaluated_and_the_rest_cannot_be_used(liver: Pack) -> None:
    flag = liver.red_flags[0].when
    whole, part = Compiled(liver), Compiled(liver, asks=[flag])
    people: list[Answers] = [{}, anybody(liver, random.Random(1))]
    assert part.encode(people).planes(flag) == whole.encode(people).planes(flag)
    for condition in (cause.supporting[0].when for cause in liver.causes):
        yes, no, *still = part.encode(people).planes(condition)
        assert (yes, no) == whole.encode(people).planes(condition)[:2]
        assert still == [None, None, None]
    assert len(part._kernel.__code__.co_varnames) < len(whole._kernel.__code__.co_varnames)


def test_a_question_that_two_gates_lead_to_is_gated_once_and_read_through_both() -> None:
    asked = [
        raw(0, "yes_no", None),
        raw(1, "yes_no", Said("q0")),
        raw(2, "yes_no", All((Said("q0"), Said("q1")))),
    ]
    flag = {"id": "f", "evidence": "t", "level": "emergency", "when": "q2", "say": "F.", **JUDGED}
    pack = build(asked, [], [flag], [])
    assert gated_by(pack) == {"q0": ("q1", "q2"), "q1": ("q2",), "q2": ()}
    (only,) = (flag.when for flag in pack.red_flags)
    assert all(id(only) in readers(pack)[name] for name in ("q0", "q1", "q2"))
