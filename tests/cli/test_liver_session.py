"""Whole interviews on the shipped pack in a real terminal, by people of very different kinds."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from tests.cli.terminal import Session
from triage.pack import EMERGENCY, RANK, Pack, Question

LIVER = "liver_calcification"
Person = Callable[[Question], str]


def one_line(text: str) -> str:
    """Text without the line breaks that the width of the terminal makes."""
    return re.sub(r"\s+", " ", text)


@dataclass
class Held:
    """An interview that was held: its session, and the prompts with what was on the screen at each."""

    session: Session
    prompts: list[str] = field(default_factory=list)
    screens: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The summary in one line."""
        return one_line(self.session.everything.split("SUMMARY:", 1)[1])


def asked(session: Session, pack: Pack) -> tuple[Question, bool]:
    """The question at the prompt, and whether it is the plainer one."""
    said = one_line(session.since)
    plainer = "Closer look " in said
    for question in pack.questions:
        words = [question.ask] if not plainer else [question.plainer, *(o.plainer for o in question.options)]
        if any(f" {one_line(text)} " in f" {said} " for text in words if text):
            return question, plainer
    raise AssertionError(f"no question of the pack is asked: {said}")


def start(cold: bool = False, **size: int) -> Session:
    session = Session(pack=LIVER, cold=cold, **size)
    session.child.delaybeforesend = None  # the prompt is there; nothing has to be waited for
    return session


def waits(session: Session) -> bool:
    return not session.ended and not session.summarised


def hold(
    pack: Pack, person: Person, *, go_on: bool = True, plainer: str = "no", cold: bool = False, **size: int
) -> Held:
    """Hold an interview to its end; what a person is told about an emergency does not stop them."""
    held = Held(start(cold, **size))
    while waits(held.session):
        if "Stop here and show the summary" in held.session.since:
            held.session.send("go on" if go_on else "stop")
            continue
        question, closer = asked(held.session, pack)
        held.prompts.append(question.id)
        held.screens.append(held.session.shown)
        assert len(held.prompts) < 150
        held.session.send(plainer if closer else person(question))
    assert held.session.finish() == 0
    return held


def healthy(age: int) -> Person:
    """Someone of this age with nothing to report."""

    def reply(question: Question) -> str:
        if question.kind == "number":
            return str(age)
        if question.kind == "one_of":
            return question.choices[str(question.none)].label
        return "none" if question.kind == "several_of" else "no"

    return reply


def with_signs(age: int, *items: str, **answers: str) -> Person:
    """Someone of this age with these items of lists, and these answers to other questions."""

    def reply(question: Question) -> str:
        if question.id in answers:
            return answers[question.id]
        places = [str(place) for place, item in enumerate(question.choices, start=1) if item in items]
        return ",".join(places) if question.kind == "several_of" and places else healthy(age)(question)

    return reply


def unsure(question: Question) -> str:
    """Someone who knows nothing at all, and says so in two ways."""
    return "skip" if question.kind == "several_of" else "don't know"


# --- how long it takes ----------------------------------------------------------------------------


@pytest.mark.parametrize("age", [30, 45, 70])
def test_a_person_with_nothing_to_report_is_done_within_15_prompts(liver: Pack, age: int) -> None:
    held = hold(liver, healthy(age), cold=age == 45)
    assert len(held.prompts) <= 15, held.prompts
    assert "That was the last question. Here is your summary." in held.session.everything


TYPICAL = {
    "pain for weeks and a gallbladder operation": with_signs(58, "belly_pain", "pain_upper_right", "stones", "bile_surgery"),
    "hepatitis B and tired": with_signs(46, "fatigue", "bloating", hepatitis="hepatitis B"),
    "an old injury, diabetes, lived with dogs and sheep": with_signs(39, "injury_old", "diabetes", "dogs_livestock"),
    "cancer years ago and thinner": with_signs(67, "cancer", "weight_loss", "report_granuloma"),
    "a child": with_signs(9, "fatigue"),
    "a young woman who is pregnant": with_signs(31, "itch", pregnant="yes"),
}  # fmt: skip


