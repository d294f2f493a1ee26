"""Sessions as records and as text: what is written is read again, and nothing else is."""

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SMALL
from tests.generated import build as build_pack
from tests.generated import domain, packs, question
from triage import interview, source
from triage.answers import Answer
from triage.interview import Answered, Event, Step, WentBack, next_step
from triage.loading import load_pack
from triage.pack import Pack, Question
from triage.session import (
    MAX_BYTES,
    MAX_CHANGES,
    Asked,
    Ended,
    Entry,
    Given,
    Header,
    Part,
    Recording,
    RulesChanged,
    SessionError,
    changes,
    course,
    entry_line,
    fold,
    header_line,
    header_of,
    misfits,
    parse,
    read,
)

DAY = "2026-11-23"
ALARM, AGE, HEPATITIS = Step("alarm"), Step("age"), Step("hepatitis")
NONE = {"fever": "no", "jaundice": "no", "black_stool": "no"}


def text_of(header: Header, events: Iterable[Entry]) -> str:
    return header_line(header) + "".join(map(entry_line, events))


def session(pack: Pack, *events: Entry) -> str:
    """A session file that begins on one day and holds these events."""
    return text_of(header_of(pack, "0.1.0", DAY), events)


def asked(*answered: tuple[Step, Answer]) -> list[Entry]:
    """Each step asked and answered."""
    return [entry for step, answer in answered for entry in (Asked(step), Answered(step, answer))]


# --- what is written is read again -------------------------------------------------------------------


def an_answer(data: st.DataObject, asked: Question, step: Step) -> Answer:
    if step.item is not None:
        return data.draw(st.sampled_from(["yes", "no", "unknown"]))
    if asked.kind == "several_of":
        return {item: data.draw(st.sampled_from(["yes", "no", "unknown"])) for item in asked.choices}
    return data.draw(st.sampled_from([*domain(asked), "unknown"]))


def a_session(pack: Pack, data: st.DataObject) -> list[Entry]:
    """A session such as a person holds it: answers given beforehand, going back, leaving and returning."""
    first = pack.questions[0]
    entries: list[Entry] = []
    if data.draw(st.booleans()):
        entries.append(Given({first.id: an_answer(data, first, Step(first.id))}))
    for _ in range(data.draw(st.integers(0, 14))):
        state = fold(pack, entries)
        step = next_step(pack, state.answers, state.clarified)
        if step is None:
            return [*entries, Ended("finished")]
        entries.append(Asked(step))
        what = data.draw(st.sampled_from(["answer", "answer", "answer", "back", "quit"]))
        if what == "answer":
            entries.append(Answered(step, an_answer(data, pack.question[step.question], step)))
        elif what == "quit":
            entries.append(Ended("quit"))
        elif state.path:
            entries.append(WentBack())
    return entries


@given(packs(), st.data())
def test_a_session_is_read_as_it_was_written(pack: Pack, data: st.DataObject) -> None:
    entries = a_session(pack, data)
    header = header_of(pack, "0.1.0", DAY)
    assert read(text_of(header, entries)) == Recording(header, tuple(entries))


@given(packs(), st.data())
def test_what_the_events_come_to_is_what_the_interview_says(pack: Pack, data: st.DataObject) -> None:
    entries = a_session(pack, data)
    beforehand = next((entry.answers for entry in entries if isinstance(entry, Given)), {})
    steps = [entry for entry in entries if isinstance(entry, Answered | WentBack)]
    assert fold(pack, entries) == interview.fold(pack, steps, beforehand)
    assert course(entries) == (beforehand, steps)


@given(packs(), st.data())
def test_cut_anywhere_a_session_is_what_its_whole_lines_say(pack: Pack, data: st.DataObject) -> None:
    entries = a_session(pack, data)
    content = session(pack, *entries).encode()
    cut = data.draw(st.integers(0, len(content)))
    whole = content[:cut].count(b"\n")
    if whole == 0:
        with pytest.raises(SessionError) as caught:
            parse(content[:cut], "s")
        assert str(caught.value) == "s:1: this is not a session that `triage run --save` has begun"
        return
    found = parse(content[:cut], "s")
    assert found.events == tuple(entries[: whole - 1])
    assert found.torn == (None if content[:cut].endswith(b"\n") else whole + 1)


