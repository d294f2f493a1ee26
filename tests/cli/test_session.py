"""Interactive sessions in a real terminal: what a person sees after each key."""

import re

import pytest

from tests.cli.terminal import Session


@pytest.fixture
def session() -> Session:
    return Session()


def test_the_opening_says_what_this_is_how_long_it_takes_and_that_nothing_leaves_the_machine(
    session: Session,
) -> None:
    lines = session.everything.splitlines()
    assert lines[:3] == [
        "This prepares your visit to a doctor about a small finding.",
        "It takes about five minutes: at most 7 questions, most people see fewer.",
        "Nothing you type leaves this machine, and nothing is saved unless you ask.",
    ]


def test_a_list_shows_its_items_numbered_its_terms_explained_and_what_to_type(session: Session) -> None:
    assert session.shown.splitlines()[-8:] == [
        "Question 1 · at most 6 more",
        "(Jaundice means: yellow skin or eyes.)",
        "Do you have any of these now?",
        "  1  Fever",
        "  2  Jaundice",
        "  3  Black stool",
        "Type the numbers that apply, like 1,3. Type ?3 for not sure, or none.",
        ">",
    ]


def test_items_are_understood_by_number_word_label_and_beginning(session: Session) -> None:
    for reply in ("1,3", "1 3", "fever, black_stool", "Fever,BLACK STOOL", "fev, bl", "3,1"):
        session.send(reply)
        assert "Taken as no: Jaundice. (back changes it)" in session.since
        assert "Do you take iron?" in session.shown
        session.send("back")


def test_a_term_is_explained_once(session: Session) -> None:
    session.send("?2")
    assert session.everything.casefold().count("jaundice means") == 1


REFUSED = [
    (
        "",
        "Enter alone is not an answer. Type the numbers that apply, like 1,3. Type ?3 for not sure, or none.",
    ),
    ("   ", "Enter alone is not an answer."),
    ("7", "'7' is not one of the answers."),
    ("0", "'0' is not one of the answers."),
    ("1,9", "'9' is not one of the answers."),
    ("nothing", "'nothing' is not one of the answers."),
    ("no", "'no' is not enough for a list. If none of them applies, type none."),
    ("N", "'n' is not enough for a list. If none of them applies, type none."),
    ("yes", "'yes' is not enough for a list. Say which."),
    ("1,no", "'no' is not one of the answers."),
    ("?no", "'?no' is not one of the answers."),
    ("1,?1", "'1' is named twice, once as not sure."),
    ("none,1", "'none' does not go together with other answers."),
    ("1,none", "'none' does not go together with other answers."),
    (",", "',' is not one of the answers."),
    ("?", "They can be urgent. [R1]"),
    ("[red]x[/red]", "'[red]x[/red]' is not one of the answers."),
    ("qui", "'qui' is not one of the answers."),
    ("١", "'١' is not one of the answers."),
]


def test_what_is_no_answer_is_never_taken_for_one(session: Session) -> None:
    for reply, said in REFUSED:
        session.send(reply)
        assert said in re.sub(r"\s+", " ", session.since), reply
    session.send("none")
    assert "How old are you?" in session.shown


def test_one_beginning_that_fits_two_lines_fits_none() -> None:
    session = Session()
    for reply in ("none", "40"):
        session.send(reply)
    session.send("hepatitis")
    assert "'hepatitis' fits more than one answer. Type its number." in session.since
    session.send("hepatitis B")
    assert "Which of these have you had?" in session.shown


def test_a_number_is_understood_and_an_impossible_one_refused(session: Session) -> None:
    session.send("none")
    for reply in ("121", "-1", "4.5", "sixty", "1e2", "9" * 30, "6 3"):
        session.send(reply)
        assert "Type a whole number from 0 to 120, or don't know." in re.sub(r"\s+", " ", session.since)
    for reply in ("63", "63 years", " 63 "):
        session.send(reply)
        session.send("list")
        assert "- Age: 63 years" in session.since
        session.send("back")


def test_one_of_several_is_understood(session: Session) -> None:
    for line in ("none", "40"):
        session.send(line)
    for reply in ("2", "b", "B", "hepatitis b", "HEPATITIS B"):
        session.send(reply)
        session.send("list")
        assert "- Hepatitis: hepatitis B" in session.since
        session.send("back")