@pytest.mark.parametrize("name", TYPICAL)
def test_a_typical_person_is_done_within_25_prompts(liver: Pack, name: str) -> None:
    held = hold(liver, TYPICAL[name])
    assert len(held.prompts) <= 25, held.prompts
    assert "See a doctor about this finding" in held.summary


def test_the_number_of_questions_left_never_rises_and_is_never_too_low(liver: Pack) -> None:
    held = hold(liver, TYPICAL["hepatitis B and tired"])
    left = [
        int(number or 0)
        for number in re.findall(
            r"^Question \d+ · (?:at most (\d+) more|the last one)$", held.session.everything, re.M
        )
    ]
    assert left == sorted(left, reverse=True)
    assert all(most >= len(left) - place for place, most in enumerate(left, start=1))


# --- what the screen shows ------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 80])
def test_nothing_is_wider_than_the_terminal_and_no_word_is_lost(liver: Pack, columns: int) -> None:
    held = hold(liver, TYPICAL["pain for weeks and a gallbladder operation"], columns=columns)
    assert max(len(line) for line in held.session.everything.splitlines()) <= columns
    said = one_line(held.session.everything)
    for name in dict.fromkeys(held.prompts):
        question = liver.question[name]
        for text in (question.ask, *(option.label for option in question.options)):
            assert one_line(text) in said


def test_on_a_usual_terminal_a_question_is_on_the_screen_with_all_its_answers(liver: Pack) -> None:
    held = hold(liver, TYPICAL["cancer years ago and thinner"])
    for name, screen in zip(held.prompts, held.screens, strict=True):
        question, shown = liver.question[name], one_line(screen)
        assert one_line(question.ask) in shown
        assert all(one_line(option.label) in shown for option in question.options), screen
        assert screen.splitlines()[-1] == ">"


def test_in_a_narrow_terminal_the_question_itself_can_still_be_read(liver: Pack) -> None:
    held = hold(liver, TYPICAL["a child"], columns=40)
    for name, screen in zip(held.prompts, held.screens, strict=True):
        assert one_line(liver.question[name].ask) in one_line(screen), screen


# --- emergencies ----------------------------------------------------------------------------------


def emergency_items(pack: Pack) -> Iterator[tuple[str, str]]:
    """The items that fire an ambulance on their own, with their question."""
    from triage.condition import AnyOf, Item

    for flag in pack.red_flags:
        parts = flag.when.of if isinstance(flag.when, AnyOf) else (flag.when,)
        if flag.level == "emergency_ambulance":
            yield from ((part.question, part.item) for part in parts if isinstance(part, Item))


def test_an_emergency_is_told_at_once_and_stopping_there_gives_the_summary(liver: Pack) -> None:
    question, item = next(emergency_items(liver))
    held = hold(liver, with_signs(52, item), go_on=False)
    assert held.prompts[-1] == question
    told = held.session.everything.split("SUMMARY:")[0]
    words = liver.about.levels["emergency_ambulance"]
    assert f"!!! {words.title} ({words.within})" in told
    for sentence in words.say:
        assert sentence.when is not None or one_line(sentence.say) in one_line(told.replace("!  ", ""))
    assert told.index("!!!") < told.index("Stop here and show the summary")
    assert held.summary.index(words.title) < held.summary.index("Sources")
    assert "This summary is not complete" in held.summary


def test_going_on_after_an_emergency_keeps_it_at_the_top(liver: Pack) -> None:
    _, item = next(emergency_items(liver))
    held = hold(liver, with_signs(52, item))
    assert held.session.everything.count("Stop here and show the summary") == 1
    assert liver.about.levels["emergency_ambulance"].title in held.summary[:400]
    assert "This summary is not complete" not in held.summary


def test_why_on_a_danger_question_names_the_levels_and_the_sources(liver: Pack) -> None:
    session = start()
    session.send("52")
    question, _ = asked(session, liver)
    assert any(RANK[flag.level] >= EMERGENCY for flag in liver.red_flags)
    session.send("why")
    told = one_line(session.since)
    assert one_line(question.why) in told
    assert f'Could mean "{liver.about.levels["emergency_ambulance"].title}": ' in told
    assert f'If "{question.options[0].label}": "{liver.about.levels["emergency_ambulance"].title}"' in told
    cited = set(re.findall(r"[A-Z]\d+[a-z]?(?:\.[a-z_]+)?(?=[,\]])", told))
    assert cited
    assert cited <= set(liver.statement)