def test_every_cut_of_one_session_is_read(small: Pack) -> None:
    entries = [*asked((ALARM, {**NONE, "fever": "unknown"}), (AGE, 63)), Asked(HEPATITIS), WentBack()]
    content = session(small, *entries).encode()
    start = content.index(b"\n") + 1
    for cut in range(start, len(content) + 1):
        assert len(parse(content[:cut], "s").events) == content[:cut].count(b"\n") - 1


def test_a_file_can_be_read_by_a_person(small: Pack) -> None:
    clarify = Step("alarm", "fever", plainer=True)
    entries = [
        Given({"age": 63}),
        *asked((ALARM, {**NONE, "fever": "unknown"})),
        Asked(clarify),
        WentBack(),
        RulesChanged(header_of(small, "0.1.0", DAY), (Part("age"), Part("alarm", "fever"))),
        Ended("stopped"),
    ]
    first, *lines = session(small, *entries).splitlines()
    assert json.loads(first) == {
        "session": 1, "program": "0.1.0", "pack": "small", "version": "1.0.0", "digest": small.digest, "date": DAY,
        "questions": json.loads(first)["questions"],
    }  # fmt: skip
    assert json.loads(first)["questions"]["age"] == {
        "kind": "number", "ask": "How old are you?", "min": 0, "max": 120, "unit": "years",
    }  # fmt: skip
    assert json.loads(first)["questions"]["hepatitis"]["options"]["b"] == "hepatitis B"
    changed = lines.pop(5)
    assert changed.endswith('"dropped": ["age", "alarm.fever"]}')
    assert lines == [
        '{"event": "given", "answers": {"age": 63}}',
        '{"event": "asked", "question": "alarm"}',
        '{"event": "answered", "question": "alarm", "answer": {"fever": "unknown", "jaundice": "no", "black_stool": "no"}}',
        '{"event": "asked", "question": "alarm", "item": "fever", "plainer": true}',
        '{"event": "back"}',
        '{"event": "end", "how": "stopped"}',
    ]


def test_a_session_says_how_it_ended_and_under_which_rules(small: Pack) -> None:
    assert read(session(small)).ended is None
    assert read(session(small, Asked(ALARM))).ended is None
    assert read(session(small, Ended("quit"))).ended == "quit"
    assert read(session(small, Ended("stopped"), Asked(ALARM))).ended is None
    other = header_of(small, "0.2.0", DAY)
    assert read(session(small)).rules == header_of(small, "0.1.0", DAY)
    assert read(session(small, RulesChanged(other), Ended("quit"))).rules == other


def test_a_file_and_its_text_are_the_same_session(small: Pack, tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    text = session(small, *asked((ALARM, NONE)))
    file.write_text(text, encoding="utf-8")
    assert read(file) == read(text)


def test_the_words_of_a_pack_are_kept_in_any_alphabet() -> None:
    raw = {**question(0, "one_of", None), "ask": "Haben Sie … „Fieber“?\n38\N{NO-BREAK SPACE}°C 🌡"}
    flag = {
        "id": "f",
        "evidence": "t",
        "level": "emergency",
        "when": "q0 = q0_1",
        "say": "s",
        "basis": "judgement",
    }
    pack = build_pack([raw], [], [flag], [])
    text = session(pack, *asked((Step("q0"), "q0_1")))
    assert text.count("\n") == 3
    assert "„Fieber“" in text
    assert read(text).header == header_of(pack, "0.1.0", DAY)


# --- what is not a session, or not one any more -------------------------------------------------------

Lines = list[str]


def swap(old: str, new: str) -> Callable[[Lines], Lines]:
    """An edit of every line that holds some words; there must be one."""

    def edit(lines: Lines) -> Lines:
        assert any(old in line for line in lines)
        return [line.replace(old, new) for line in lines]

    return edit


def insert(place: int, *new: str) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines[:place], *new, *lines[place:]]