def test_not_knowing_is_an_answer_everywhere(session: Session) -> None:
    for line in ("none", "40"):
        session.send(line)
    for reply in ("4", "d", "don't know", "don’t know", "dont know", "not sure", "Unknown", "skip"):
        session.send(reply)
        session.send("list")
        assert "- Hepatitis: not sure" in session.since
        session.send("back")


def test_yes_and_no_are_understood(session: Session) -> None:
    session.send("3")
    for reply, said in (
        ("y", "yes"),
        ("YES", "yes"),
        ("1", "yes"),
        ("n", "no"),
        ("2", "no"),
        ("don", "not sure"),
    ):
        session.send(reply)
        if "Stop here" in session.since:
            session.send("go on")
        session.send("list")
        assert f"- Iron tablets: {said}" in session.since
        session.send("back")


def test_a_dont_know_about_danger_is_followed_by_one_plainer_question(session: Session) -> None:
    session.send("1,?2")
    assert "Is the white of your eyes yellow?" in session.since
    assert "Closer look 1 of 1 · then at most 5 more questions" in session.since
    session.send("don't know")
    assert "How old are you?" in session.since
    session.send("back")
    session.send("no")
    session.send("list")
    assert "Danger signs: Yes: Fever. No: Jaundice; Black stool." in session.since


def test_closer_looks_are_counted_and_what_is_going_on_is_said_once() -> None:
    session = Session()
    session.send("?1,?2,?3")
    assert "It is fine not to be sure." in session.since
    assert "Closer look 1 of at most 3 · then at most 6 more questions" in session.since
    session.send("don't know")
    assert "Closer look 2 of at most 3" in session.since
    assert "It is fine not to be sure." not in session.since
    session.send("back")
    assert "Closer look 1 of at most 3" in session.since
    session.send("no")  # without fever, jaundice alone can no longer be an emergency
    assert "Closer look 2 of 2" in session.since
    session.send("don't know")
    assert "Question 2 " in session.since
    assert session.everything.count("It is fine not to be sure.") == 1


def test_the_last_closer_look_says_that_nothing_comes_after_it() -> None:
    session = Session("--age", "9", "--hepatitis", "never", "--alarm", "fever,?jaundice,none-other")
    assert "Closer look 1 of 1 · then no more questions" in session.since
    session.send("no")
    assert session.summarised


def test_why_changes_with_an_earlier_answer(session: Session) -> None:
    session.send("none")
    session.send("why")
    first = session.since
    assert "Age matters." in first
    assert 'If "0 to 17 years"' in first
    session.send("back")
    session.send("1,2")
    session.send("go on")
    session.send("why")
    assert '"60 to 120 years": "Go to an emergency department now"' in re.sub(r"\s+", " ", session.since)
    assert session.since != first


def test_back_keeps_later_answers_and_enter_keeps_a_draft(session: Session) -> None:
    for line in ("none", "40", "b", "back", "back"):
        session.send(line)
    assert "Your answer so far: 40 years. Enter keeps it." in session.since
    session.send("")
    assert "Your answer so far: hepatitis B. Enter keeps it." in session.since
    session.send("3")
    session.send("list")
    assert "- Hepatitis: hepatitis C" in session.since
    assert "- Age: 40 years" in session.since


def test_back_at_the_first_question_says_so(session: Session) -> None:
    session.send("back")
    assert "This is the first question." in session.since


def test_commands_are_whole_words_and_help_lists_them(session: Session) -> None:
    session.send("help")
    assert "quit to stop" in session.since
    session.send("list")
    assert "No answers so far." in session.since


def test_the_whole_interview_ends_in_the_summary_and_exit_0(session: Session) -> None:
    for line in ("none", "40", "b", "none", "yes"):
        session.send(line)
    session.child.sendline("no")
    assert session.finish() == 0
    text = session.everything
    assert "That was the last question. Here is your summary." in text
    assert "SUMMARY: A SMALL PACK FOR TESTS" in text
    assert "A healed scar: your answers speak for it" in text
    summary, _, rest = text.split("SUMMARY:")[1].partition("Ask about this summary")
    assert "> " not in summary
    assert rest.count("> ") == 1