# --- nonsense and not knowing ---------------------------------------------------------------------

GARBAGE = ["", "  ", "maybe", "99", "1,99", "yes no", "[bold]1[/bold]", "\\e[31m", "none,1", "1;2", "ja", "-1", "%s", "👍", "x" * 3_000]  # fmt: skip


def test_garbage_is_never_an_answer_to_any_question(liver: Pack) -> None:
    person = TYPICAL["hepatitis B and tired"]
    session = start()
    number = 0
    while waits(session):
        question, _ = asked(session, liver)
        for _ in range(2):
            typed = GARBAGE[number % len(GARBAGE)]
            number += 1
            if not (typed.startswith("yes") and question.kind == "yes_no"):
                session.send(typed)
                assert "Question " not in session.since, (question.id, typed)
                assert "\x1b[31m" not in session.raw
        session.send("list")
        before = session.since
        session.send(person(question))
        assert question.label not in before
    assert number > 2 * len(GARBAGE)
    assert session.finish() == 0


def test_who_knows_nothing_is_sent_to_a_doctor_today_at_least(liver: Pack) -> None:
    held = hold(liver, unsure, plainer="don't know")
    today, worst = liver.about.levels["consultation_24"], liver.about.levels["emergency_ambulance"]
    assert f"At least: {today.title} ({today.within})" in held.summary
    assert f"We could not rule out something more urgent: {worst.title}" in held.summary
    assert liver.about.reassurance is not None
    assert one_line(liver.about.reassurance.say) not in held.summary


# --- people with a branch of their own ------------------------------------------------------------


def test_for_a_child_the_carer_is_addressed_and_no_causes_are_ranked(liver: Pack) -> None:
    held = hold(liver, TYPICAL["a child"])
    assert liver.about.carer is not None
    assert liver.about.causes_withheld is not None
    told = one_line(held.session.everything.split("SUMMARY:")[0])
    assert told.count(one_line(liver.about.carer.say)) == 1
    assert one_line(liver.about.causes_withheld.say) in held.summary


def test_an_ordinary_adult_is_sent_to_a_planned_visit_and_not_called_ill(liver: Pack) -> None:
    held = hold(liver, with_signs(45, "report_benign", "unchanged"))
    planned = liver.about.levels["consultation"]
    assert f"{planned.title} ({planned.within})" in held.summary[:400]
    assert "At least:" not in held.summary
    assert "!!!" not in held.session.everything


def test_going_back_over_the_whole_interview_changes_nothing_that_is_kept(liver: Pack) -> None:
    person = TYPICAL["an old injury, diabetes, lived with dogs and sheep"]
    session = start()
    first: list[str] = []
    for _ in range(6):
        first.append(asked(session, liver)[0].id)
        session.send(person(asked(session, liver)[0]))
    there = asked(session, liver)[0].id
    for _ in first:
        session.send("back")
        assert "Your answer so far: " in one_line(session.since)
    again = []
    for _ in first:
        again.append(asked(session, liver)[0].id)
        session.send("")
    assert again == first
    assert asked(session, liver)[0].id == there
    assert session.key("c") == 130


@pytest.mark.parametrize("typed", ["no", "n", "No", "yes", "y"])
def test_a_yes_or_no_at_a_list_never_stands_for_an_item_that_begins_so(liver: Pack, typed: str) -> None:
    """`No urine` and `no drink stays down` begin with no; that is no way to say them."""
    from triage.cli.replies import Unclear, read_reply
    from triage.interview import Step

    lists = [question for question in liver.questions if question.kind == "several_of"]
    assert any(item.startswith("no_") for question in lists for item in question.choices)
    for question in lists:
        assert isinstance(read_reply(typed, Step(question.id), question, list(question.choices)), Unclear)
