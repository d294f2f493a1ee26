"""Why something was not concluded: what failed, what stood in the way, and what would have led there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import packs, partial
from tests.test_forcing import forced_by_brute_force
from tests.test_nearest import after, goals
from triage.assess import SUPPORTED, assess
from triage.condition import Condition, Not
from triage.errors import AnswerError
from triage.explain import Failed, Standing, WhyNot, why_not
from triage.explain.given import Given, known
from triage.explain.nearest import nearest
from triage.logic import NO, UNKNOWN, YES
from triage.pack import EMERGENCY, LEVELS, RANK, Pack
from triage.report.document import Bullets
from triage.report.reasons import why_not_told
from triage.view import View

ILL = {"age": 63, "alarm": {"fever": "yes", "jaundice": "yes", "black_stool": "no"}, "past": "none"}


@given(packs(), st.data())
def test_what_is_asked_about_was_reached_or_every_change_reaches_it(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    now = assess(pack, answers)
    for subject, (goal, reached) in goals(pack).items():
        found = why_not(pack, answers, subject, most=3)
        assert found.reached is reached(now)
        assert found.reached <= (not found.changes and not found.failed and not found.stood_in_the_way)
        people = [after(pack, answers, change) for change in found.changes]
        assert all(reached(person) for person in people)
        if subject in LEVELS:
            assert found.now == (now.level.id, now.could_reach)
            assert list(found.then) == [(person.level.id, person.could_reach) for person in people]
        everything = sorted(nearest(pack, answers, goal), key=lambda change: any(isinstance(one.value, int) for one in change))  # fmt: skip
        assert (list(found.changes), found.more) == (everything[:3], len(everything) > 3)


@given(packs(), st.data())
def test_rules_that_failed_are_told_with_what_settled_them(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    whens: dict[str, Condition] = {flag.id: flag.when for flag in pack.red_flags}
    for subject in [*LEVELS, *whens]:
        for rule in (*(found := why_not(pack, answers, subject)).failed, *found.stood_in_the_way):
            when = whens[rule.rule]
            truth = view.judge(when).truth
            assert rule.condition == str(when)
            assert bool(rule.waits_on) is (truth is UNKNOWN)
            settled = {YES: when, NO: Not(when), UNKNOWN: None}[truth]
            if settled is None:
                assert rule.because == ()
            elif rule in found.failed:
                assert forced_by_brute_force(pack, settled, rule.because, list(known(answers)))


@given(packs(), st.data())
def test_a_level_names_the_flags_of_it_that_failed_or_the_higher_ones_that_fire(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(partial(pack))
    view, now = View(pack, answers), assess(pack, answers)
    for level in LEVELS:
        found = why_not(pack, answers, level)
        failed = [one.rule for one in found.failed]
        way = {one.rule for one in found.stood_in_the_way}
        if RANK[level] > RANK[now.level.id]:
            assert failed == [flag.id for flag in pack.red_flags if flag.level == level]
            assert way == set()
        elif level != now.level.id:
            higher = [flag for flag in pack.red_flags if RANK[flag.level] > RANK[level]]
            emergencies = {flag.id for flag, _ in view.open_flags(above=EMERGENCY - 1)}
            assert way == (
                emergencies if now.floor else {flag.id for flag in higher if view.holds(flag.when)}
            )
            assert way
            assert failed == []


@given(packs(), st.data())
def test_a_cause_names_the_evidence_that_failed_and_what_speaks_strongly_against_it(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    support = {cause.id: cause.support for cause in assess(pack, answers).causes}
    for cause in pack.causes:
        found = why_not(pack, answers, cause.id)
        if support[cause.id] in SUPPORTED:
            assert found == WhyNot(cause.id, cause.title, True)
        else:
            assert [one.rule for one in found.failed] == [
                part.id for part in cause.supporting if not view.holds(part.when)
            ]
            assert [one.rule for one in found.stood_in_the_way] == [
                part.id for part in cause.against if part.strength == "strong" and view.holds(part.when)
            ]


# --- the small pack, by hand -----------------------------------------------------------------------


def test_a_higher_level_is_reached_by_the_fewest_other_answers(small: Pack) -> None:
    found = why_not(small, ILL, "emergency_ambulance")
    assert found == WhyNot(
        "emergency_ambulance", "Call your emergency number now", False,
        failed=(Failed("bleeding", "It can be bleeding.", "black_stool and not iron",
                       (Given("alarm", "black_stool", "no"),), ()),),
        changes=((Given("alarm", "black_stool", "yes"), Given("iron", None, "no")),),
        now=Standing("emergency", None), then=(Standing("emergency_ambulance", None),),
    )  # fmt: skip


def test_a_lower_level_needs_every_higher_flag_to_go(small: Pack) -> None:
    found = why_not(small, ILL, "consultation")
    assert [one.rule for one in found.stood_in_the_way] == ["fever_with_jaundice", "jaundice_alone"]
    assert found.changes == ((Given("alarm", "jaundice", "no"),),)
    assert found.failed == ()


def test_a_level_in_between_is_reached_exactly_and_not_merely_left(small: Pack) -> None:
    found = why_not(small, ILL, "consultation_2w")
    assert found.changes == ((Given("alarm", "jaundice", "no"), Given("past", "cancer", "yes")),)
    assert why_not(small, ILL, "consultation_24").changes == ((Given("alarm", "fever", "no"),),)


def test_a_level_on_the_floor_alone_has_the_doubt_in_its_way(small: Pack) -> None:
    answers = {"age": 40, "alarm": {"fever": "yes", "jaundice": "unknown", "black_stool": "no"}}
    found = why_not(small, answers, "consultation")
    assert [(one.rule, one.waits_on) for one in found.stood_in_the_way] == [
        ("fever_with_jaundice", (("alarm", "jaundice"),))
    ]
    assert found.changes == ((Given("alarm", "fever", "no"),), (Given("alarm", "jaundice", "no"),))


def test_more_changes_than_asked_for_are_counted_as_more(small: Pack) -> None:
    answers = {"age": 40, "alarm": "none"}
    one, two = (why_not(small, answers, "consultation_24", most=most) for most in (1, 2))
    assert (len(one.changes), one.more) == (1, True)
    assert (len(two.changes), two.more) == (2, False)


def test_strong_evidence_against_stands_in_the_way_of_a_cause(small: Pack) -> None:
    found = why_not(small, {"age": 40, "past": "none", "no_stones": "yes"}, "bile_stones")
    assert [one.rule for one in found.stood_in_the_way] == ["none_seen"]
    assert found.changes == ((Given("past", "stones", "yes"),),)


def test_causes_are_not_told_of_a_child_and_no_change_makes_a_child(small: Pack) -> None:
    found = why_not(small, {"age": 12}, "ageing")
    assert found == WhyNot(
        "ageing", "Changes with age", False, withheld="Causes are not ranked for children."
    )
    assert why_not(small, {"age": 40}, "ageing").changes == ((Given("age", None, 60),),)


def test_an_unknown_name_is_met_with_the_nearest(small: Pack) -> None:
    with pytest.raises(AnswerError, match=r"there is no level, cause or red flag 'emergenzy'.*'emergency'"):
        why_not(small, {}, "emergenzy")


def test_answers_that_do_not_fit_are_refused(small: Pack) -> None:
    with pytest.raises(AnswerError, match="does not apply"):
        why_not(small, {"alarm": {"black_stool": "no"}, "iron": "no"}, "emergency")


def test_a_changed_number_is_told_as_all_that_no_rule_can_tell_from_it(small: Pack) -> None:
    bullets = [block for block in why_not_told(small, why_not(small, {"age": 40}, "ageing")) if isinstance(block, Bullets)]  # fmt: skip
    assert bullets[-1] == Bullets(("“Age: 60 to 120 years”",))
    stones = why_not_told(small, why_not(small, {"age": 40, "past": "none"}, "bile_stones"))
    assert Bullets(("“Bile duct stones: yes”",)) in stones


def test_whatever_is_asked_about_keeps_its_name(small: Pack) -> None:
    bleeds: dict[str, object] = {"alarm": {"black_stool": "yes"}, "iron": "no"}
    flag = next(flag for flag in small.red_flags if flag.id == "bleeding")
    for answers in ({}, bleeds):
        found = why_not(small, answers, flag.id)
        assert (found.subject, found.title) == (flag.id, flag.say)
    with pytest.raises(AnswerError) as caught:
        why_not(small, {}, "bleedin")
    (misfit,) = caught.value.misfits
    assert misfit.question == "bleedin"


def test_only_flags_above_a_level_stand_in_its_way(small: Pack) -> None:
    answers = {"age": 40, "alarm": {"fever": "yes", "jaundice": "yes", "black_stool": "no"}}
    assert assess(small, answers).level.id == "emergency"
    fired = {flag.id: RANK[flag.level] for flag in small.red_flags if View(small, answers).holds(flag.when)}
    for level in LEVELS[1 : RANK["emergency"]]:
        way = {one.rule for one in why_not(small, answers, level).stood_in_the_way}
        assert way == {name for name, rank in fired.items() if rank > RANK[level]}
