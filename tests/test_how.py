"""How something came about: enough whatever the rest, none missed, and why it is not more."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.generated import completions, packs, partial
from tests.test_forcing import agreeing, forced_by_brute_force, minimal_by_brute_force
from triage.answers import Answer, Answers
from triage.assess import SUPPORTED, assess, certain_level, ranked
from triage.assessment import Assessment
from triage.condition import AnyOf, Condition, Not
from triage.errors import AnswerError
from triage.explain import How, RuledOut, StillOpen, how
from triage.explain.given import Given, known, together, unit_of
from triage.logic import NO, UNKNOWN, YES
from triage.pack import EMERGENCY, FLOOR, RANK, Cause, Pack
from triage.view import View

ALL = 1_000
STRENGTHS = ["weak", "moderate", "strong"]


def claimed(found: How, person: Assessment) -> bool:
    """Whether an assessment bears out what the reasons are said to be enough for."""
    if found.subject == "level":
        return RANK[person.level.id] >= RANK[found.verdict]  # type: ignore[index]
    fired = [flag.id for flag in person.red_flags]
    if found.verdict in ("fires", "does not fire"):
        return (found.subject in fired) is (found.verdict == "fires")
    cause = next(one for one in person.causes if one.id == found.subject)
    speaking_for = [part.strength for part in cause.supporting]
    match found.verdict:
        case "strong" | "moderate" | "weak":
            return any(STRENGTHS.index(one) >= STRENGTHS.index(found.verdict) for one in speaking_for)
        case "contested":
            return cause.support == "contested"
        case "against":
            return bool(cause.against)
        case _:
            return found.verdict == "none" and not speaking_for


def subjects(pack: Pack) -> list[str]:
    return ["level", *(flag.id for flag in pack.red_flags), *(cause.id for cause in pack.causes)]


@given(packs(most=3), st.data())
def test_each_reason_is_enough_whatever_else_is_answered(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    for subject in subjects(pack):
        found = how(pack, answers, subject, most=2)
        for reason in found.reasons:
            everybody = [assess(pack, full) for full in completions(pack, together(reason))]
            assert all(claimed(found, person) for person in everybody), (subject, reason)


def claim(pack: Pack, answers: Answers, subject: str) -> Condition | None:
    """The condition whose reasons are told, put together from the pack anew; None if there is none."""
    view = View(pack, answers)
    if subject == "level":
        level, floor = certain_level(view)
        rank = RANK[level]
        return None if floor or not rank else some([flag.when for flag in pack.red_flags if RANK[flag.level] >= rank])  # fmt: skip
    for flag in pack.red_flags:
        if flag.id == subject:
            return {YES: flag.when, NO: Not(flag.when), UNKNOWN: None}[view.judge(flag.when).truth]
    cause = next(one for one in pack.causes if one.id == subject)
    return of_cause(view, cause)


def of_cause(view: View, cause: Cause) -> Condition | None:
    found = next(one for one in ranked(view) if one.id == cause.id)
    pro = {name: [p.when for p in cause.supporting if STRENGTHS.index(p.strength) >= n] for n, name in enumerate(STRENGTHS)}  # fmt: skip
    con = {name: [p.when for p in cause.against if STRENGTHS.index(p.strength) >= n] for n, name in enumerate(STRENGTHS)}  # fmt: skip
    if found.support == "open":
        return None
    if found.support == "none":
        return Not(some(pro["weak"]))
    if found.support == "against":
        return some(con[max((part.strength for part in found.against), key=STRENGTHS.index)])
    if found.support == "contested":
        return Not(AnyOf((Not(some(pro["strong"])), Not(some(con["strong"])))))
    return some(pro[found.support])


def some(conditions: list[Condition]) -> Condition:
    return AnyOf(tuple(conditions))


def none_is_missed(pack: Pack, answers: Answers) -> None:
    pieces = list(known(answers))
    for subject in subjects(pack):
        found = how(pack, answers, subject, most=ALL)
        condition = claim(pack, answers, subject)
        if condition is None:
            assert found.reasons == ()
        elif agreeing(pack, condition, pieces, pieces):
            assert not found.more
            told = [frozenset(reason) for reason in found.reasons]
            assert len(told) == len(set(told))
            assert set(told) == minimal_by_brute_force(pack, condition, pieces)


@given(packs(most=3), st.data())
def test_no_reason_is_missed_when_all_are_asked_for(pack: Pack, data: st.DataObject) -> None:
    none_is_missed(pack, data.draw(partial(pack)))


@pytest.mark.slow
@settings(max_examples=500)
@given(packs(most=4), st.data())
def test_no_reason_is_missed_in_five_hundred_packs(pack: Pack, data: st.DataObject) -> None:
    none_is_missed(pack, data.draw(partial(pack)))


@given(packs(), st.data())
def test_what_rules_out_a_more_urgent_flag_does_so_whatever_the_rest(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    pieces = list(known(answers))
    view = View(pack, answers)
    found = how(pack, answers)
    above = [flag for flag in pack.red_flags if RANK[flag.level] > RANK[found.verdict]]  # type: ignore[index]
    told = [name for group in found.ruled_out for name in group.flags]
    assert sorted(told) == sorted(flag.id for flag in above if view.judge(flag.when).truth is NO)
    assert sorted(one.rule for one in found.open) == sorted(
        flag.id for flag in above if view.judge(flag.when).truth is UNKNOWN
    )
    for group in found.ruled_out:
        assert set(group.because) <= set(pieces)
        for flag in above:
            if flag.id in group.flags:
                assert forced_by_brute_force(pack, Not(flag.when), group.because, pieces)


@given(packs(), st.data())
def test_what_is_open_says_what_it_waits_on_and_nothing_else(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for flag in pack.red_flags:
        verdict = view.judge(flag.when)
        found = how(pack, answers, flag.id)
        units = tuple(dict.fromkeys(unit_of(still.atom) for still in verdict.open))
        waiting = (StillOpen(flag.id, flag.say, flag.level, units),) if verdict.truth is UNKNOWN else ()
        assert found.open == waiting
        assert found.verdict == {YES: "fires", NO: "does not fire", UNKNOWN: "not known"}[verdict.truth]


def asked_in_vain(pack: Pack, answers: Answers) -> dict[str, Answer]:
    """The answers, and "not sure" to everything else that applies."""
    doubtful = dict(answers)
    for question in pack.questions:
        if View(pack, doubtful).applies(question.id).truth is not NO:
            doubtful.setdefault(question.id, "unknown")
    return doubtful


@given(packs(), st.data())
def test_a_level_on_the_floor_alone_names_the_emergency_that_is_in_doubt(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(partial(pack))
    person = assess(pack, answers)
    found = how(pack, answers)
    assert found.floor is person.floor
    doubtful = asked_in_vain(pack, answers)
    found = how(pack, doubtful)
    assert found.floor is assess(pack, doubtful).floor
    assume(found.floor)
    assert (found.verdict, found.reasons) == (FLOOR, ())
    assert any(RANK[one.level or "consultation"] >= EMERGENCY for one in found.open)


# --- the small pack, by hand -----------------------------------------------------------------------

ILL = {
    "age": 63,
    "alarm": {"fever": "yes", "jaundice": "yes", "black_stool": "yes"},
    "iron": "no",
    "past": {"cancer": "yes"},
}


def test_a_level_has_each_reason_that_is_enough(small: Pack) -> None:
    found = how(small, {**ILL, "iron": "yes"}, most=3)
    assert (found.verdict, found.reasons, found.more) == (
        "emergency",
        ((Given("alarm", "fever", "yes"), Given("alarm", "jaundice", "yes")),),
        False,
    )
    assert found.ruled_out == (
        RuledOut(("bleeding",), (Given("alarm", "black_stool", "yes"), Given("iron", None, "yes"))),
    )


def test_no_more_reasons_are_told_than_asked_for(small: Pack) -> None:
    answers = {"alarm": {"fever": "no", "jaundice": "yes", "black_stool": "yes"}, "iron": "yes"}
    one, two = how(small, answers, most=1), how(small, answers, most=2)
    assert (len(one.reasons), one.more) == (1, True)
    assert (len(two.reasons), two.more) == (2, False)
    assert two.reasons == (
        (Given("alarm", "black_stool", "yes"),),
        (Given("alarm", "jaundice", "yes"),),
    )


def test_the_lowest_level_needs_no_reason(small: Pack) -> None:
    found = how(small, {"age": 40, "alarm": "none"})
    assert (found.verdict, found.reasons, found.floor) == ("consultation", (), False)
    assert [group.because for group in found.ruled_out] == [
        (Given("alarm", "black_stool", "no"),),
        (Given("alarm", "fever", "no"),),
        (Given("alarm", "jaundice", "no"),),
        (Given("age", None, 40),),
    ]


def test_what_makes_a_question_apply_is_part_of_the_reason(small: Pack) -> None:
    found = how(small, ILL, "bleeding")
    assert found.reasons == ((Given("alarm", "black_stool", "yes"), Given("iron", None, "no")),)
    gated = how(small, {"alarm": {"black_stool": "no"}}, "bleeding")
    assert (gated.verdict, gated.reasons) == ("does not fire", ((Given("alarm", "black_stool", "no"),),))


def test_the_floor_is_told(small: Pack) -> None:
    found = how(small, {"alarm": {"fever": "yes", "jaundice": "unknown", "black_stool": "no"}})
    assert (found.verdict, found.floor, found.reasons) == ("consultation_24", True, ())
    assert [one.rule for one in found.open] == ["fever_with_jaundice"]


def test_causes_are_not_told_of_a_child(small: Pack) -> None:
    found = how(small, {"age": 12, "past": ["stones"]}, "bile_stones")
    assert found == How("bile_stones", "Bile duct stones", "withheld", (), False, withheld="Causes are not ranked for children.")  # fmt: skip
    grown = how(small, {"age": 40, "past": ["stones"]}, "bile_stones")
    assert grown.withheld is None
    assert grown.verdict in SUPPORTED


def test_an_open_cause_tells_what_its_evidence_waits_on(small: Pack) -> None:
    found = how(small, {"age": 40}, "bile_stones")
    assert (found.verdict, found.reasons) == ("open", ())
    assert ("past", "stones") in [unit for one in found.open for unit in one.waits_on]
    assert {one.level for one in found.open} == {None}


def test_an_unknown_name_is_met_with_the_nearest(small: Pack) -> None:
    with pytest.raises(
        AnswerError, match=r"there is no cause or red flag 'bile_stone' \(did you mean 'bile_stones'"
    ):
        how(small, {}, "bile_stone")


def test_answers_that_do_not_fit_are_refused(small: Pack) -> None:
    with pytest.raises(
        AnswerError, match=r"'iron' \(no\) does not apply, because of the answer: Black stool: no"
    ):
        how(small, {"alarm": {"black_stool": "no"}, "iron": "no"})


def test_a_flag_is_named_by_its_id_and_told_in_its_own_words(small: Pack) -> None:
    flag = next(flag for flag in small.red_flags if flag.id == "bleeding")
    for answers in ({}, {"alarm": {"black_stool": "yes"}, "iron": "no"}, {"alarm": {"black_stool": "no"}}):
        found = how(small, answers, "bleeding")
        assert (found.subject, found.title) == (flag.id, flag.say)
