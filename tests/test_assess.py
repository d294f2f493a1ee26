"""Levels, causes and reassurance, exactly as they are defined."""

import copy
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import build, completions, domain, leaves_of, loose, packs, partial, question
from triage.answers import Answer, normalise
from triage.assess import ORIGIN, STRENGTH, SUPPORT_ORDER, assess, certain_level, support_of
from triage.assessment import Assessment, EvidenceFound
from triage.condition import AnyOf, Compare, Said
from triage.errors import AnswerError
from triage.interview import next_question
from triage.logic import NO, UNKNOWN, YES
from triage.pack import EMERGENCY, LEVELS, RANK, Pack
from triage.view import View, because

NONE = {"fever": "no", "jaundice": "no", "black_stool": "no"}
NO_HISTORY = {"stones": "no", "cancer": "no", "injury": "no"}
HEALTHY = {
    "age": 55,
    "alarm": NONE,
    "hepatitis": "never",
    "past": NO_HISTORY,
    "benign": "yes",
    "no_stones": "no",
}


def support(found: Assessment) -> dict[str, str]:
    return {cause.id: cause.support for cause in found.causes}


# --- level, could_reach, status -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "level", "could_reach", "status"),
    [
        ({}, "consultation", "emergency_ambulance", "incomplete"),
        (HEALTHY, "consultation", None, "complete"),
        ({**HEALTHY, "alarm": {**NONE, "fever": "yes", "jaundice": "yes"}}, "emergency", None, "complete"),
        ({**HEALTHY, "alarm": {**NONE, "fever": "yes"}}, "consultation", None, "complete"),
        ({**HEALTHY, "alarm": {**NONE, "jaundice": "yes"}}, "consultation_24", None, "complete"),
        ({**HEALTHY, "alarm": {**NONE, "black_stool": "yes"}, "iron": "yes"}, "consultation_24", None, "complete"),
        ({**HEALTHY, "alarm": {**NONE, "black_stool": "yes"}, "iron": "no"}, "emergency_ambulance", None, "complete"),
        ({**HEALTHY, "alarm": {**NONE, "black_stool": "yes"}, "iron": "unknown"}, "consultation_24", "emergency_ambulance", "unsettled"),
        ({**HEALTHY, "alarm": {**NONE, "black_stool": "yes"}}, "consultation_24", "emergency_ambulance", "incomplete"),
        ({**HEALTHY, "age": 60, "past": {**NO_HISTORY, "cancer": "yes"}}, "consultation_2w", None, "complete"),
        ({**HEALTHY, "age": 59, "past": {**NO_HISTORY, "cancer": "yes"}}, "consultation", None, "complete"),
        ({**HEALTHY, "age": "unknown", "past": {**NO_HISTORY, "cancer": "yes"}}, "consultation", "consultation_2w", "unsettled"),
        ({"alarm": {"fever": "yes", "jaundice": "yes"}}, "emergency", "emergency_ambulance", "incomplete"),
    ],
)  # fmt: skip
def test_level_is_what_is_certain_and_could_reach_what_is_not_excluded(
    small: Pack, answers: dict[str, object], level: str, could_reach: str | None, status: str
) -> None:
    found = assess(small, answers)
    assert (found.level.id, found.could_reach, found.status) == (level, could_reach, status)


def test_an_emergency_asked_in_vain_gives_at_least_a_visit_today(small: Pack) -> None:
    found = assess(small, {**HEALTHY, "alarm": {"fever": "yes", "jaundice": "unknown", "black_stool": "no"}})
    assert (found.level.id, found.could_reach, found.floor) == ("consultation_24", "emergency", True)
    assert found.red_flags == ()


def test_before_its_questions_were_asked_an_emergency_gives_no_floor(small: Pack) -> None:
    found = assess(small, {"alarm": {"fever": "unknown"}})
    assert (found.level.id, found.could_reach, found.floor) == ("consultation", "emergency_ambulance", False)


def test_an_unknown_below_the_emergencies_gives_no_floor(small: Pack) -> None:
    found = assess(small, {**HEALTHY, "age": "unknown", "past": {**NO_HISTORY, "cancer": "yes"}})
    assert found.floor is False


