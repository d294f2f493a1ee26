"""What is asked next, and what a session's events come to: laws on generated packs and on the shipped one."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import build, domain, loose, packs, question
from triage.answers import Answer, Answers
from triage.assess import assess
from triage.condition import Item, Said
from triage.interview import (
    Answered,
    Event,
    State,
    Step,
    WentBack,
    closer_looks_left,
    fold,
    next_question,
    next_step,
    steps_left,
)
from triage.logic import NO, UNKNOWN
from triage.pack import EMERGENCY, RANK, Advice, Pack, Question
from triage.view import View

NONE = {"fever": "no", "jaundice": "no", "black_stool": "no"}
Reply = Callable[[Question, Step], Answer]


def interview(pack: Pack, reply: Reply, given_before: Answers | None = None) -> list[tuple[Step, State]]:
    """Hold an interview to its end: each step with the state before it."""
    events: list[Event] = []
    asked: list[tuple[Step, State]] = []
    while True:
        state = fold(pack, events, given_before or {})
        step = next_step(pack, state.answers, state.clarified)
        asked.append((step or Step("end"), state))
        if step is None:
            return asked
        assert len(asked) < 200, "the interview does not end"
        events.append(Answered(step, reply(pack.question[step.question], step)))


def drawn(data: st.DataObject) -> Reply:
    """Answers drawn at random, "don't know" among them."""

    def reply(question: Question, step: Step) -> Answer:
        if step.item is not None:
            return data.draw(st.sampled_from(["yes", "no", "unknown"]))
        if question.kind == "several_of":
            return {item: data.draw(st.sampled_from(["yes", "no", "unknown"])) for item in question.choices}
        return data.draw(st.sampled_from([*domain(question), "unknown"]))

    return reply


def nothing(question: Question, step: Step) -> Answer:
    """The answers of a person of 45 with nothing to report."""
    if step.item is not None or question.kind == "yes_no":
        return "no"
    if question.kind == "several_of":
        return dict.fromkeys(question.choices, "no")
    return 45 if question.kind == "number" else str(question.none)


# --- what is asked ------------------------------------------------------------------------------


def test_danger_is_asked_first_and_age_in_the_authors_order(small: Pack) -> None:
    asked = [step.question for step, _ in interview(small, nothing)]
    assert asked == ["alarm", "age", "hepatitis", "past", "benign", "no_stones", "end"]


def test_a_gate_of_a_danger_question_counts_as_danger(small: Pack) -> None:
    first = next_step(small)
    assert first == Step("alarm")
    assert next_step(small, {"alarm": {**NONE, "black_stool": "yes"}}) == Step("iron")


def test_after_an_emergency_only_an_ambulance_still_counts_as_danger(small: Pack) -> None:
    fired = {"alarm": {"fever": "yes", "jaundice": "yes", "black_stool": "no"}}
    assert next_step(small, fired) == Step("age")
    assert next_step(small, {"alarm": {"fever": "yes", "jaundice": "yes", "black_stool": "yes"}}) == Step(
        "iron"
    )


def test_after_an_ambulance_nothing_is_danger_any_more(small: Pack) -> None:
    answers = {"alarm": {"fever": "unknown", "jaundice": "unknown", "black_stool": "yes"}, "iron": "no"}
    assert next_step(small, answers) == Step("age")


def test_a_dont_know_about_danger_is_followed_once_by_a_plainer_question(small: Pack) -> None:
    answers = {"alarm": {**NONE, "fever": "yes", "jaundice": "unknown"}}
    step = next_step(small, answers)
    assert step == Step("alarm", "jaundice", plainer=True)
    assert next_step(small, answers, clarified=[step]) == Step("age")


def test_a_dont_know_that_can_raise_nothing_is_not_followed_up(small: Pack) -> None:
    assert next_step(small, {"alarm": {**NONE, "fever": "unknown"}}) == Step("age")


def test_plainer_questions_come_in_the_order_of_the_items_and_for_whole_questions_too(small: Pack) -> None:
    answers = {"alarm": dict.fromkeys(NONE, "unknown"), "iron": "unknown"}
    first = next_step(small, answers)
    assert first == Step("alarm", "fever", plainer=True)
    done = [Step("alarm", item, plainer=True) for item in NONE]
    assert next_step(small, answers, done[:1]) == done[1]
    assert next_step(small, answers, done[:2]) == done[2]
    assert next_step(small, answers, done) == Step("iron", None, plainer=True)
    assert next_step(small, answers, [*done, Step("iron", None, plainer=True)]) == Step("age")


def test_the_rest_of_a_list_is_asked_before_the_plainer_question_about_an_item(small: Pack) -> None:
    assert next_step(small, {"alarm": {"fever": "unknown"}}) == Step("alarm")


def test_plainer_questions_come_in_the_order_of_the_items_whatever_the_order_of_the_flags() -> None:
    judged = {"evidence": "t", "level": "emergency", "say": "s", "basis": "judgement"}
    flags = [{"id": "one", "when": "q0_1", **judged}, {"id": "two", "when": "q0_0", **judged}]
    pack = build([question(0, "several_of", None)], [], flags, [])
    answers = {"q0": {"q0_0": "unknown", "q0_1": "unknown"}}
    assert next_step(pack, answers) == Step("q0", "q0_0", plainer=True)


def test_what_can_change_nothing_any_more_is_not_asked(small: Pack) -> None:
    child = {"age": 9, "alarm": NONE, "hepatitis": "never"}
    assert next_step(small, child) is None
    assert next_step(small, {"age": 70, "alarm": NONE, "hepatitis": "never"}) == Step("past")


def test_the_public_door_gives_the_question(small: Pack) -> None:
    asked = next_question(small, {})
    assert asked is not None
    assert asked.id == "alarm"
    assert next_question(small, {"age": 9, "alarm": {"closed": True}, "hepatitis": "never"}) is None
    unsure = next_question(small, {"alarm": {"items": ["fever", "?jaundice"], "closed": True}})
    assert unsure is not None
    assert unsure.id == "age"


JUDGED = {"say": "s", "basis": "judgement"}
THREE = [question(number, "yes_no", None) for number in range(3)]


def cause(when: str, **more: object) -> dict[str, object]:
    evidence = {"id": "e", "when": when, "strength": "weak", "origin": "age", **JUDGED}
    return {"id": "c", "title": "C", "code": "C", "about": [JUDGED], "for": [evidence], **more}


def flag(when: str, level: str) -> dict[str, object]:
    return {"id": f"flag_{when}", "evidence": "t", "level": level, "when": when, **JUDGED}


def asked_by(pack: Pack, answers: Answers | None = None) -> list[str]:
    """The questions that are asked of somebody who answers every one with yes."""
    return [step.question for step, _ in interview(pack, lambda *_: "yes", answers)][:-1]


@pytest.mark.parametrize("part", ["about", "handling", "advice", "tests", "follow_up"])
def test_a_sentence_of_a_cause_is_asked_about_while_the_cause_can_be_supported(part: str) -> None:
    extra = {"handling": {"way": "watching"}, "advice": {"kind": "do"}}.get(part, {})
    pack = build(THREE, [], [], [cause("q0", **{part: [{**JUDGED, "when": "q1", **extra}]})])
    assert asked_by(pack) == ["q0", "q1"]
    assert asked_by(pack, {"q0": "yes"}) == ["q1"]
    assert asked_by(pack, {"q0": "no"}) == []


def test_a_sentence_of_the_pack_is_asked_about() -> None:
    pack = build(THREE, [], [], [])
    sentence = Advice.model_construct(
        id=None, kind="do", say="s", when=Said("q2"), basis="judgement", sources=()
    )
    general = pack.general.model_copy(update={"advice": (sentence,)})
    assert asked_by(pack) == []
    assert asked_by(pack.model_copy(update={"general": general})) == ["q2"]
    about = pack.about.model_copy(update={"not_established": (sentence,)})
    assert asked_by(pack.model_copy(update={"about": about})) == ["q2"]


def test_the_guard_of_reassurance_is_asked_about_while_it_can_still_hold() -> None:
    pack = build(THREE, [], [flag("q0", "consultation_2w")], [], guard="q1", off="q2")
    assert asked_by(pack, {"q0": "no"}) == ["q1", "q2"]
    assert asked_by(pack, {"q0": "no", "q1": "no"}) == []
    assert asked_by(pack, {"q0": "yes"}) == []
    planned = build(THREE, [], [flag("q0", "consultation")], [], guard="q1", off="q2")
    assert asked_by(planned, {"q0": "yes"}) == ["q1", "q2"]


# --- laws ---------------------------------------------------------------------------------------


@given(packs(), st.data())
def test_every_step_is_applicable_unanswered_and_open(pack: Pack, data: st.DataObject) -> None:
    for step, state in interview(pack, drawn(data))[:-1]:
        view = View(pack, state.answers)
        assert view.applies(step.question).truth is not NO
        open_now = {
            (atom.question, getattr(atom, "item", None), status) for atom, status in view.open_atoms()
        }
        if step.plainer:
            assert step not in state.clarified
            assert any(q == step.question and status == "unknown" for q, _, status in open_now)
        else:
            assert any(q == step.question and status == "unasked" for q, _, status in open_now)


@given(packs(), st.data())
def test_nothing_is_asked_while_another_question_could_still_raise_the_level_to_an_emergency(
    pack: Pack, data: st.DataObject
) -> None:
    for step, state in interview(pack, drawn(data))[:-1]:
        view = View(pack, state.answers)
        floor = max(EMERGENCY - 1, view.fired_rank())
        urgent = {
            still.atom.question
            for flag in pack.red_flags
            if RANK[flag.level] > floor and view.judge(flag.when).truth is UNKNOWN
            for still in view.judge(flag.when).open
            if still.status == "unasked"
        }
        assert not urgent or step.question in urgent or step.plainer


@given(packs(), st.data())
def test_the_steps_left_never_rise_and_are_never_too_few(pack: Pack, data: st.DataObject) -> None:
    states = interview(pack, drawn(data))
    left = [steps_left(pack, state.answers, state.clarified) for _, state in states]
    whole = [not step.plainer for step, _ in states[:-1]]
    assert left == sorted(left, reverse=True)
    for place, most in enumerate(left):
        assert sum(whole[place:]) <= most
    assert left[-1] == 0


@given(packs(), st.data())
def test_closer_looks_are_never_more_than_told_and_fall_until_the_next_question(
    pack: Pack, data: st.DataObject
) -> None:
    states = interview(pack, drawn(data))
    left = [closer_looks_left(pack, state.answers, state.clarified) for _, state in states]
    for place, (step, _) in enumerate(states[:-1]):
        if step.plainer:
            assert left[place + 1] < left[place]
            looks = 0
            while states[place + looks][0].plainer:
                looks += 1
            assert looks <= left[place]
    assert left[-1] == 0


def test_the_closer_looks_left_are_counted_by_item(small: Pack) -> None:
    answers = {"alarm": dict.fromkeys(NONE, "unknown")}
    assert closer_looks_left(small, answers) == 3
    assert closer_looks_left(small, answers, [Step("alarm", "fever", plainer=True)]) == 2
    assert closer_looks_left(small, {"alarm": {**NONE, "fever": "unknown"}}) == 0


@given(packs(), st.data())
def test_each_dont_know_is_asked_again_at_most_once(pack: Pack, data: st.DataObject) -> None:
    steps = [step for step, _ in interview(pack, drawn(data))]
    assert len(set(steps)) == len(steps)


@given(packs(), st.data())
def test_asking_less_comes_to_the_same_as_asking_everything(pack: Pack, data: st.DataObject) -> None:
    full: dict[str, Answer] = {}
    for asked in pack.questions:
        if View(pack, full).applies(asked.id).truth is not NO:
            full[asked.id] = data.draw(st.sampled_from(domain(asked)))
    _, end = interview(pack, lambda question, _step: full[question.id])[-1]
    assert outcome(pack, end.answers) == outcome(pack, full)


def outcome(pack: Pack, answers: Answers) -> object:
    """Level, flags, causes with their evidence, advice, reassurance."""
    found = assess(pack, answers)
    causes = [
        (cause.id, cause.support, [part.id for part in cause.supporting], [part.id for part in cause.against])
        for cause in found.causes
    ]
    return found.level.id, [flag.id for flag in found.red_flags], causes, found.advice, found.reassured


@given(packs(), st.data())
def test_a_finished_interview_leaves_nothing_unasked(pack: Pack, data: st.DataObject) -> None:
    _, end = interview(pack, drawn(data))[-1]
    assert assess(pack, end.answers).status in ("complete", "unsettled")


@given(packs(), st.data())
def test_going_back_returns_to_the_same_step_and_keeping_the_drafts_leads_to_the_same_end(
    pack: Pack, data: st.DataObject
) -> None:
    states = interview(pack, drawn(data))
    steps = [step for step, _ in states[:-1]]
    end = states[-1][1]
    events: list[Event] = [Answered(step, _said(states, place)) for place, step in enumerate(steps)]
    assert fold(pack, events) == end
    for taken, step in enumerate(reversed(steps), start=1):
        back = fold(pack, [*events, *([WentBack()] * taken)])
        assert next_step(pack, back.answers, back.clarified) == step
        assert set(back.drafts) == set(steps[len(steps) - taken :])
        assert back.answers == states[len(steps) - taken][1].answers
        again: list[Event] = [Answered(kept, back.drafts[kept]) for kept in steps[len(steps) - taken :]]
        assert fold(pack, [*events, *([WentBack()] * taken), *again]) == end


def _said(states: list[tuple[Step, State]], place: int) -> Answer:
    """The answer that an interview got at a step, read from what it came to."""
    step, _ = states[place]
    after = states[place + 1][1].answers[step.question]
    if step.item is not None:
        assert isinstance(after, dict)
        return str(after[step.item])
    return after if not isinstance(after, dict) else {**after}


@given(packs(), st.data())
def test_what_a_session_comes_to_has_no_answer_that_does_not_apply(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(loose(pack))
    state = fold(pack, [Answered(Step(name), answer) for name, answer in answers.items()])
    view = View(pack, state.answers)
    assert all(view.applies(name).truth is not NO for name in state.answers)
    assert {name: answers[name] for name in state.answers} == state.answers
    assert state.path == tuple(Step(name) for name in answers)


def test_a_person_with_nothing_to_report_is_done_within_15_prompts(liver: Pack) -> None:
    assert len(interview(liver, nothing)) - 1 <= 15


@pytest.mark.parametrize("age", [5, 30, 45, 70])
def test_a_typical_person_is_done_within_25_prompts(liver: Pack, age: int) -> None:
    yes = {
        "fever",
        "belly_pain",
        "pain_upper_right",
        "stones",
        "diabetes",
        "fatigue",
        "injury_old",
        "dogs_livestock",
    }

    def reply(question: Question, step: Step) -> Answer:
        if question.kind == "several_of" and step.item is None:
            return {item: "yes" if item in yes else "no" for item in question.choices}
        return (
            age
            if question.kind == "number"
            else "b"
            if question.id == "hepatitis"
            else nothing(question, step)
        )

    assert len(interview(liver, reply)) - 1 <= 25


# --- sessions -----------------------------------------------------------------------------------

ALARM, AGE = Step("alarm"), Step("age")
JAUNDICE = Step("alarm", "jaundice", plainer=True)


def test_no_events_are_no_answers(small: Pack) -> None:
    assert fold(small, []) == State({}, {}, (), frozenset())


def test_going_back_takes_the_last_answer_back_and_keeps_it_as_a_draft(small: Pack) -> None:
    events = [Answered(ALARM, NONE), Answered(AGE, 63), WentBack()]
    state = fold(small, events)
    assert state == State({"alarm": NONE}, {AGE: 63}, (ALARM,), frozenset())
    assert fold(small, [*events, WentBack()]).drafts == {AGE: 63, ALARM: NONE}


def test_going_back_at_the_beginning_changes_nothing(small: Pack) -> None:
    assert fold(small, [WentBack()]) == State({}, {}, (), frozenset())


def test_answering_again_replaces_a_draft_and_leaves_the_others(small: Pack) -> None:
    events = [
        Answered(ALARM, NONE),
        Answered(AGE, 63),
        WentBack(),
        WentBack(),
        Answered(ALARM, {**NONE, "fever": "yes"}),
    ]
    state = fold(small, events)
    assert state.answers == {"alarm": {**NONE, "fever": "yes"}}
    assert state.drafts == {AGE: 63}


def test_a_plainer_answer_is_laid_over_its_item_and_taken_back_again(small: Pack) -> None:
    first = {"fever": "yes", "jaundice": "unknown", "black_stool": "no"}
    events: list[Event] = [Answered(ALARM, first), Answered(JAUNDICE, "yes")]
    state = fold(small, events)
    assert state.answers == {"alarm": {**first, "jaundice": "yes"}}
    assert state.clarified == {JAUNDICE}
    back = fold(small, [*events, WentBack()])
    assert back.answers == {"alarm": first}
    assert back.clarified == frozenset()
    assert back.drafts == {JAUNDICE: "yes"}


def test_a_plainer_answer_to_a_whole_question_replaces_it(small: Pack) -> None:
    plain = Step("age", None, plainer=True)
    state = fold(small, [Answered(AGE, "unknown"), Answered(plain, 70)])
    assert state.answers == {"age": 70}
    assert state.clarified == {plain}


def test_answers_given_beforehand_are_kept_and_completed(small: Pack) -> None:
    state = fold(
        small,
        [Answered(ALARM, {"jaundice": "no", "black_stool": "no"})],
        {"alarm": {"fever": "yes"}, "age": 5},
    )
    assert state.answers == {"alarm": {"fever": "yes", "jaundice": "no", "black_stool": "no"}, "age": 5}
    assert state.path == (ALARM,)


def test_an_answer_that_no_longer_applies_is_not_on_the_live_path(small: Pack) -> None:
    iron = Step("iron")
    events: list[Event] = [Answered(ALARM, {**NONE, "black_stool": "yes"}), Answered(iron, "yes")]
    assert fold(small, events).answers["iron"] == "yes"
    changed = fold(small, [*events, Answered(ALARM, NONE)])
    assert "iron" not in changed.answers
    assert iron in changed.path


def test_items_are_told_apart_in_the_path(small: Pack) -> None:
    assert Item("alarm", "fever") != Item("alarm", "jaundice")
    assert Step("alarm") != Step("alarm", plainer=True)


def test_a_question_without_a_plainer_wording_is_not_asked_again() -> None:
    bare = {key: value for key, value in question(0, "yes_no", None).items() if key != "plainer"}
    flag = {"id": "f", "evidence": "t", "level": "emergency", "when": "q0", "say": "s", "basis": "judgement"}
    assert next_step(build([bare], [], [flag], []), {"q0": "unknown"}) is None
    assert next_step(build([question(0, "yes_no", None)], [], [flag], []), {"q0": "unknown"}) == Step(
        "q0", None, True
    )
