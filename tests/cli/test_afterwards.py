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


def keep(session: Session, *replies: str) -> None:
    """Reply to what is asked, and keep with Enter whatever was answered before, to the next summary."""
    left = list(replies)
    while AFTERWARDS not in re.sub(r"\s+", " ", session.since):
        session.send("" if "Enter keeps it." in session.since else left.pop(0))
    assert not left


def last(session: Session) -> str:
    """The newest summary, without the line with which it is introduced."""
    return session.everything.rsplit(SUMMARY, 1)[1]


@pytest.fixture(scope="module")
def shared() -> Session:
    """One session for everything that changes nothing."""
    return summarised()


def test_the_prompt_says_what_it_is_for_and_help_names_every_word(shared: Session) -> None:
    assert AFTERWARDS in re.sub(r"\s+", " ", shared.everything)
    text = said(shared, "help")
    for word in ("how", "how NAME", "why-not NAME", "what-if QUESTION=ANSWER", "matters", "change QUESTION", "save FILE", "Enter ends"):  # fmt: skip
        assert word in text
    assert "not understood" not in text


ASKED = {
    "how": "Enough for this level, whatever else is answered: - “Fever: yes” and “Jaundice: yes”",
    "how level": "The level: Go to an emergency department now.",
    "HOW bile_stones": "Bile duct stones: strong support.",
    "how bile-stones": "Bile duct stones: strong support.",
    "how fever_with_jaundice": "This red flag fires.",
    "why-not emergency-ambulance": "- “Black stool: yes” and “Iron tablets: no”",
    "whynot scar": "It was reached, after all.",
    "what-if alarm=!jaundice": '"Go to an emergency department now" → "Talk about it at a planned visit"',
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
    "gibberish": "'gibberish' is not understood here.",
    "yes": "'yes' is not understood here.",
    "change": "'change' is not understood here.",
    "change nothing": "Only a question that was asked can be changed",
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
    keep(session, "no")
    assert "Talk about it at a planned visit" in last(session)
    for kept in ("63 years", "hepatitis B", "Bile duct stones"):
        assert kept in last(session)
    assert session.everything.count("How old are you?") == 1
    assert session.finish() == 0


def test_the_same_answer_again_gives_the_same_summary() -> None:
    session = summarised()
    first = last(session)
    session.send("change hepatitis")
    session.send("b")
    keep(session)
    assert last(session) == first


def test_a_change_that_makes_a_question_fall_away_drops_its_answer() -> None:
    session = summarised("3", "no", "go on", "40", "never", "none", "no")
    assert "Iron tablets" in last(session)
    session.send("change alarm")
    session.send("none")
    keep(session, "no")
    assert "Iron tablets" not in last(session)


def test_explanations_after_a_change_are_about_the_new_answers() -> None:
    session = summarised()
    session.send("change alarm")
    session.send("none")
    keep(session, "no")
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
    shown = session.everything.split("Here is your summary.", 1)[1].split(AFTERWARDS.split(",")[0], 1)[0]
    assert re.sub(r"[\s=-]+", " ", replayed.out).strip() == re.sub(r"[\s=-]+", " ", shown).strip()
    explained = run("explain", "how", "--session", str(file), "--pack", str(SMALL))
    assert "- “Fever: yes” and “Jaundice: yes”" in explained.out


def test_a_change_after_saving_is_saved_too(tmp_path: Path) -> None:
    session = summarised()
    file = tmp_path / "mine.jsonl"
    session.send(f"save {file}")
    session.send("change alarm")
    session.send("none")
    keep(session, "no")
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
    for line in ("help", "how", "why-not emergency_ambulance", "what-if alarm=none", "matters", "nonsense"):
        session.send(line)
        shown = session.since.split("\n", 1)[1]
        assert max(map(len, shown.splitlines())) <= 40, line
    assert session.finish() == 0
