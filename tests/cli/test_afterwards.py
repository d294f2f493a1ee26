"""The prompt after the summary, in a real terminal: every word of it, and how it ends."""

import os
import re
import stat
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.cli.terminal import AFTERWARDS, Session
from tests.conftest import SMALL

ILL = ("1,2", "go on", "63", "b", "1", "no")
SUMMARY = "How soon, and where to go"


def summarised(*replies: str, columns: int = 80) -> Session:
    """A session that has come to its summary."""
    session = Session("--date", "2026-11-23", columns=columns)
    for reply in replies or ILL:
        session.send(reply)
    assert session.summarised
    return session


def said(session: Session, line: str) -> str:
    """What the prompt answers to a line, on one line."""
    session.send(line)
    return re.sub(r"\s+", " ", session.since).removeprefix(f"{line} ")


def last(session: Session) -> str:
    """The newest summary, without the line with which it is introduced."""
    return session.everything.rsplit(SUMMARY, 1)[1]


@pytest.fixture(scope="module")
def shared() -> Session:
    """One session for everything that changes nothing."""
    return summarised()


def test_the_prompt_says_what_it_is_for_and_help_names_every_word(shared: Session) -> None:
    assert AFTERWARDS in re.sub(r"\s+", " ", shared.everything)
    shared.send("help")
    words = [line.split("  ")[0] for line in shared.since.splitlines()[1:]]
    assert words == ["how", "how bile_stones", "why-not emergency_ambulance", "what-if age=73", "matters", "change age", "names", "list", "save mine.jsonl", "Enter"]  # fmt: skip
    for line in words[:5]:
        assert "not understood" not in said(shared, line)
        assert "there is no" not in said(shared, line)


ASKED = {
    "how": "Enough to be seen at least this soon, whatever else is answered: - “Fever: yes” and “Jaundice: yes”",
    "how level": 'How soon: "Go to an emergency department now".',
    "HOW bile_stones": "Bile duct stones: strong support.",
    "how bile-stones": "Bile duct stones: strong support.",
    "how fever_with_jaundice": "“It can be an infection.” This applies here.",
    "why-not emergency-ambulance": "- “Black stool: yes” and “Iron tablets: no”",
    "whynot scar": "It was reached, after all.",
    "what-if alarm=!jaundice": '"Go to an emergency department now" → "Talk about it at a planned visit"',
    "what if alarm=!jaundice": '"Go to an emergency department now" → "Talk about it at a planned visit"',
    "why not emergency-ambulance": "- “Black stool: yes” and “Iron tablets: no”",
    "why": "Enough to be seen at least this soon, whatever else is answered: - “Fever: yes” and “Jaundice: yes”",
    "whatif age=64": "Nothing would change.",
    "matters": "Each of these answers alone would change it:",
}


@pytest.mark.parametrize("line", ASKED)
def test_each_word_is_answered_and_the_prompt_comes_again(shared: Session, line: str) -> None:
    assert ASKED[line] in said(shared, line)
    assert shared.summarised


