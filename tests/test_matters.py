"""What matters: every other answer tried again one by one, and every pair where no single one is enough."""

import re
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.generated import packs, partial
from tests.test_nearest import after, other_answers
from tests.test_what_if import outcome
from triage.answers import Answers
from triage.assess import assess
from triage.errors import AnswerError
from triage.explain import Matters, Turn, how, matters
from triage.explain.given import Given, changed, known
from triage.explain.words import change_in_words
from triage.loading import find_pack, load_cases
from triage.logic import NO
from triage.pack import EMERGENCY, RANK, Case, Pack
from triage.report.document import Block, Bullets, Heading, Paragraph
from triage.report.outlook import outlook
from triage.report.wording import soon
from triage.verify.cases import complete
from triage.view import View


def others(pack: Pack, answers: Answers) -> list[Given]:
    """Every other answer to every question that applies."""
    view = View(pack, answers)
    found = [one for many in other_answers(pack, answers).values() for one in many]
    return [one for one in found if view.applies(one.question).truth is not NO]


def turned(pack: Pack, answers: Answers, change: tuple[Given, ...]) -> Turn | None:
    """The turn that a change brings, by assessing it; None if the level stays."""
    person = after(pack, answers, change)
    level = person.level.id
    return None if level == assess(pack, answers).level.id else Turn(change, level, person.could_reach)


def holds_together(pack: Pack, answers: Answers) -> None:
    found = matters(pack, answers)
    person = assess(pack, answers)
    assert (found.level, found.could_reach) == (person.level.id, person.could_reach)
    single = {turn for one in others(pack, answers) if (turn := turned(pack, answers, (one,)))}
    assert set(found.single) == single
    assert len(found.single) == len(single)
    assert found.tried == len(others(pack, answers))
    if single:
        assert (found.pairs, found.tried_pairs) == ((), 0)
        return
    everything = [one for many in other_answers(pack, answers).values() for one in many]
    pairs = [pair for pair in combinations(everything, 2) if pair[0].unit != pair[1].unit]
    assert found.tried_pairs == len(pairs)
    together = {turn for pair in pairs if (turn := turned(pack, answers, pair))}
    assert set(found.pairs) == together
    assert len(found.pairs) == len(together)


@given(packs(), st.data())
def test_every_other_answer_and_every_pair_is_tried(pack: Pack, data: st.DataObject) -> None:
    holds_together(pack, data.draw(partial(pack)))


@pytest.mark.slow
@settings(max_examples=500)
@given(packs(), st.data())
def test_every_other_answer_and_every_pair_is_tried_on_five_hundred_packs(
    pack: Pack, data: st.DataObject
) -> None:
    holds_together(pack, data.draw(partial(pack)))