def test_an_emergency_is_told_at_once_and_stop_gives_the_summary(session: Session) -> None:
    session.send("1,2")
    seen = session.since
    assert seen.index("!!! Go to an emergency department now (now)") < seen.index(
        "Stop here and show the summary"
    )
    assert "It can be an infection." in seen
    session.send("maybe")
    assert "Type stop or go on." in session.since
    session.send("")
    assert "Type stop or go on." in session.since
    session.child.sendline("stop")
    assert session.finish() == 0
    assert "Go to an emergency department now" in session.everything.split("SUMMARY:")[1]


def test_after_going_on_a_higher_emergency_is_told_again(session: Session) -> None:
    session.send("1,2,3")
    session.send("2")
    assert "Do you take iron?" in session.since
    session.send("no")
    assert "!!! Call your emergency number now (at once)" in session.since
    session.send("go")
    assert "How old are you?" in session.since


def test_another_finding_of_the_same_level_is_told_too_and_stopping_is_offered_once() -> None:
    session = Session(pack="liver_calcification")
    for line in ("52", "1", "go on", "5"):
        session.send(line)
    assert "!!! For this too: Call your emergency number now (at once)" in session.since
    assert "!   A belly as hard as a board" in session.since
    assert "Very hard to breathe" not in session.since
    assert "Question 4 " in session.since
    session.send("back")
    session.send("none")
    session.send("back")
    session.send("5")
    assert "!!! For this too: Call your emergency number now (at once)" in session.since
    assert session.everything.count("Stop here and show the summary") == 1


def test_what_was_told_and_still_holds_when_something_higher_is_taken_back_is_not_told_again() -> None:
    session = Session()
    for line in ("1,2,3", "go on", "no", "go on"):
        session.send(line)
    session.send("back")
    session.send("yes")
    assert "How old are you?" in session.since
    assert "!!!" not in session.since
    session.send("back")
    session.send("no")
    assert "!!! Call your emergency number now (at once)" in session.since


@pytest.mark.parametrize("options", [("--alarm", "fever,jaundice,none-other"), ("--alarm", "fever,jaundice")])
def test_an_emergency_that_is_certain_from_options_is_told_before_the_first_question(
    options: tuple[str, ...],
) -> None:
    session = Session(*options)
    assert "!!! Go to an emergency department now (now)" in session.everything
    assert "Question" not in session.everything
    assert "Stop here and show the summary" in session.since
    session.send("back")
    assert "This is the first question." in session.since
    session.send("go on")
    assert "Question 1 " in session.since
    assert session.everything.count("!!!") == 1


def test_who_leaves_is_told_how_soon_first_and_what_is_not_ruled_out() -> None:
    calm = Session()
    calm.send("none")
    calm.child.sendline("quit")
    assert calm.finish() == 4
    text = calm.everything.split("\n> ")[-1]
    assert "*** From your answers so far" in text
    assert text.index("planned visit") < text.index("You stopped before the end.")
    early = Session()
    assert early.key("d") == 4
    told = re.sub(r"\s+", " ", early.everything)
    assert "*** From your answers so far, at least: Talk about it at a planned visit" in told
    assert "They do not rule out something more urgent: Call your emergency number now" in told
    assert "!!!" not in told


def test_many_unanswered_questions_do_not_push_the_level_off_the_screen() -> None:
    session = Session(pack="liver_calcification")
    session.send("52")
    session.send("1")
    session.child.sendline("quit")
    assert session.finish() == 4
    assert "!!! From your answers so far: Call your emergency number now (at once)" in session.shown
    assert re.search(r"^Not answered: \d\d questions\.$", session.shown, re.M)
    assert "More danger signs; Iron tablets; Feeling unwell" in re.sub(r"\s+", " ", session.shown)


def test_going_back_from_an_emergency_changes_the_answer(session: Session) -> None:
    session.send("1,2")
    session.send("back")
    assert "Your answer so far: Yes: Fever; Jaundice. Enter keeps it." in re.sub(r"\s+", " ", session.since)
    session.send("none")
    assert "How old are you?" in session.since