REFUSED = {
    "how bile_stone": "there is no cause or red flag 'bile_stone' (did you mean 'bile_stones'?)",
    "why-not emergenc": "(did you mean 'emergency'?)",
    "what-if agee=3": "there is no question 'agee' (did you mean 'age'?)",
    "what-if age=999": "'age' cannot be '999'",
    "what-if age": "write QUESTION=ANSWER",
    "what-if": "'what-if' is not understood here.",
    "why-not": "'why-not' is not understood here.",
    "how two words": "'how two words' is not understood here.",
    "age=70": "Type what-if age=70 to try that answer, or change age=70 to give it.",
    "mater": "'mater' is not understood here. (did you mean 'matters'?) Type help.",
    "gibberish": "'gibberish' is not understood here.",
    "yes": "'yes' is not understood here.",
    "change nothing": "there is no question 'nothing'",
    "change iron": "Only what was answered can be changed. change alone lists it.",
    "change age=999": "'age' cannot be '999'",
    "change fever=maybe": "'fever' cannot be 'maybe' (allowed: yes, no, unknown)",
    "change age=4 alarm=none": "Change one answer at a time.",
    "iron": "'iron' is not understood here.",
    "save": "'save' is not understood here.",
    "save two words": "'save two words' is not understood here.",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_not_understood_is_said_and_nothing_ends(shared: Session, line: str) -> None:
    assert REFUSED[line] in said(shared, line)
    assert shared.summarised


def test_garbage_is_not_shown_raw(shared: Session) -> None:
    shared.child.send("how \x1b[31m\u202egnp\n")
    shared.wait()
    assert "\u202egnp" not in shared.since.split("\n", 1)[1]
    shared.child.send("x" * 3_000 + "\n")
    shared.wait()
    assert shared.summarised


def test_change_alone_says_how_and_lists_the_answers_by_name(shared: Session) -> None:
    text = said(shared, "change")
    assert text.endswith("change age asks that again. change age=73 changes it at once.")
    assert said(shared, "back") == text
    assert (
        "- alarm (Danger signs): fever=yes, jaundice=yes, the rest no - age=63 (Age) - hepatitis=b (Hepatitis)"
        in text
    )


def test_the_names_that_can_be_used_are_listed(shared: Session) -> None:
    text = said(shared, "names")
    assert "Levels: emergency_ambulance, emergency, consultation_24" in text
    assert "Causes: ageing, bile_stones, scar" in text
    assert "Red flags that fire: fever_with_jaundice, jaundice_alone" in text


@pytest.mark.parametrize("columns", [40, 80])
def test_how_soon_is_on_the_screen_when_the_summary_has_scrolled_by(columns: int) -> None:
    session = summarised(columns=columns)
    assert "!!! In short: Go to an emergency department now (now)" in re.sub(
        r"(\w)\n!!! ", r"\1 ", session.shown
    )
    unsure = summarised("?1,2", "don't know", "63", "b", "1", "no", columns=columns)
    shown = re.sub(r"(\w)\n!(!!|  ) ", r"\1 ", unsure.shown)
    assert "!!! In short, at least: Be seen today (within 24 hours)" in shown
    assert "not rule out something more urgent: Go to an emergency department now (now)" in shown


# --- ending --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["", "   ", "quit", "end", "stop"])
def test_enter_and_words_for_it_end_with_success(line: str) -> None:
    session = summarised()
    session.send(line)
    assert session.ended
    assert session.finish() == 0


def test_the_end_of_input_ends_with_success_and_ctrl_c_as_an_interruption() -> None:
    assert summarised().key("d") == 0
    session = summarised()
    assert session.key("c") == 130
    assert "Traceback" not in session.everything


def test_with_no_terminal_there_is_no_prompt() -> None:
    result = run("run", str(SMALL), "--date", "2026-11-23", stdin="\n".join(ILL) + "\nhow\n")
    assert result.code == 0
    assert AFTERWARDS not in result.err
    assert "Enough for this level" not in result.out + result.err


# --- another answer ------------------------------------------------------------------------------------


def test_a_changed_answer_is_asked_again_and_the_ones_after_it_are_kept() -> None:
    session = summarised()
    session.send("change alarm")
    assert "Do you have any of these now?" in session.since
    assert "Your answer so far: Yes: Fever; Jaundice." in re.sub(r"\s+", " ", session.since)
    session.send("none")
    # At an emergency what the report says was no matter; now it is. What was answered after stands.
    assert "Does the report say harmless?" in session.since
    session.send("no")
    assert "Talk about it at a planned visit" in last(session)
    for kept in ("63 years", "hepatitis B", "Bile duct stones"):
        assert kept in last(session)
    assert session.everything.count("How old are you?") == 1
    assert session.finish() == 0


@pytest.mark.parametrize("line", ["change alarm=none", "change alarm=!fever,!jaundice"])
def test_an_answer_is_changed_at_once_and_only_what_is_new_is_asked(line: str) -> None:
    session = summarised()
    session.send(line)
    assert "Does the report say harmless?" in session.since
    assert "Your answer so far" not in session.since
    session.send("no")
    assert "Here is your new summary." in session.since
    assert session.everything.count("How old are you?") == 1
    assert session.everything.count("Which of these have you had?") == 1
    assert "Talk about it at a planned visit" in last(session)
    for kept in ("63 years", "hepatitis B", "Bile duct stones"):
        assert kept in last(session)
    assert session.finish() == 0


def test_one_item_of_a_list_is_changed_by_its_own_name_and_the_rest_of_the_list_stays() -> None:
    session = summarised()
    session.send("change black-stool=yes")
    assert "Do you take iron?" in session.since
    session.send("no")
    assert "!!! Call your emergency number now (at once)" in session.since
    session.send("go on")
    assert "Yes: Fever; Jaundice; Black stool." in last(session)


def test_a_name_alone_asks_that_question_again() -> None:
    session = summarised()
    session.send("age")
    assert "How old are you?" in session.since
    assert "Your answer so far: 63 years. Enter keeps it." in session.since
    session.send("70")
    assert session.summarised
    assert "70 years" in last(session)


def test_an_answer_from_an_option_can_be_changed_too() -> None:
    session = Session("--date", "2026-11-23", "--age", "63", "--alarm", "none")
    for reply in ("b", "1", "yes", "no"):
        session.send(reply)
    assert "Type change fever=no." in said(session, "change alarm")
    session.send("change age")
    session.send("70")
    session.send("change fever=yes")
    assert session.summarised
    assert "70 years" in last(session)
    assert "Yes: Fever. No: Jaundice; Black stool." in re.sub(r"\s+", " ", last(session))


def test_a_changed_dont_know_is_looked_at_closer_again() -> None:
    session = summarised("?1,2", "no", "63", "b", "1", "no")
    session.send("change fever=unknown")
    assert "Closer look 1 of 1" in session.since
    session.send("yes")
    assert "!!! Go to an emergency department now (now)" in session.since


def test_the_same_answer_again_gives_the_same_summary() -> None:
    session = summarised()
    first = last(session)
    session.send("change hepatitis")
    session.send("b")
    assert last(session) == first


def test_a_change_that_makes_a_question_fall_away_drops_its_answer() -> None:
    session = summarised("3", "no", "go on", "40", "never", "none", "no")
    assert "Iron tablets" in last(session)
    session.send("change alarm")
    session.send("none")
    session.send("no")
    assert "Iron tablets" not in last(session)


def test_explanations_after_a_change_are_about_the_new_answers() -> None:
    session = summarised()
    session.send("change alarm")
    session.send("none")
    session.send("no")
    assert "No answer so far calls for more." in said(session, "how")


# --- keeping it ----------------------------------------------------------------------------------------


def test_a_saved_session_is_private_and_replays_to_the_same_summary(tmp_path: Path) -> None:
    session = summarised()
    file = tmp_path / "mine.jsonl"
    assert str(file) in said(session, f"save {file}").replace(" ", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert session.finish() == 0
    replayed = run("replay", str(file), "--pack", str(SMALL))
    assert replayed.code == 0
    shown = session.everything.split("Here is your summary.", 1)[1].split("!!! In short", 1)[0]
    assert re.sub(r"[\s=-]+", " ", replayed.out).strip() == re.sub(r"[\s=-]+", " ", shown).strip()
    explained = run("explain", "how", "--session", str(file), "--pack", str(SMALL))
    assert "- “Fever: yes” and “Jaundice: yes”" in explained.out


def test_a_change_after_saving_is_saved_too(tmp_path: Path) -> None:
    session = summarised()
    file = tmp_path / "mine.jsonl"
    session.send(f"save {file}")
    session.send("change alarm")
    session.send("none")
    session.send("no")
    assert session.finish() == 0
    assert "Talk about it at a planned visit" in run("replay", str(file), "--pack", str(SMALL)).out


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("something else\n")
    session = summarised()
    assert "exists" in said(session, f"save {file}")
    assert file.read_text() == "something else\n"
    assert "mine2" in said(session, f"save {tmp_path / 'mine2'}")
    assert session.finish() == 0


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    session = summarised()
    assert "no/such/folder" in said(session, f"save {tmp_path}/no/such/folder/s.jsonl").replace(" ", "")
    assert session.summarised
    assert not os.listdir(tmp_path)


# --- a narrow screen -----------------------------------------------------------------------------------


def test_forty_columns_are_enough() -> None:
    session = summarised(columns=40)
    for line in (
        "help",
        "names",
        "change",
        "how",
        "why-not emergency_ambulance",
        "what-if alarm=none",
        "matters",
        "nonsense",
    ):
        session.send(line)
        shown = session.since.split("\n", 1)[1]
        assert max(map(len, shown.splitlines())) <= 40, line
    assert session.finish() == 0