def test_the_floor_does_not_lower_what_fires(small: Pack) -> None:
    answers = {**HEALTHY, "alarm": {"fever": "unknown", "jaundice": "yes", "black_stool": "no"}}
    assert certain_level(View(small, normalise(small, answers))) == ("consultation_24", False)


@given(packs(), st.data())
def test_the_level_is_never_above_and_could_reach_never_below_what_can_come(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    fired, possible = view.fired_rank(), view.possible_rank()
    for full in completions(pack, answers):
        after = View(pack, full).fired_rank()
        assert fired <= after <= possible
        assert View(pack, full).possible_rank() == after


@given(packs(), st.data())
def test_forgetting_an_answer_never_lowers_what_could_be_reached_nor_raises_what_is_certain(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for name in answers:
        if any(name in _gates(pack, other) for other in answers):
            continue  # what hangs on a gate would have to be forgotten too
        rest = View(pack, {other: answer for other, answer in answers.items() if other != name})
        assert rest.fired_rank() <= view.fired_rank()
        assert rest.possible_rank() >= view.possible_rank()


def _gates(pack: Pack, name: str) -> set[str]:
    from triage.wellformed import questions_of

    gate = pack.question[name].only_if
    return set(questions_of(pack, gate)) if gate is not None else set()


@given(packs(), st.data())
def test_an_assessment_is_consistent_with_its_own_parts(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    before = copy.deepcopy(answers)
    found = assess(pack, answers)
    assert answers == before
    assert assess(pack, answers) == found
    rank, could = RANK[found.level.id], RANK[found.could_reach or found.level.id]
    assert could >= rank
    fired = max((RANK[flag.level] for flag in found.red_flags), default=0)
    assert rank == (max(fired, RANK["consultation_24"]) if found.floor else fired)
    assert {flag.level for flag in found.possible_flags} <= {level for level in LEVELS if RANK[level] > rank}
    assert could == max((RANK[flag.level] for flag in found.possible_flags), default=rank)
    statuses = {question.status for question in found.open_questions}
    assert (found.status == "complete") is (not statuses)
    assert (found.status == "incomplete") is (next_question(pack, answers) is not None)
    assert found.status != "incomplete" or "unasked" in statuses
    assert [flag.level for flag in found.red_flags] == sorted(
        (flag.level for flag in found.red_flags), key=lambda level: -RANK[level]
    )


@given(packs(), st.data())
def test_every_open_answer_of_a_part_is_among_the_open_questions(pack: Pack, data: st.DataObject) -> None:
    found = assess(pack, data.draw(partial(pack)))
    asked = {question.id for question in found.open_questions}
    parts = [*(flag.open for flag in found.possible_flags), *(cause.open for cause in found.causes)]
    assert {answer.question for part in parts for answer in part} <= asked


@given(packs(), st.data())
def test_the_floor_stands_exactly_when_an_emergency_was_asked_about_in_vain(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    verdicts = [view.judge(flag.when) for flag in pack.red_flags if RANK[flag.level] >= EMERGENCY]
    unknown = [verdict for verdict in verdicts if verdict.truth is UNKNOWN]
    in_vain = any(not verdict.may_yes and not verdict.may_no for verdict in unknown)
    assert assess(pack, answers).floor == (in_vain and view.fired_rank() < RANK["consultation_24"])
    if any(all(status == "unknown" for _, status in verdict.open) for verdict in unknown):
        assert in_vain


@given(packs(), st.data())
def test_at_the_end_of_an_interview_no_unknown_emergency_is_below_the_floor(
    pack: Pack, data: st.DataObject
) -> None:
    answers: dict[str, Answer] = {}
    while question := next_question(pack, answers):
        answers = {**answers, question.id: data.draw(st.sampled_from([*domain(question), "unknown"]))}
    found = assess(pack, answers)
    if found.could_reach in ("emergency", "emergency_ambulance"):
        assert RANK[found.level.id] >= RANK["consultation_24"]


# --- applicability ------------------------------------------------------------------------------


def test_an_answer_that_does_not_apply_is_refused_naming_both(small: Pack) -> None:
    with pytest.raises(AnswerError) as caught:
        assess(small, {"alarm": {"black_stool": "no"}, "iron": "yes"})
    assert str(caught.value) == (
        "'iron' (yes) does not apply, because of the answer: Black stool: no "
        "(change one of the two answers or leave one out)"
    )
    assert [misfit.question for misfit in caught.value.misfits] == ["iron"]


def test_every_answer_that_rules_a_question_out_is_named() -> None:
    questions = [
        question(0, "yes_no", None),
        question(1, "number", None),
        question(2, "yes_no", AnyOf((Said("q0"), Compare("q1", ">=", 2)))),
    ]
    pack = build(questions, [], [], [])
    with pytest.raises(AnswerError, match=r"because of the answer: Label 0: no; Label 1: 1 \("):
        assess(pack, {"q0": "no", "q1": 1, "q2": "yes"})


@given(packs(), st.data())
def test_answers_are_refused_exactly_when_one_does_not_apply_beside_the_others(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(loose(pack))
    view = View(pack, answers)
    stray = [name for name in answers if view.applies(name).truth is NO]
    if not stray:
        assert assess(pack, answers).answers == answers
        return
    with pytest.raises(AnswerError) as caught:
        assess(pack, answers)
    assert [misfit.question for misfit in caught.value.misfits] == stray
    for misfit in caught.value.misfits:
        assert misfit.message.startswith(f"'{misfit.question}' (")
        assert all(because(view, atom) in misfit.message for atom in view.applies(misfit.question).because)


@given(packs(), st.data())
def test_what_does_not_apply_is_no_and_for_the_reasons_of_its_gate(pack: Pack, data: st.DataObject) -> None:
    view = View(pack, data.draw(loose(pack)))
    for number, asked in enumerate(pack.questions):
        gate = view.applies(asked.id)
        for atom in leaves_of(number, asked.kind):
            verdict = view.judge(atom)
            if gate.truth is NO:
                assert verdict == gate
            elif verdict.truth is UNKNOWN:
                assert verdict.because == ()
                assert verdict.open[:-1] == gate.open
                assert verdict.open[-1].atom == atom
            else:
                assert verdict.because == (atom,)


@given(packs(), st.data())
def test_a_question_applies_in_some_world_unless_it_surely_does_not(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for asked in pack.questions:
        now = view.applies(asked.id).truth
        then = {View(pack, full).applies(asked.id).truth for full in completions(pack, answers)}
        assert UNKNOWN not in then
        assert now is UNKNOWN or then <= {now}


@pytest.mark.parametrize("gate", ["yes", "unknown", None])
def test_an_answer_applies_unless_its_gate_is_no(small: Pack, gate: str | None) -> None:
    answers = {"alarm": {"black_stool": gate}} if gate else {}
    assert assess(small, {**answers, "iron": "no"}).answers["iron"] == "no"


def test_an_unknown_gate_leaves_gate_and_question_open(small: Pack) -> None:
    view = View(small, {"alarm": {"black_stool": "unknown"}})
    flag = next(flag for flag in small.red_flags if flag.id == "bleeding")
    still = [(str(atom), status) for atom, status in view.judge(flag.when).open]
    assert still == [("black_stool", "unknown"), ("iron", "unasked")]


# --- causes -------------------------------------------------------------------------------------


def _evidence(strength: str) -> EvidenceFound:
    return EvidenceFound.model_validate(
        {"id": "e", "say": "s", "basis": "judgement", "strength": strength, "origin": "age", "because": ()}
    )


EXPECTED = {
    (None, None): ("none", "open"), (None, "weak"): ("against", "open"), (None, "moderate"): ("against", "open"),
    (None, "strong"): ("against", "against"), ("weak", "strong"): ("against", "against"),
    ("moderate", "strong"): ("against", "against"), ("strong", "strong"): ("contested", "contested"),
}  # fmt: skip


@pytest.mark.parametrize(("best", "worst"), list(product([None, *STRENGTH], repeat=2)))
@pytest.mark.parametrize("undecided", [False, True])
def test_support_is_the_strongest_evidence_for_unless_strong_evidence_speaks_against(
    best: str | None, worst: str | None, undecided: bool
) -> None:
    supporting = [_evidence(best)] if best else []
    against = [_evidence(worst)] if worst else []
    settled, still_open = EXPECTED.get((best, worst), (best, best))
    assert support_of(supporting, against, undecided) == (still_open if undecided else settled)
    if best:
        assert support_of([_evidence("weak"), *supporting], against, undecided) == (
            still_open if undecided else settled
        )


def test_causes_stand_by_support_then_origin_then_number_then_order(small: Pack) -> None:
    answers = {**HEALTHY, "age": 63, "hepatitis": "b", "past": {**NO_HISTORY, "stones": "yes"}}
    found = assess(small, answers)
    assert [(cause.id, cause.support) for cause in found.causes] == [
        ("bile_stones", "strong"), ("scar", "moderate"), ("ageing", "weak"),
    ]  # fmt: skip
    assert support(assess(small, {**answers, "no_stones": "yes"}))["bile_stones"] == "contested"


@given(packs(), st.data())
def test_the_rank_of_causes_is_exactly_as_defined(pack: Pack, data: st.DataObject) -> None:
    found = assess(pack, data.draw(partial(pack)))
    order = [cause.id for cause in pack.causes]
    keys = [
        (
            SUPPORT_ORDER.index(cause.support),
            -max((ORIGIN[part.origin] for part in cause.supporting), default=0),
            len(cause.against) - len(cause.supporting),
            order.index(cause.id),
        )
        for cause in found.causes
    ]
    assert keys == sorted(keys)
    assert sorted(order) == sorted(cause.id for cause in found.causes)


@given(packs(), st.data())
def test_evidence_is_shown_exactly_when_it_holds(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    view, found = View(pack, answers), assess(pack, answers)
    for cause in pack.causes:
        shown = next(part for part in found.causes if part.id == cause.id)
        assert [part.id for part in shown.supporting] == [
            p.id for p in cause.supporting if view.holds(p.when)
        ]
        assert [part.id for part in shown.against] == [p.id for p in cause.against if view.holds(p.when)]
        truths = [view.judge(part.when).truth for part in cause.supporting]
        if shown.support == "open":
            assert YES not in truths
            assert UNKNOWN in truths
        if shown.support == "none":
            assert set(truths) == {NO}


def test_the_words_of_a_cause_are_shown_for_supported_causes_alone(small: Pack) -> None:
    found = assess(small, {**HEALTHY, "past": {**NO_HISTORY, "stones": "yes"}})
    stones, scar = (next(c for c in found.causes if c.id == name) for name in ("bile_stones", "scar"))
    assert [
        len(part) for part in (stones.about, stones.handling, stones.advice, stones.tests, stones.follow_up)
    ] == [1] * 5
    assert (scar.support, scar.about, scar.handling) == ("none", (), ())
    assert stones.handling[0].way == "watching"


def judged(**more: object) -> dict[str, object]:
    return {"say": "Words.", "basis": "judgement", **more}


def raw_cause(
    name: str,
    supporting: list[tuple[str, str, str]],
    against: list[tuple[str, str, str]] | None = None,
    **more: object,
) -> dict[str, object]:
    """The raw data of a cause whose evidence is given as (condition, strength, origin)."""

    def evidence(parts: list[tuple[str, str, str]], side: str) -> list[dict[str, object]]:
        return [
            judged(id=f"{side}{n}", when=when, strength=strength, origin=origin)
            for n, (when, strength, origin) in enumerate(parts)
        ]

    return {
        "id": name, "title": name.title(), "code": "C", "about": [judged()],
        "for": evidence(supporting, "f"), "against": evidence(against or [], "a"), **more,
    }  # fmt: skip


QUESTIONS = [question(number, "yes_no", None) for number in range(3)]
ALL_YES = {"q0": "yes", "q1": "yes", "q2": "yes"}


def in_order(*causes: dict[str, object]) -> list[str]:
    return [cause.id for cause in assess(build(QUESTIONS, [], [], list(causes)), ALL_YES).causes]


def test_of_equally_supported_causes_the_one_that_rests_on_more_stands_first() -> None:
    origins = ("age", "exposure", "history", "record", "report")
    causes = [raw_cause(origin, [("q0", "weak", origin)]) for origin in origins]
    assert in_order(*causes) == list(reversed(origins))
    one, other = (
        raw_cause("one", [("q0", "weak", "age"), ("q1", "weak", "report")]),
        raw_cause("other", [("q0", "weak", "record")]),
    )
    assert in_order(other, one) == ["one", "other"]


def test_then_the_one_with_more_for_and_less_against_stands_first() -> None:
    single = raw_cause("single", [("q0", "weak", "age")])
    double = raw_cause("double", [("q0", "weak", "age"), ("q1", "weak", "age")])
    doubted = raw_cause("doubted", [("q0", "weak", "age"), ("q1", "weak", "age")], [("q2", "weak", "age")])
    assert in_order(single, doubted, double) == ["double", "single", "doubted"]
    assert in_order(doubted, single, double) == ["double", "doubted", "single"]


def test_evidence_for_counts_even_where_strong_evidence_speaks_against() -> None:
    bare = raw_cause("bare", [("not q0", "weak", "age")], [("q0", "strong", "age")])
    some = raw_cause("some", [("q0", "weak", "age")], [("q0", "strong", "age"), ("q1", "weak", "age")])
    assert in_order(bare, some) == ["some", "bare"]


def test_the_strongest_evidence_against_counts() -> None:
    for order in (("weak", "strong"), ("strong", "weak"), ("moderate", "strong")):
        against = [_evidence(strength) for strength in order]
        assert support_of([_evidence("moderate")], against, False) == "against"
        assert support_of([_evidence("strong")], against, False) == "contested"


def test_words_are_shown_when_their_condition_surely_holds_and_their_cause_is_supported() -> None:
    words = [judged(say="Always."), judged(say="If one.", when="q1"), judged(say="If not.", when="not q1")]
    parts = {
        "about": words, "handling": [{**part, "way": "watching"} for part in words],
        "advice": [{**part, "kind": "do"} for part in words], "tests": words, "follow_up": words,
    }  # fmt: skip
    pack = build(QUESTIONS, [], [], [raw_cause("only", [("q0", "weak", "age")]) | parts])

    def shown(**answers: str) -> list[list[str]]:
        found = assess(pack, answers).causes[0]
        lists = (found.about, found.handling, found.advice, found.tests, found.follow_up)
        return [[part.say for part in some] for some in lists]

    assert shown(q0="yes", q1="yes") == [["Always.", "If one."]] * 5
    assert shown(q0="yes", q1="no") == [["Always.", "If not."]] * 5
    assert shown(q0="yes", q1="unknown") == [["Always."]] * 5
    assert shown(q0="no", q1="yes") == [[]] * 5
    assert shown(q1="yes") == [[]] * 5


def test_sentences_of_the_pack_keep_their_basis_and_sources(small: Pack) -> None:
    found = assess(
        small,
        {
            **HEALTHY,
            "age": 63,
            "past": {**NO_HISTORY, "stones": "yes"},
            "alarm": {**NONE, "fever": "yes", "jaundice": "yes"},
        },
    )
    assert [(part.basis, part.sources) for part in found.finding] == [("sourced", ("T1",))]
    assert [(part.basis, part.sources) for part in found.advice] == [("sourced", ("T1",))]
    flags = {flag.id: flag for flag in small.red_flags}
    assert all(
        (part.say, part.basis, part.sources)
        == (flags[part.id].say, flags[part.id].basis, flags[part.id].sources)
        for part in found.red_flags
    )
    causes = {cause.id: cause for cause in small.causes}
    for cause in found.causes:
        evidence = {part.id: part for part in (*causes[cause.id].supporting, *causes[cause.id].against)}
        for part in (*cause.supporting, *cause.against):
            assert (part.say, part.basis, part.sources) == (
                evidence[part.id].say,
                evidence[part.id].basis,
                evidence[part.id].sources,
            )
    assert any(part.sources for cause in found.causes for part in cause.supporting)


def test_a_document_that_nothing_rests_on_is_not_named(small: Pack) -> None:
    assert [source.id for source in assess(small, HEALTHY).sources] == ["T", "judgement"]
    pack = build(QUESTIONS, [], [], [])
    assert [source.id for source in assess(pack, ALL_YES).sources] == ["judgement"]


def test_what_is_still_open_names_questions_and_items(small: Pack) -> None:
    found = assess(small, {"age": 40, "alarm": {"fever": "yes", "jaundice": "unknown"}})
    flags = {
        flag.id: [(part.question, part.item, part.status) for part in flag.open]
        for flag in found.possible_flags
    }
    assert flags["fever_with_jaundice"] == [("alarm", "jaundice", "unknown")]
    assert flags["bleeding"] == [("alarm", "black_stool", "unasked"), ("iron", None, "unasked")]
    asked = {part.id: (part.status, part.items) for part in found.open_questions}
    assert asked["alarm"][0] == "unasked"
    assert set(asked["alarm"][1]) == {"jaundice", "black_stool"}
    assert asked["hepatitis"] == ("unasked", ())


@given(packs(), st.data())
def test_what_is_open_for_a_cause_is_what_could_still_change_its_evidence(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for cause in assess(pack, answers).causes:
        own = next(part for part in pack.causes if part.id == cause.id)
        still = {
            (atom.question, getattr(atom, "item", None), status)
            for part in (*own.supporting, *own.against)
            for atom, status in view.judge(part.when).open
        }
        assert {(part.question, part.item, part.status) for part in cause.open} == still


def test_weak_support_never_stands_first_without_saying_so(small: Pack) -> None:
    weak = assess(small, {**HEALTHY, "age": 63})
    assert weak.causes[0].support == "weak"
    assert weak.weak_alone is not None
    assert assess(small, {**HEALTHY, "age": 63, "hepatitis": "b"}).weak_alone is None


def test_a_cause_that_is_not_established_is_a_normal_ending(small: Pack) -> None:
    found = assess(small, HEALTHY)
    assert found.established is False
    assert [part.say for part in found.not_established] == ["The cause is not established."]
    assert assess(small, {**HEALTHY, "hepatitis": "b"}).not_established == ()


def test_under_18_causes_are_not_ranked(small: Pack) -> None:
    found = assess(small, {**HEALTHY, "age": 17})
    assert found.causes == ()
    assert found.causes_withheld is not None
    assert found.not_established == ()
    assert found.weak_alone is None
    assert assess(small, {**HEALTHY, "age": 18}).causes_withheld is None
    assert assess(small, {**HEALTHY, "age": "unknown"}).causes


def test_who_answers_for_a_child_is_addressed(small: Pack) -> None:
    found = assess(small, {**HEALTHY, "age": 17})
    assert found.carer is not None
    assert found.carer.say == "Answer for the child."
    assert assess(small, {**HEALTHY, "age": 18}).carer is None
    assert assess(small, {**HEALTHY, "age": "unknown"}).carer is None


# --- what alone would raise the level ------------------------------------------------------------


def test_what_alone_would_fire_an_open_flag_is_named(small: Pack) -> None:
    def alone(answers: dict[str, object]) -> dict[str, list[str]]:
        flags = assess(small, answers).possible_flags
        return {flag.id: [answer.text for answer in flag.alone] for flag in flags}

    assert alone({})["fever_with_jaundice"] == []
    assert alone({})["bleeding"] == []
    assert alone({"alarm": {"fever": "yes"}})["fever_with_jaundice"] == ["Jaundice"]
    assert alone({"alarm": {"jaundice": "unknown", "fever": "yes"}})["fever_with_jaundice"] == ["Jaundice"]
    assert alone({"alarm": {"black_stool": "yes"}})["bleeding"] == []
    assert alone({"iron": "no"})["bleeding"] == ["Black stool"]


@given(packs(), st.data())
def test_an_answer_said_to_fire_a_flag_alone_fires_it(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for flag, verdict in view.open_flags(above=-1):
        for still in view.alone(verdict, flag.when):
            assert still in verdict.open
            for whole in completions(pack, answers):
                full = View(pack, whole)
                assert full.holds(flag.when) or not full.holds(still.atom)


# --- reassurance --------------------------------------------------------------------------------


def test_reassurance_needs_the_report_the_level_and_every_switch_off_settled(small: Pack) -> None:
    found = assess(small, HEALTHY)
    assert found.reassured
    assert found.reassurance is not None
    assert found.not_reassured == ()


@pytest.mark.parametrize(
    ("change", "doubts"),
    [
        ({"benign": "no"}, ["report"]),
        ({"benign": "unknown"}, ["report"]),
        ({"past": {**NO_HISTORY, "cancer": "yes"}}, ["cancer"]),
        ({"past": {**NO_HISTORY, "cancer": "unknown"}}, ["cancer"]),
        ({"age": "unknown"}, ["child"]),
        ({"age": 17}, ["child"]),
        ({"alarm": {**NONE, "jaundice": "yes"}}, ["level"]),
        ({"age": "unknown", "past": {**NO_HISTORY, "cancer": "unknown"}}, ["cancer", "child", "could_reach"]),
        ({"alarm": {**NONE, "jaundice": "unknown"}}, ["could_reach"]),
        ({"alarm": {**NONE, "black_stool": "unknown"}, "iron": "yes"}, ["could_reach"]),
    ],
)
def test_each_missing_part_of_the_guard_is_told(
    small: Pack, change: dict[str, object], doubts: list[str]
) -> None:
    found = assess(small, {**HEALTHY, **change})
    assert found.reassured is False
    assert found.reassurance is None
    assert [doubt.id for doubt in found.not_reassured] == doubts


def test_each_doubt_says_where_it_comes_from(liver: Pack) -> None:
    found = assess(liver, {"age": 9})
    told = {doubt.id: (doubt.basis, doubt.sources) for doubt in found.not_reassured}
    assert liver.about.reassurance is not None
    child = next(off for off in liver.about.reassurance.switch_off if off.id == "child")
    assert told["child"] == (child.basis, child.sources)
    assert child.sources
    assert told["report"] == ("judgement", ())


def test_the_doubts_of_the_guard_itself_are_worded(small: Pack) -> None:
    alarm = {**NONE, "jaundice": "yes"}
    told = assess(small, {**HEALTHY, "benign": "no", "alarm": alarm}).not_reassured
    assert [(doubt.id, doubt.say, doubt.basis, doubt.sources) for doubt in told] == [
        ("report", "Your answers do not say that the report calls the spot harmless.", "judgement", ()),
        ("level", "Your answers call for a doctor sooner than a planned visit.", "judgement", ()),
    ]
    unsettled = assess(small, {**HEALTHY, "alarm": {**NONE, "jaundice": "unknown"}}).not_reassured
    assert [doubt.say for doubt in unsettled] == ["Something more urgent is not ruled out yet."]


def test_a_doubt_about_what_is_not_known_cites_what_the_switch_off_cites(liver: Pack) -> None:
    guard = liver.about.reassurance
    assert guard is not None
    offs = {off.id: off for off in guard.switch_off}
    found = assess(liver, {"report_kind": {"report_benign": "yes"}}).not_reassured
    told = {
        doubt.id: (doubt.basis, doubt.sources)
        for doubt in found
        if doubt.say.startswith("Not known so far: ")
    }
    assert any(sources for _, sources in told.values())
    assert told == {name: (offs[name].basis, offs[name].sources) for name in told}


def test_what_is_not_excluded_is_told_with_its_sources_the_most_urgent_first(liver: Pack) -> None:
    found = assess(liver, {}).possible_flags
    flags = {flag.id: flag for flag in liver.red_flags}
    assert [(part.id, part.say, part.basis, part.sources) for part in found] == [
        (flags[part.id].id, flags[part.id].say, flags[part.id].basis, flags[part.id].sources)
        for part in found
    ]
    ranks = [RANK[part.level] for part in found]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) > 2


def test_an_unknown_switch_off_is_told_as_not_known(small: Pack) -> None:
    told = {d.id: d.say for d in assess(small, {**HEALTHY, "age": "unknown"}).not_reassured}
    assert told["child"] == "Not known so far: the person is under 18."
    known = {d.id: d.say for d in assess(small, {**HEALTHY, "age": 9}).not_reassured}
    assert known["child"] == "The person is under 18."


@given(packs(), st.data())
def test_reassurance_never_stands_unless_it_stands_in_every_completion(
    pack: Pack, data: st.DataObject
) -> None:
    answers = data.draw(partial(pack))
    found = assess(pack, answers)
    if found.reassured:
        assert (found.level.id, found.could_reach) == ("consultation", None)
        for full in completions(pack, answers):
            assert assess(pack, full).reassured


# --- sentences, sources, shape ------------------------------------------------------------------


def test_advice_is_shown_when_its_condition_surely_holds(small: Pack) -> None:
    assert [part.say for part in assess(small, HEALTHY).advice] == ["Keep a daily routine."]
    assert [part.kind for part in assess(small, {**HEALTHY, "hepatitis": "b"}).advice] == ["do", "avoid"]
    assert len(assess(small, {**HEALTHY, "hepatitis": "unknown"}).advice) == 1


def test_every_cited_statement_has_its_document(small: Pack) -> None:
    found = assess(
        small,
        {
            **HEALTHY,
            "past": {**NO_HISTORY, "stones": "yes"},
            "alarm": {**NONE, "fever": "yes", "jaundice": "yes"},
        },
    )
    assert {source.id: source.statements for source in found.sources} == {
        "T": ("T1", "T2"),
        "R": ("R1",),
        "judgement": (),
    }


def test_reasons_are_in_the_words_the_person_saw(small: Pack) -> None:
    found = assess(
        small, {**HEALTHY, "age": 63, "hepatitis": "b", "alarm": {**NONE, "black_stool": "yes"}, "iron": "no"}
    )
    because = {flag.id: [(r.question, r.item, r.text) for r in flag.because] for flag in found.red_flags}
    assert because["bleeding"] == [
        ("alarm", "black_stool", "Black stool"),
        ("iron", None, "Iron tablets: no"),
    ]
    reasons = {
        cause.id: [r.text for part in cause.supporting for r in part.because] for cause in found.causes
    }
    assert reasons["ageing"] == ["Age: 63 years"]
    assert reasons["scar"] == ["Hepatitis: hepatitis B"]


def test_a_reason_that_was_a_no_says_so(small: Pack) -> None:
    found = assess(small, {**HEALTHY, "age": 63, "past": {**NO_HISTORY, "stones": "yes"}, "no_stones": "yes"})
    stones = next(cause for cause in found.causes if cause.id == "bile_stones")
    assert [r.text for part in stones.against for r in part.because] == ["The report says no stones"]


def test_the_json_has_the_shape_others_rely_on(small: Pack) -> None:
    found = assess(small, {**HEALTHY, "hepatitis": "b"}, date="2026-11-23").model_dump(
        by_alias=True, mode="json"
    )
    assert set(found["pack"]) >= {"id", "version", "digest"}
    assert set(found["level"]) >= {"id", "title"}
    assert set(found) >= {
        "status", "could_reach", "red_flags", "causes", "reassured", "open_questions", "advice", "sources", "answers",
    }  # fmt: skip
    assert set(found["causes"][0]) >= {"id", "support", "for", "against", "open"}
    assert found["date"] == "2026-11-23"
    assert found["answers"] == {**HEALTHY, "hepatitis": "b"}
    assert [question["id"] for question in assess(small, {"age": 5}).model_dump()["open_questions"]] == [
        "alarm",
        "iron",
        "hepatitis",
    ]


def test_a_pack_without_a_guard_never_reassures() -> None:
    flag = {
        "id": "f",
        "evidence": "t",
        "level": "consultation",
        "when": "q0",
        "say": "s",
        "basis": "judgement",
    }
    cause = {"id": "c", "title": "C", "code": "C", "about": [{"say": "a", "basis": "judgement"}]}
    evidence = {
        "id": "e",
        "when": "q0",
        "strength": "weak",
        "origin": "age",
        "say": "s",
        "basis": "judgement",
    }
    pack = build([question(0, "yes_no", None)], [], [flag], [{**cause, "for": [evidence]}])
    found = assess(pack, {"q0": "yes"})
    assert (found.reassured, found.reassurance, found.not_reassured) == (False, None, ())


def test_several_of_answers_that_do_not_apply_are_told_item_by_item() -> None:
    questions = [question(0, "yes_no", None), question(1, "several_of", Said("q0"))]
    flag = {
        "id": "f",
        "evidence": "t",
        "level": "emergency",
        "when": "q1_0",
        "say": "s",
        "basis": "judgement",
    }
    pack = build(questions, [], [flag], [])
    with pytest.raises(
        AnswerError, match=r"'q1' \(q1_0: yes, q1_1: no\) does not apply, because of the answer: Label 0: no"
    ):
        assess(pack, {"q0": "no", "q1": {"q1_0": "yes", "q1_1": "no"}})