def test_quit_exits_4_says_what_was_not_answered_and_prints_no_summary(session: Session) -> None:
    session.send("1,2")
    session.send("go on")
    session.child.sendline("quit")
    assert session.finish() == 4
    text = session.everything
    assert "You stopped before the end. Nothing was assumed, and nothing was saved." in text
    assert "- How old are you?" in text
    level = text.index("!!! From your answers so far: Go to an emergency department now (now)")
    assert level < text.index("You stopped before the end.")
    assert "SUMMARY" not in text


def test_ctrl_d_is_never_an_answer(session: Session) -> None:
    session.send("none")
    assert session.key("d") == 4
    assert "The input ended before the interview did." in session.everything
    assert "SUMMARY" not in session.everything


@pytest.mark.parametrize("cold", [False, True], ids=["loaded", "cold"])
def test_ctrl_c_exits_130_without_a_traceback(cold: bool) -> None:
    session = Session(cold=cold)
    session.send("none")
    assert session.key("c") == 130
    assert "Interrupted. Nothing was saved." in session.everything
    assert "Traceback" not in session.everything


def test_progress_never_rises_except_after_back_and_is_never_too_low() -> None:
    session = Session()
    for line in ("1,3", "don't know", "no", "63", "c", "1", "no"):
        session.send(line)
    session.child.sendline("no")
    session.finish()
    shown = [int(n) for n in re.findall(r"at most (\d+) more$", session.everything, re.M)]
    assert shown == sorted(shown, reverse=True)
    prompts = re.findall(
        r"^(Question \d+|Closer look) .*?(?:at most (\d+) more|the last one|no more)(?: questions?)?$",
        session.everything,
        re.M,
    )
    for place, (_, number) in enumerate(prompts):
        later = [what for what, _ in prompts[place + 1 :] if what.startswith("Question")]
        assert len(set(later)) <= int(number or 0)


@pytest.mark.parametrize("columns", [40, 80])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(columns: int) -> None:
    session = Session(columns=columns)
    for line in ("?1,2", "why", "yes", "go on", "63", "why", "b", "1,2", "yes"):
        session.send(line)
    session.child.sendline("no")
    session.finish()
    assert max(len(line) for line in session.everything.splitlines()) <= columns
    assert "See a doctor about this finding" in re.sub(r"\s+", " ", session.everything)


@pytest.mark.parametrize(
    ("options", "env"),
    [((), {"NO_COLOR": "1"}), (("--plain",), {}), ((), {"TERM": "dumb"}), (("--plain",), {"NO_COLOR": "1"})],
)
def test_without_colour_there_is_no_escape_sequence_at_all(
    options: tuple[str, ...], env: dict[str, str]
) -> None:
    session = Session(*options, **env)
    for line in ("1,2", "stop"):
        session.child.sendline(line)
    session.finish()
    assert "\x1b" not in session.raw
    assert "SUMMARY" in session.everything


def test_with_colour_the_words_are_the_same() -> None:
    coloured, plain = Session(), Session("--plain")
    assert "\x1b[1m" in coloured.raw
    assert coloured.everything == plain.everything


def test_answers_given_by_flags_are_not_asked_again_and_the_rest_of_a_list_is() -> None:
    session = Session("--age", "63", "--alarm", "fever")
    assert "  1  Jaundice" in session.shown
    assert "Fever" not in session.shown
    session.send("1")
    assert "!!! Go to an emergency department now" in session.since


def test_who_answers_for_a_child_is_told_so_once() -> None:
    session = Session()
    session.send("none")
    session.send("9")
    assert "Answer for the child." in session.since
    session.send("back")
    session.send("8")
    assert "Answer for the child." not in session.since
    grown = Session()
    grown.send("none")
    grown.send("19")
    assert "Answer for the child." not in grown.everything


def test_the_shipped_pack_shows_its_first_screens() -> None:
    session = Session(pack="liver_calcification")
    assert "How old are you?" in session.shown
    session.send("52")
    assert "Do you have any of these right now?" in session.shown
    assert "  7  Blue, blotchy or very pale skin" in session.shown
    session.send("none")
    session.send("1")
    assert "!!! Call your emergency number now (at once)" in session.since
    assert "Do not drive yourself." in session.since
