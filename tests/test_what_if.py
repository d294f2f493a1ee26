"""What if: the two assessments, and nothing but what differs between them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import domain, loose, packs, partial
from triage.answers import Answer, Answers
from triage.assess import SUPPORTED, assess
from triage.assessment import Assessment
from triage.condition import Item
from triage.errors import AnswerError
from triage.explain import Difference, what_if
from triage.explain.given import changed, each
from triage.logic import NO
from triage.pack import Pack
from triage.view import View


def outcome(found: Assessment) -> dict[str, Any]:
    """All that a summary concludes and says, as plain data; not what it asks or cites."""
    whole = found.model_dump(mode="json")
    kept = {
        name: whole[name]
        for name in ("level", "could_reach", "status", "carer", "finding", "reassured", "causes_withheld",
                     "not_established", "weak_alone", "advice", "tests", "ask_doctor", "follow_up")
    }  # fmt: skip
    kept["red_flags"] = [flag["id"] for flag in whole["red_flags"]]
    kept["causes"] = {cause["id"]: _cause(cause) for cause in whole["causes"]}
    return kept


def _cause(cause: dict[str, Any]) -> dict[str, Any]:
    told = {name: [part["id"] for part in cause[name]] for name in ("supporting", "against") if name in cause}
    told |= {name: [part["id"] for part in cause[name]] for name in ("for",) if name in cause}
    said = ("support", "about", "handling", "advice", "tests", "follow_up")
    return {**told, **{name: cause[name] for name in said}}


def laid(answers: Answers, changes: Answers) -> dict[str, Answer]:
    """Changes laid over answers by hand, item by item."""
    both: dict[str, Answer] = dict(answers)
    for name, answer in changes.items():
        before = both.get(name)
        both[name] = {**before, **answer} if isinstance(before, dict) and isinstance(answer, dict) else answer
    return both


@given(packs(), st.data())
def test_both_sides_are_what_assessing_them_gives(pack: Pack, data: st.DataObject) -> None:
    answers, changes = data.draw(partial(pack)), data.draw(loose(pack))
    found = what_if(pack, answers, changes)
    after = laid(answers, changes)
    view = View(pack, after)
    assert found.fell_away == tuple(name for name in after if view.applies(name).truth is NO)
    assert found.before == assess(pack, answers)
    kept = {name: answer for name, answer in after.items() if name not in found.fell_away}
    assert found.after == assess(pack, kept)


@given(packs(), st.data())
def test_nothing_differs_exactly_if_the_outcome_is_the_same(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    question = data.draw(st.sampled_from(pack.questions))
    changes: dict[str, Answer] = {question.id: data.draw(st.sampled_from(domain(question)))}
    found = what_if(pack, answers, changes)
    assert (found.differences == ()) is (outcome(found.before) == outcome(found.after))


@given(packs(), st.data())
def test_each_difference_is_one(pack: Pack, data: st.DataObject) -> None:
    found = what_if(pack, data.draw(partial(pack)), data.draw(loose(pack)))
    told = {(one.what, one.id or one.name): (one.before, one.after) for one in found.differences}
    assert len(told) == len(found.differences)
    sides = (found.before, found.after)
    levels = tuple(side.level.id for side in sides)
    assert told.get(("level", "")) == (levels if levels[0] != levels[1] else None)
    reach = tuple(side.could_reach for side in sides)
    assert told.get(("could reach", "")) == (reach if reach[0] != reach[1] else None)
    for cause in pack.causes:
        supports = tuple(next(one.support for one in side.causes if one.id == cause.id) for side in sides)
        assert told.get(("cause", cause.id)) == (supports if supports[0] != supports[1] else None)
    fired = [{flag.id for flag in side.red_flags} for side in sides]
    assert {name for what, name in told if what == "red flag"} == fired[0] ^ fired[1]


@given(packs(), st.data())
def test_the_same_answers_again_change_nothing(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    assert what_if(pack, answers, answers).differences == ()


@given(packs(), st.data())
def test_changed_answers_are_laid_piece_by_piece(pack: Pack, data: st.DataObject) -> None:
    answers, changes = data.draw(partial(pack)), data.draw(loose(pack))
    after, gone = changed(pack, answers, each(changes))
    by_hand = laid(answers, changes)
    assert after == {name: answer for name, answer in by_hand.items() if name not in gone}
    assert list(after) == [question.id for question in pack.questions if question.id in after]


# --- the small pack, by hand -----------------------------------------------------------------------


def test_only_what_differs_is_told_the_level_first(small: Pack) -> None:
    answers = {"age": 40, "alarm": "none", "hepatitis": "never", "past": "none", "benign": "yes"}
    found = what_if(small, answers, {"alarm": ["jaundice"]})
    assert found.differences == (
        Difference("level", "", "", "consultation", "consultation_24"),
        Difference("red flag", "jaundice_alone", "Jaundice needs a look.", None, "fires"),
        Difference("reassurance", "", "", "given", "not given"),
    )


def test_only_the_items_that_are_named_change(small: Pack) -> None:
    found = what_if(small, {"alarm": {"fever": "yes", "jaundice": "no"}}, {"alarm": ["jaundice"]})
    assert found.after.answers["alarm"] == {"fever": "yes", "jaundice": "yes"}


def test_answers_that_apply_no_more_are_named(small: Pack) -> None:
    found = what_if(small, {"alarm": {"black_stool": "yes"}, "iron": "no"}, {"alarm": {"black_stool": "no"}})
    assert found.fell_away == ("iron",)
    assert "iron" not in found.after.answers


def test_a_child_is_told_no_causes(small: Pack) -> None:
    found = what_if(small, {"age": 63}, {"age": 12})
    told = {(one.what, one.name): (one.before, one.after) for one in found.differences}
    assert told["causes", ""] == ("told", "withheld")
    assert not any(what in ("cause", "evidence") for what, _ in told)


def test_the_evidence_that_changes_is_told_with_its_cause(small: Pack) -> None:
    found = what_if(small, {"age": 63}, {"age": 40})
    told = {(one.what, one.name): (one.before, one.after) for one in found.differences}
    assert told["cause", "Changes with age"] == ("weak", "against")
    assert told["evidence", "Changes with age: You are over 60."] == ("for", None)
    assert told["evidence", "Changes with age: You are under 50."] == (None, "against")
    assert "weak" in SUPPORTED


def test_answers_that_do_not_fit_are_refused_on_either_side(small: Pack) -> None:
    with pytest.raises(AnswerError, match="'age' cannot be '999'"):
        what_if(small, {"age": 40}, {"age": 999})
    with pytest.raises(AnswerError, match="does not apply"):
        what_if(small, {"alarm": {"black_stool": "no"}, "iron": "no"}, {"age": 40})


def test_a_sentence_of_a_cause_is_told_where_the_cause_is_supported_on_both_sides(small: Pack) -> None:
    causes = {cause.id: cause for cause in small.causes}
    scar = causes["scar"]
    sentence = scar.about[0].model_copy(
        update={"when": Item("alarm", "fever"), "say": "A scar gives no fever."}
    )
    causes["scar"] = scar.model_copy(update={"about": (*scar.about, sentence)})
    pack = small.with_parts(causes=tuple(causes.values()))
    well = {"age": 40, "hepatitis": "b", "alarm": {"fever": "no"}}
    found = what_if(pack, well, {"alarm": {"fever": "yes"}})
    assert Difference("sentence", "", "A scar gives no fever.", None, "said") in found.differences
    never = what_if(pack, {**well, "hepatitis": "never"}, {"alarm": {"fever": "yes"}})
    assert "A scar gives no fever." not in {one.name for one in never.differences}