@given(packs(), st.data())
def test_what_makes_no_difference_makes_none_in_any_way(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    before = said(pack, answers, ())
    expected = [
        piece
        for piece in known(answers)
        if all(said(pack, answers, (one,)) == before for one in other_answers(pack, answers)[piece.unit])
    ]
    assert list(matters(pack, answers).nothing) == expected


def said(pack: Pack, answers: Answers, change: tuple[Given, ...]) -> dict[str, object]:
    """What is said and shown, with what is not ruled out; which questions are open is no part of it."""
    found = outcome(after(pack, answers, change))
    del found["status"]
    for cause in found["causes"].values():
        cause["support"] = "open" if cause["support"] == "none" else cause["support"]
    return found


@given(packs(), st.data())
def test_what_could_still_raise_the_level_is_what_the_open_flags_wait_on(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(partial(pack))
    found, person = matters(pack, answers), assess(pack, answers)
    waiting = {(one.question, one.item) for flag in person.possible_flags for one in flag.open}
    assert set(found.open) == waiting
    assert bool(found.open) is (person.could_reach is not None)


@given(packs(most=3), st.data())
def test_where_nothing_is_open_no_further_answer_changes_the_level(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    found = matters(pack, answers)
    assume(not found.open)
    given_now = {piece.unit for piece in known(answers)}
    further = [turn for turn in (*found.single, *found.pairs) if given_now.isdisjoint(one.unit for one in turn.answers)]  # fmt: skip
    for turn in further:
        fallen = changed(pack, answers, turn.answers)[1]  # answers given before it was known that they apply
        assert turn.level == found.level or fallen or floor_falls(pack, answers)


def floor_falls(pack: Pack, answers: Answers) -> bool:
    """A level that stands on a doubt alone falls when the doubt goes."""
    return assess(pack, answers).floor


def section_holds(pack: Pack, answers: Answers) -> None:
    """ "What would change this advice" counts what `matters` found, ages aside, with one example a level."""
    person = assess(pack, answers)
    found = matters(pack, answers)
    heading, *blocks = outlook(pack, person)
    assert heading == Heading(2, "What would change this advice")
    text = "\n".join(in_text(block) for block in blocks)
    turns = [turn for turn in found.single if pack.question[turn.answers[0].question].kind != "number"]
    more = [turn for turn in turns if RANK[turn.level] > RANK[found.level]]
    higher, lower = len(more), sum(RANK[turn.level] < RANK[found.level] for turn in turns)
    told_higher = re.search(r"more urgent with (?:(one)|any one of (\d+)) other answer", text)
    told_lower = re.search(r"less urgent if (?:(one)|any one of (\d+)) answer", text)
    assert counted(told_higher) == higher
    assert counted(told_lower) == (lower if RANK[found.level] < EMERGENCY else 0)
    assert ("No single other answer would change how soon" in text) is (not turns)
    assert (", another age or number aside;" in text) is (not turns and bool(found.single))
    assert ("How soon rests on: " in text) is bool(how(pack, answers).reasons)
    points = [point for block in blocks if isinstance(block, Bullets) for point in block.points]
    for level in {turn.level for turn in more}:
        told = {f"“{change_in_words(pack, turn.answers[0])}”: {soon(pack, level, turn.could_reach)}" for turn in more if turn.level == level}  # fmt: skip
        assert len(told & set(points)) == 1


def in_text(block: Block) -> str:
    match block:
        case Bullets(points):
            return "\n".join(points)
        case Paragraph(text) | Heading(_, text):
            return text
    raise AssertionError(block)


def counted(match: "re.Match[str] | None") -> int:
    return 0 if match is None else 1 if match[1] else int(match[2])


@given(packs(), st.data())
def test_the_section_of_the_summary_says_what_matters(pack: Pack, data: st.DataObject) -> None:
    section_holds(pack, data.draw(partial(pack)))


@pytest.mark.parametrize("case", load_cases(find_pack("liver_calcification"))[::40], ids=lambda case: case.id)
def test_the_section_of_the_summary_says_what_matters_on_the_shipped_pack(liver: Pack, case: Case) -> None:
    section_holds(liver, complete(liver, case))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.slow, id=case.id)
        for case in load_cases(find_pack("liver_calcification"))[5::90]
    ],
)
def test_every_other_answer_is_tried_on_the_shipped_pack(liver: Pack, case: Case) -> None:
    answers = complete(liver, case)
    found = matters(liver, answers)
    single = {turn for one in others(liver, answers) if (turn := turned(liver, answers, (one,)))}
    assert (set(found.single), found.tried) == (single, len(others(liver, answers)))


# --- the small pack, by hand -----------------------------------------------------------------------


def test_the_answers_that_matter_are_told_with_the_level_they_lead_to(small: Pack) -> None:
    answers = {
        "age": 40,
        "alarm": "none",
        "hepatitis": "never",
        "past": "none",
        "benign": "no",
        "no_stones": "no",
    }
    found = matters(small, answers)
    assert found == Matters(
        level="consultation",
        could_reach=None,
        single=(
            Turn((Given("alarm", "jaundice", "yes"),), "consultation_24", None),
            Turn((Given("alarm", "black_stool", "yes"),), "consultation_24", "emergency_ambulance"),
        ),
        pairs=(),
        tried=13,
        tried_pairs=0,
        open=(),
        nothing=(Given("alarm", "fever", "no"), Given("past", "cancer", "no")),
    )


def test_two_answers_are_tried_where_no_single_one_is_enough(small: Pack) -> None:
    answers = {"age": 40, "alarm": {"fever": "no", "jaundice": "yes", "black_stool": "yes"}, "iron": "yes"}
    found = matters(small, answers)
    assert {turn.level for turn in found.single} == {"emergency", "emergency_ambulance"}
    both = {**answers, "alarm": {"fever": "yes", "jaundice": "yes", "black_stool": "yes"}, "iron": "no"}
    found = matters(small, both)
    assert found.single == (Turn((Given("alarm", "black_stool", "no"),), "emergency", None), Turn((Given("iron", None, "yes"),), "emergency", None))  # fmt: skip


def test_answers_that_do_not_fit_are_refused(small: Pack) -> None:
    with pytest.raises(AnswerError, match="does not apply"):
        matters(small, {"alarm": {"black_stool": "no"}, "iron": "no"})