def remove(place: int) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines[:place], *lines[place + 1 :]]


HELD: list[Entry] = [
    Given({"age": 63}),
    *asked((ALARM, {**NONE, "fever": "unknown"}), (Step("alarm", "fever", True), "no"), (HEPATITIS, "b")),
    Asked(Step("past")),
    WentBack(),
    Ended("quit"),
]
# The lines: 1 header, 2 given, 3-4 alarm, 5-6 fever again, 7-8 hepatitis, 9 past asked, 10 back, 11 end.
EDITS: list[tuple[Callable[[Lines], Lines], int, str]] = [
    # out of order
    (remove(2), 3, "'alarm' is answered here, but was not asked just before"),
    (insert(11, '{"event": "given", "answers": {"age": 4}}'), 12, "answers given beforehand can only come first"),
    (insert(1, '{"event": "back"}'), 2, "there is no answer to go back to"),
    (insert(11, *['{"event": "back"}'] * 3), 14, "there is no answer to go back to"),
    (insert(1, '{"event": "answered", "question": "age", "answer": 4}'), 2, "was not asked just before"),
    (lambda lines: [lines[0], *reversed(lines[1:])], 3, "there is no answer to go back to"),
    (lambda lines: lines[1:], 1, "this is not a session that `triage run --save` has begun"),
    (lambda lines: [*lines, lines[0]], 12, "this line is not an event of a session"),
    # outside the domain
    (swap('{"age": 63}', '{"age": 163}'), 2, "'age' cannot be answered with '163'"),
    (swap('{"age": 63}', '{"age": "63"}'), 2, "'age' cannot be answered with '63'"),
    (swap('{"age": 63}', '{"age": true}'), 2, "'True' stands where a word is expected"),
    (swap('{"age": 63}', '{"age": 63.0}'), 2, "'63.0' is no answer"),
    (swap('{"age": 63}', '{"age": NaN}'), 2, "'NaN' is no answer"),
    (swap('{"age": 63}', '{"age": null}'), 2, "'None' stands where a word is expected"),
    (swap('{"age": 63}', '{"age": [63]}'), 2, "stands where a word is expected"),
    (swap('{"age": 63}', '{"age": {}}'), 2, "'age' cannot be answered with '{}'"),
    (swap('{"age": 63}', '{"size": 63}'), 2, "the header has no question 'size'"),
    (swap('{"age": 63}', '{"alarm": "yes"}'), 2, "'alarm' cannot be answered with 'yes'"),
    (swap('"answer": "b"', '"answer": "d"'), 8, "'hepatitis' cannot be answered with 'd'"),
    (swap('"answer": "b"', '"answer": {"b": "yes"}'), 8, "'hepatitis' cannot be answered with '{'b': 'yes'}'"),
    (swap('"fever": "unknown"', '"fever": "maybe"'), 4, "'alarm' cannot be answered with"),
    (swap('"fever": "unknown"', '"cough": "unknown"'), 4, "'alarm' cannot be answered with"),
    (swap('"plainer": true, "answer": "no"', '"plainer": true, "answer": "b"'), 6, "'alarm' cannot be answered with 'b'"),
    (swap('"item": "fever"', '"item": "cough"'), 5, "'alarm' has no item 'cough'"),
    (swap('"question": "hepatitis"', '"question": "hepatits"'), 7, "the header has no question 'hepatits'"),
    # not as the program writes it
    (swap('"event": "back"', '"event": "bakc"'), 10, "this line is not an event of a session"),
    (swap('"event": "back"', '"event": "back", "why": "no"'), 10, "this line is not an event of a session"),
    (swap('"event": "back"', '"event": "back", "event": "end"'), 10, "this line says something twice"),
    (swap('"how": "quit"', '"how": "gone"'), 11, "this line is not an event of a session"),
    (swap('"plainer": true', '"plainer": 1'), 5, "this line does not say which question it is about"),
    (swap('"question": "hepatitis"', '"question": 7'), 7, "'7' stands where a word is expected"),
    (swap('"question": "hepatitis"', '"question": "../etc"'), 7, "'../etc' is not written as it must be here"),
    (insert(3, ""), 4, "this line is not JSON"),
    (insert(3, "[]"), 4, "this line is not an event"),
    (insert(3, "{"), 4, "this line is not JSON: Expecting property name enclosed in double quotes at column 2"),
    (insert(3, "[" * 200_000), 4, "this line is nested too deeply"),
    (insert(3, '{"event":' * 200_000), 4, "this line is nested too deeply"),
    (insert(3, "9" * 10_000), 4, "this line holds a number that is no answer"),
    (insert(3, '{"event": "asked", "question": "a\x1b[31mge"}'), 4, "this line is not JSON: Invalid control character at column"),
    (insert(3, '{"event": "asked", "question": "a\\u001b[31mge"}'), 4, "'a\N{REPLACEMENT CHARACTER}[31mge' is not written as it must be here"),
    (insert(3, '{"event": "asked", "question": "a\\ud800"}'), 4, "'a\N{REPLACEMENT CHARACTER}' is not written as it must be here"),
    (insert(3, '{"event": "rules changed", "header": {}, "dropped": []}'), 4, "the header is not complete"),
    # another header
    (swap('"session": 1', '"session": 2'), 1, "this session has format 2; this program knows format 1"),
    (swap('"session": 1', '"seession": 1'), 1, "this is not a session that `triage run --save` has begun"),
    (swap('"session": 1', '"session": 1, "more": 1'), 1, "the header is not complete, or has more than a header has"),
    (swap(f'"date": "{DAY}", ', ""), 1, "the header is not complete"),
    (swap(DAY, "tomorrow"), 1, "'tomorrow' is not written as it must be here"),
    (swap('"pack": "small"', '"pack": "../small"'), 1, "'../small' is not written as it must be here"),
    (swap('"kind": "number"', '"kind": "colour"'), 1, "the header describes a question in a way that is not known"),
    (swap('"min": 0', '"min": "0"'), 1, "a bound is a whole number"),
    (swap('"min": 0', '"min": 64'), 2, "'age' cannot be answered with '63'"),
    (swap('"unit": "years"', '"unit": 7'), 1, "the header describes a question in a way that is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "line", "said"), EDITS, ids=[f"{line}: {said}" for _, line, said in EDITS])
def test_an_edited_session_is_refused_with_the_line_that_is_wrong(
    small: Pack, edit: Callable[[Lines], Lines], line: int, said: str
) -> None:
    assert read(session(small, *HELD)).events == tuple(HELD)
    lines = edit(session(small, *HELD).splitlines())
    with pytest.raises(SessionError) as caught:
        parse("".join(f"{text}\n" for text in lines).encode(), "my.jsonl")
    assert (caught.value.path, caught.value.line) == ("my.jsonl", line)
    assert said in caught.value.message
    assert str(caught.value) == f"my.jsonl:{line}: {caught.value.message}"
    assert "\n" not in str(caught.value)


FOREIGN: dict[str, bytes] = {
    "empty": b"",
    "yaml": b"age: 63\nalarm: {fever: yes}\n",
    "other json": b'{"age": 63}\n',
    "json over lines": b'{\n  "session": 1\n}\n',
    "json lines": b'{"level": "info"}\n{"level": "warn"}\n',
    "a list": b'[{"session": 1}]\n',
    "binary": bytes(range(256)) * 40,
    "zeros": b"\0" * 100_000,
    "zip": b"PK\x03\x04" + b"\n" * 50,
    "utf-16": '{"session": 1}\n'.encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"session": 1}\n',
    "latin-1": b'{"session": 1, "pack": "l\xe9ber"}\n',
    "deep": b"[" * 1_000_000 + b"\n",
    "one long word": b"a" * 1_000_000 + b"\n",
    "no end": b'{"session": 1}',
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_no_session(name: str) -> None:
    with pytest.raises(SessionError) as caught:
        parse(FOREIGN[name], "f")
    assert str(caught.value) == "f:1: this is not a session that `triage run --save` has begun"


def test_what_is_larger_than_any_session_is_not_looked_at(small: Pack) -> None:
    text = session(small, *asked((ALARM, NONE)))
    padded = text.encode() + b"\n" * MAX_BYTES
    with pytest.raises(SessionError, match="f:1: a session is not larger than 4 MB"):
        parse(padded, "f")


@pytest.mark.slow
def test_a_session_of_the_greatest_size_is_read_in_seconds(small: Pack) -> None:
    answers = session(small, *asked((ALARM, NONE)) * 23_000)
    assert len(answers) > MAX_BYTES * 0.8
    assert len(read(answers).events) == 46_000
    rules = RulesChanged(header_of(small, "0.1.0", DAY))
    assert read(session(small, *asked((ALARM, NONE)) * 1_000, *[rules] * MAX_CHANGES)).ended is None
    with pytest.raises(SessionError, match="session:102: the rules changed too often in this session"):
        read(session(small, *[rules] * 4_000))


def test_a_draft_can_stand_again_without_being_asked_and_nothing_else_can(small: Pack) -> None:
    held = [*asked((ALARM, NONE), (AGE, 63)), WentBack(), WentBack(), *asked((ALARM, NONE))]
    again = [*held, Answered(AGE, 63), Ended("finished")]
    assert fold(small, read(session(small, *again)).events).answers == {"alarm": NONE, "age": 63}
    for wrong in (Answered(AGE, 64), Answered(HEPATITIS, "b"), Answered(ALARM, NONE)):
        with pytest.raises(SessionError, match=r"session:10: .* was not asked just before"):
            read(session(small, *held, wrong))


def test_bytes_that_are_no_text_are_named_with_their_line(small: Pack) -> None:
    content = session(small, *HELD).encode().replace(b'"back"', b'"b\xffck"')
    with pytest.raises(SessionError, match="f:10: this line is not UTF-8 text"):
        parse(content, "f")


def read_or_refused(content: bytes) -> Recording | SessionError:
    try:
        return parse(content, "f")
    except SessionError as error:
        return error


@given(st.data())
def test_damage_anywhere_gives_a_session_or_one_line_that_says_where(data: st.DataObject) -> None:
    pack = load_pack(SMALL)
    content = bytearray(session(pack, *HELD).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[place] = data.draw(st.integers(0, 255))
        else:
            del content[place : place + data.draw(st.integers(1, 40))]
    found = read_or_refused(bytes(content))
    if isinstance(found, SessionError):
        assert "\n" not in found.message
        assert 1 <= found.line <= content.count(b"\n") + 1
    elif found.header.questions == header_of(pack, "0.1.0", DAY).questions:
        assert fold(pack, found.events).answers.keys() <= set(pack.question)


@given(st.binary(max_size=400), st.integers(0, 11))
def test_garbage_in_the_middle_is_refused_and_at_the_end_left_out(junk: bytes, place: int) -> None:
    pack = load_pack(SMALL)
    lines = session(pack, *HELD).encode().splitlines(keepends=True)
    junk = junk.replace(b"\n", b"") or b"x"
    found = parse(b"".join(lines) + junk, "f")
    assert found.events == tuple(HELD)
    assert found.torn == 12
    with pytest.raises(SessionError):
        parse(b"".join([*lines[:place], b"x" + junk + b"\n", *lines[place:]]), "f")


# --- other rules --------------------------------------------------------------------------------------

Questions: TypeAlias = dict[str, dict[str, Any]]
Edit: TypeAlias = Callable[[Questions], object]


def changed(folder: Path, *edits: Edit, version: str = "1.1.0") -> Pack:
    """The small pack with other questions."""
    copy = folder / "changed"
    shutil.copytree(SMALL, copy)
    file = copy / "questions.yaml"
    data: Any = source.read(file).data
    questions = {entry["id"]: entry for entry in data["questions"]}
    for edit in edits:
        edit(questions)
    file.write_text(json.dumps({"questions": list(questions.values())}), encoding="utf-8")
    about = copy / "pack.yaml"
    about.write_text(about.read_text(encoding="utf-8").replace("1.0.0", version), encoding="utf-8")
    return load_pack(copy)


def differences(small: Pack, other: Pack) -> tuple[str, ...]:
    return changes(header_of(small, "0.1.0", DAY), header_of(other, "0.1.0", DAY))


def set_to(name: str, **fields: object) -> Edit:
    return lambda questions: questions[name].update(fields)


def option(name: str, *options: dict[str, str]) -> Edit:
    """Add options to a question."""

    def edit(questions: Questions) -> None:
        questions[name]["options"] += options

    return edit


def label(name: str, item: str, words: str) -> Edit:
    """Give an option another label."""

    def edit(questions: Questions) -> None:
        for choice in questions[name]["options"]:
            if choice["id"] == item:
                choice["label"] = words

    return edit


COUGH = {"id": "cough", "kind": "yes_no", "section": "You", "ask": "Do you cough?", "label": "Cough",
         "why": "Why not.", "basis": "judgement"}  # fmt: skip
CHANGES: list[tuple[Edit, str]] = [
    (lambda questions: questions.update(cough=COUGH), "'cough' is a new question: Do you cough?"),
    (set_to("age", max=110), "'age' went from 0 to 120 and goes from 0 to 110"),
    (set_to("age", unit="months"), "'age' was in years and is in months"),
    (set_to("benign", ask="Is it harmless?"), "'benign' was worded 'Does the report say harmless?' and is worded 'Is it harmless?'"),
    (option("hepatitis", {"id": "e", "label": "hepatitis E"}), "'hepatitis' has a new option 'e'"),
    (option("alarm", {"id": "chills", "label": "Chills"}), "'alarm' has a new option 'chills'"),
    (label("alarm", "fever", "A fever"), "'fever' of 'alarm' was worded 'Fever' and is worded 'A fever'"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "said"), CHANGES, ids=[said for _, said in CHANGES])
def test_each_change_of_a_question_is_told_and_nothing_else(
    small: Pack, tmp_path: Path, edit: Edit, said: str
) -> None:
    other = changed(tmp_path, edit)
    assert differences(small, other) == ("version 1.0.0 is now version 1.1.0", said)


def test_a_removed_question_a_removed_option_and_another_kind_are_told(tmp_path: Path) -> None:
    flag = {"id": "f", "evidence": "t", "level": "emergency", "when": "q0", "say": "s", "basis": "judgement"}

    def header(*questions: dict[str, object]) -> Header:
        return header_of(build_pack(list(questions), [], [flag], []), "0.1.0", DAY)

    first, fewer = question(1, "several_of", None), question(1, "several_of", None)
    fewer["options"] = fewer["options"][:1]
    before = header(question(0, "yes_no", None), first, question(2, "number", None))
    after = header(question(0, "yes_no", None), fewer, question(2, "yes_no", None))
    assert changes(before, after)[1:] == (
        "'q1' has no option 'q1_1' any more",
        "'q2' was a number and is a yes-or-no question",
    )
    assert changes(before, header(question(0, "yes_no", None)))[1:] == (
        "'q1' is no longer asked: Ask?",
        "'q2' is no longer asked: Ask?",
    )


def test_when_no_question_changed_the_rules_did(small: Pack, tmp_path: Path) -> None:
    same = "every question is the same; the rules behind them changed"
    rules = changed(tmp_path, set_to("age", why="Age matters much."))
    assert differences(small, rules) == ("version 1.0.0 is now version 1.1.0", same)
    shutil.rmtree(tmp_path / "changed")
    unversioned = changed(tmp_path, set_to("age", why="Age matters much."), version="1.0.0")
    assert unversioned.digest != small.digest
    assert differences(small, unversioned) == (
        "the version is still 1.0.0, but its content is not the same",
        same,
    )


def test_an_answer_no_longer_fits_when_it_answered_something_else(small: Pack, tmp_path: Path) -> None:
    other = changed(
        tmp_path,
        set_to("age", max=60),
        set_to("benign", ask="Is it harmless?"),
        label("alarm", "fever", "A fever"),
        label("hepatitis", "b", "type B"),
    )
    before, after = (header_of(pack, "0.1.0", DAY) for pack in (small, other))
    answered: list[tuple[Step, Answer]] = [
        (AGE, 63), (ALARM, {**NONE, "fever": "yes"}), (Step("alarm", "fever", True), "no"), (HEPATITIS, "b"),
        (Step("benign"), "unknown"), (Step("no_stones"), "yes"), (Step("past"), {"stones": "no"}),
    ]  # fmt: skip
    assert misfits(before, after, answered) == (
        (Part("age"), "63", "it goes from 0 to 60 now"),
        (Part("alarm", "fever"), "yes", "it is worded differently now"),
        (Part("hepatitis"), "b", "it is worded differently now"),
        (Part("benign"), "unknown", "it is worded differently now"),
    )
    fitting: list[tuple[Step, Answer]] = [
        (AGE, 60),
        (AGE, "unknown"),
        (HEPATITIS, "c"),
        (HEPATITIS, "unknown"),
    ]
    assert misfits(before, after, fitting) == ()
    assert misfits(before, before, answered) == ()


@given(packs(), packs(), st.data())
def test_what_is_left_after_a_change_of_rules_fits_the_new_ones(
    old: Pack, new: Pack, data: st.DataObject
) -> None:
    entries = a_session(old, data)
    before, after = (header_of(pack, "0.1.0", DAY) for pack in (old, new))
    beforehand, steps = course(entries)
    path, drafts = interview.retrace(steps)
    answered = [*((Step(name), answer) for name, answer in beforehand.items()), *path, *drafts.items()]
    lost = misfits(before, after, answered)
    entries.append(RulesChanged(after, tuple(part for part, _, _ in lost)))
    found = read(text_of(before, entries))
    assert found.rules == after
    state = fold(new, found.events)
    for name, answer in state.answers.items():
        assert after.questions[name].fits(None, answer)
        assert before.questions[name].kind == after.questions[name].kind


@given(packs(), st.data())
def test_a_change_of_rules_that_drops_nothing_changes_nothing(pack: Pack, data: st.DataObject) -> None:
    entries = a_session(pack, data)
    state = fold(pack, entries)
    assert fold(pack, [*entries, RulesChanged(header_of(pack, "0.2.0", DAY))]) == state


def test_dropping_an_answer_keeps_the_order_of_the_others_and_the_drafts(small: Pack) -> None:
    past = Step("past")
    events: list[Event] = [
        Answered(ALARM, {**NONE, "fever": "unknown"}), Answered(AGE, 63), Answered(HEPATITIS, "b"),
        Answered(past, {"stones": "yes"}), WentBack(),
    ]  # fmt: skip
    header = header_of(small, "0.1.0", DAY)
    state = fold(small, [*events, RulesChanged(header, (Part("age"), Part("alarm", "fever")))])
    assert state.answers == {"alarm": {"jaundice": "no", "black_stool": "no"}, "hepatitis": "b"}
    assert state.path == (ALARM, HEPATITIS)
    assert state.drafts == {past: {"stones": "yes"}}
    back = fold(small, [*events, RulesChanged(header, (Part("age"), Part("past"))), WentBack()])
    assert back.path == (ALARM,)
    assert back.drafts == {HEPATITIS: "b"}


def test_answers_that_do_not_fit_must_be_dropped_and_the_day_and_the_pack_must_stay(
    small: Pack, tmp_path: Path
) -> None:
    other = header_of(changed(tmp_path, set_to("age", max=60)), "0.1.0", DAY)
    held = asked((ALARM, NONE), (AGE, 63))
    assert read(session(small, *held, RulesChanged(other, (Part("age"),)), WentBack())).rules == other
    for wrong, said in (
        ([*held, RulesChanged(other)], "s:6: 'age' cannot be answered with '63'"),
        (
            [*held, RulesChanged(other, (Part("age"),)), WentBack(), WentBack()],
            "s:8: there is no answer to go back to",
        ),
        (
            [*held, RulesChanged(header_of(small, "0.1.0", "2026-11-24"))],
            "s:6: the new rules are of another pack, or",
        ),
    ):
        with pytest.raises(SessionError) as caught:
            parse(session(small, *wrong).encode(), "s")
        assert str(caught.value).startswith(said)
