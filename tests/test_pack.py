"""Reading a pack: every problem in one run, each with its code and its place."""

import shutil
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.conftest import SMALL
from triage.errors import MOST, AnswerError, Issue, Misfit, PackError, Place, did_you_mean, shown
from triage.loading import MAX_CAUSES, MAX_ISSUES, find_pack, load_cases, load_pack, packs, read_pack
from triage.pack import digest
from triage.wellformed import MAX_DEPTH, circles_in

Broken = Callable[..., list[str]]


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """The issues of a copy of the small pack in which ``old`` became ``new`` in ``file``."""

    def change(file: str, old: str, new: str, *more: tuple[str, str, str]) -> list[str]:
        folder = tmp_path / "pack"
        shutil.copytree(SMALL, folder)
        for name, before, after in ((file, old, new), *more):
            path = folder / name
            text = path.read_text(encoding="utf-8")
            assert before in text
            path.write_text(text.replace(before, after, 1), encoding="utf-8")
        return [str(issue).replace(f"{folder}/", "") for issue in read_pack(folder).issues]

    return change


def test_the_small_pack_has_no_problem() -> None:
    reading = read_pack(SMALL)
    assert reading.issues == ()
    assert reading.pack is not None


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("facts.yaml", "facts:\n", "facts:\n  - {id: age, when: fever, says: x}\n", "facts.yaml:2:10: error name-taken: 'age' is already the name of a question"),
        ("facts.yaml", "facts:\n", "facts:\n  - {id: fever, when: iron, says: x}\n", "facts.yaml:2:10: error name-taken: 'fever' is already the name of an item of 'alarm'"),
        ("questions.yaml", "{id: benign,", "{id: quit, kind: yes_no, section: S, ask: A?, label: L, why: W., basis: judgement}\n  - {id: benign,", "questions.yaml:44:10: error reserved-name: 'quit' is a word of the program (choose another id)"),
        ("questions.yaml", "{id: benign,", "{id: output, kind: yes_no, section: S, ask: A?, label: L, why: W., basis: judgement}\n  - {id: benign,", "questions.yaml:44:10: error reserved-name: 'output' is an option of the program itself (choose another id)"),
        ("questions.yaml", "{id: never, label: never}", "{id: no, label: never}", "questions.yaml:29:14: error reserved-name: 'no' is a word of the program and cannot be an option (choose another id)"),
        ("questions.yaml", "label: hepatitis C", "label: Hepatitis b", "questions.yaml:31:24: error options-alike: 'hepatitis b' already means 'b' in this question"),
        ("questions.yaml", "label: Cancer", "label: Back", "questions.yaml:42:29: error reserved-name: the label 'Back' is a word of the program (say it in other words)"),
        ("questions.yaml", "min: 0, max: 120", "min: 130, max: 120", "questions.yaml:2:102: error question-parts: 'age' needs a 'min' and a larger 'max'"),
        ("questions.yaml", "min: 0, max: 120,", "", "questions.yaml:2:5: error question-parts: 'age' needs a 'min' and a larger 'max'"),
        ("questions.yaml", "id: benign, kind: yes_no", "id: benign, kind: yes_no, unit: apples", "questions.yaml:44:5: error question-parts: a yes_no question has no 'min', 'max' or 'unit'"),
        ("questions.yaml", "id: benign, kind: yes_no", "id: benign, kind: yes_no, options: [{id: x, label: X}]", "questions.yaml:44:41: error question-parts: a yes_no question has no options"),
        ("questions.yaml", "none: never", "none: always", "questions.yaml:26:11: error question-parts: 'none' must be an option of a one_of question, not 'always'"),
        ("questions.yaml", "only_if: black_stool", "only_if: cancer", "questions.yaml:18:32: error gate-looks-ahead: 'only_if' of 'iron' needs 'past', which comes later (move 'past' up)"),
        ("questions.yaml", "only_if: black_stool", "only_if: viral_hepatitis", "questions.yaml:18:32: error gate-looks-ahead: 'only_if' of 'iron' needs 'hepatitis', which comes later (move 'hepatitis' up)"),
        ("facts.yaml", '"hepatitis in (b, c)"', "not viral_hepatitis", "facts.yaml:2:33: error fact-cycle: goes round: viral_hepatitis → viral_hepatitis"),
        ("red_flags.yaml", "age >= 60", "age >= 121", "red_flags.yaml:9:73: error threshold-out-of-range: 'age >= 121' is always the same for 0 to 120"),
        ("red_flags.yaml", "age >= 60", "age >= 0", "red_flags.yaml:9:73: error threshold-out-of-range: 'age >= 0' is always the same for 0 to 120"),
        ("red_flags.yaml", "say: It can be bleeding.,", "say: It can be bleeding., adds_to: blak,", "red_flags.yaml:4:131: error unknown-flag: there is no red flag 'blak' (did you mean 'black'?)"),
        ("red_flags.yaml", "say: It can be bleeding.,", "say: It can be bleeding., adds_to: bleeding,", "red_flags.yaml:4:131: error flag-cycle: goes round: bleeding → bleeding (take one link out)"),
        ("red_flags.yaml", "say: It can be bleeding.,", "say: It can be bleeding., weaker_form_of: black,", "red_flags.yaml:4:138: error flag-cycle: goes round: bleeding → black → bleeding (take one link out)"),
        ("red_flags.yaml", "say: It can be bleeding.,", "say: It can be bleeding., adds_to: black,", "red_flags.yaml:4:131: error flag-cycle: goes round: bleeding → black → bleeding (take one link out)"),
        ("red_flags.yaml", "id: black,", "id: bleeding,", "red_flags.yaml:6:10: error name-taken: 'bleeding' is already used in red_flags"),
        ("sources.yaml", "id: T2", "id: T1", "sources.yaml:7:10: error name-taken: 'T1' is already used in statements"),
        ("sources.yaml", "document: R,", "document: X,", "sources.yaml:9:24: error unknown-document: there is no document 'X' (allowed: T, R, judgement)"),
        ("sources.yaml", "kind: judgement", "kind: review", "sources.yaml:2:3: error no-judgement-document: the pack needs a document of kind 'judgement' for its own judgements"),
        ("advice.yaml", "sources: [T1]", "sources: [T9]", "advice.yaml:2:5: error unknown-statement: there is no statement 'T9' (allowed: T1, T2, T3, R1)"),
        ("advice.yaml", "sources: [T1]", "sources: [T3]", "advice.yaml:2:5: error withheld-quoted: 'T3' is withheld: It is a medicine."),
        ("advice.yaml", "basis: sourced, sources: [T1]", "basis: sourced", "advice.yaml:2:5: error no-source: basis 'sourced' needs sources (or say 'judgement')"),
        ("advice.yaml", "basis: sourced, sources: [T1]", "basis: judgement, sources: [T1]", "advice.yaml:2:5: error judgement-with-source: a judgement cites nothing (or say 'derived')"),
        ("causes/bile_stones.yaml", "id: attacks", "id: known", "causes/bile_stones.yaml:1:1: error name-taken: 'known' names 2 pieces of evidence"),
        ("causes/bile_stones.yaml", "say: You have had stones.,", "say: You have had stones., adds_to: attacks,", "causes/bile_stones.yaml:7:101: error unknown-evidence: no evidence 'attacks' stands before 'known' on its side (put it behind what it adds to)"),
        ("causes/bile_stones.yaml", "say: You have had stones.,", "say: You have had stones., adds_to: known,", "causes/bile_stones.yaml:7:101: error unknown-evidence: no evidence 'known' stands before 'known' on its side (put it behind what it adds to)"),
        ("causes/ageing.yaml", "id: ageing", "id: aging", "causes/ageing.yaml:1:5: error misnamed-file: the cause 'aging' must stand in a file 'causes/aging.yaml'"),
        ("pack.yaml", "  consultation_2w:\n    title: Book a visit\n    within: within two weeks\n    say: [{say: See a doctor soon., basis: judgement}]\n", "", "pack.yaml:9:3: error missing-level: level 'consultation_2w' has no words"),
        ("pack.yaml", "title: A small", "titel: A small", "pack.yaml:3:1: error unknown-field: there is no field 'titel' here (did you mean 'title'?)"),
        ("pack.yaml", "subject: a small finding\n", "", "pack.yaml:1:1: error missing-field: 'subject' is missing"),
        ("pack.yaml", 'version: "1.0.0"', "version: 1.10", "pack.yaml:2:10: error value: 'version': input should be a valid string, not '1.1'"),
        ("red_flags.yaml", "level: emergency,", "level: emergancy,", "red_flags.yaml:2:54: error value: 'level': input should be 'consultation', 'consultation_2w', 'consultation_24', 'emergency' or 'emergency_ambulance', not 'emergancy' (did you mean 'emergency'?)"),
        ("red_flags.yaml", "when: fever and jaundice", "when: fevr and jaundice", "red_flags.yaml:2:71: error condition: nothing is called 'fevr' (did you mean 'fever'?)"),
        ("red_flags.yaml", "when: fever and jaundice", "when: 'fever and jaundce'", "red_flags.yaml:2:82: error condition: nothing is called 'jaundce' (did you mean 'jaundice'?)"),
        ("red_flags.yaml", "when: fever and jaundice", 'when: "fever\\tand jaundce"', "red_flags.yaml:2:71: error condition: nothing is called 'jaundce' (did you mean 'jaundice'?)"),
        ("red_flags.yaml", "when: fever and jaundice", "when: 3", "red_flags.yaml:2:71: error condition: 'when': a condition is text, for example 'fever and jaundice', not '3'"),
        ("red_flags.yaml", "when: fever and jaundice", "when: [fever]", "red_flags.yaml:2:71: error condition: 'when': a condition is text, for example 'fever and jaundice'"),
        ("sources.yaml", "says: Stones leave calcium.", "says: Stones, like calcium.", "sources.yaml:7:56: error unknown-field: there is no field 'like calcium.' here (text with a comma needs quotes)"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_named_with_its_place(
    broken: Broken, file: str, old: str, new: str, said: str
) -> None:
    assert said in broken(file, old, new)


EXTRA = "  - {{id: extra, kind: {0}, section: S, ask: A?, label: L, why: W., basis: judgement, {1}}}\n  - {{id: benign,"
SIDES = "sides: [{statements: [T1], says: A.}, {statements: [R1], says: B.}], taken: T., by: [advice/routine]"
NUMBER, NOT_A_NUMBER = "needs a 'min' and a larger 'max'", "has no 'min', 'max' or 'unit'"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("questions.yaml", "sources: [R1]", "sources: [R9]", "questions.yaml:4:5: error unknown-statement: there is no statement 'R9' (allowed: T1, T2, T3, R1)"),
        ("pack.yaml", "sources: [T1]", "sources: [T9]", "pack.yaml:30:5: error unknown-statement: there is no statement 'T9' (allowed: T1, T2, T3, R1)"),
        ("red_flags.yaml", "sources: [R1]", "sources: [R9]", "red_flags.yaml:2:5: error unknown-statement: there is no statement 'R9' (allowed: T1, T2, T3, R1)"),
        ("causes/bile_stones.yaml", "sources: [T2]", "sources: [T9]", "causes/bile_stones.yaml:5:5: error unknown-statement: there is no statement 'T9' (allowed: T1, T2, T3, R1)"),
        ("sources.yaml", "statements:\n", f"conflicts:\n  - {{id: x, about: A., basis: sourced, sources: [T9], {SIDES}}}\nstatements:\n", "sources.yaml:6:5: error unknown-statement: there is no statement 'T9' (allowed: T1, T2, T3, R1)"),
        ("sources.yaml", "statements:\n", "conflicts:\n" + f"  - {{id: x, about: A., basis: judgement, {SIDES}}}\n" * 2 + "statements:\n", "sources.yaml:7:10: error name-taken: 'x' is already used in conflicts"),
        ("sources.yaml", "statements:\n", "problems:\n" + "  - {id: P1, statements: [T1], severity: [wrong], says: A., handled: H., by: [advice/routine]}\n" * 2 + "statements:\n", "sources.yaml:7:10: error name-taken: 'P1' is already used in problems"),
        ("sources.yaml", "id: R, title", "id: T, title", "sources.yaml:3:10: error name-taken: 'T' is already used in documents"),
        ("questions.yaml", "only_if: black_stool", "only_if: age >= 0", "questions.yaml:18:32: error threshold-out-of-range: 'age >= 0' is always the same for 0 to 120"),
        ("facts.yaml", '"hepatitis in (b, c)"', "age >= 0", "facts.yaml:2:33: error threshold-out-of-range: 'age >= 0' is always the same for 0 to 120"),
        ("questions.yaml", "only_if: black_stool", "only_if: iron", "questions.yaml:18:32: error gate-looks-ahead: 'only_if' of 'iron' needs 'iron', which comes later (move 'iron' up)"),
        ("questions.yaml", "label: A liver injury}", "label: A liver injury}\n      - {id: fever, label: X}", "questions.yaml:44:14: error name-taken: 'fever' is already the name of an item of 'alarm'"),
        ("facts.yaml", "facts:\n", "facts:\n  - {id: viral_hepatitis, when: fever, says: x}\n", "facts.yaml:3:10: error name-taken: 'viral_hepatitis' is already the name of a fact"),
        ("questions.yaml", "{id: c, label: hepatitis C}", "{id: c, label: B}", "questions.yaml:31:24: error options-alike: 'b' already means 'b' in this question"),
        ("questions.yaml", "{id: c, label: hepatitis C}", "{id: c, label: hepatitis C}\n      - {id: other, label: D}\n      - {id: d, label: x}", "questions.yaml:33:14: error options-alike: 'd' already means 'other' in this question"),
        ("questions.yaml", "  - {id: benign,", EXTRA.format("one_of", "options: [{id: x, label: X}]"), "questions.yaml:44:98: error question-parts: 'extra' needs options"),
        ("questions.yaml", "  - {id: benign,", EXTRA.format("number", "min: 3, max: 3"), f"questions.yaml:44:94: error question-parts: 'extra' {NUMBER}"),
        ("questions.yaml", "  - {id: benign,", EXTRA.format("number", "min: 3"), f"questions.yaml:44:94: error question-parts: 'extra' {NUMBER}"),
        ("questions.yaml", "  - {id: benign,", EXTRA.format("number", "max: 3"), f"questions.yaml:44:5: error question-parts: 'extra' {NUMBER}"),
        ("questions.yaml", "  - {id: benign,", EXTRA.format("yes_no", "min: 1"), f"questions.yaml:44:94: error question-parts: a yes_no question {NOT_A_NUMBER}"),
        ("questions.yaml", "  - {id: benign,", EXTRA.format("yes_no", "max: 1"), f"questions.yaml:44:5: error question-parts: a yes_no question {NOT_A_NUMBER}"),
        ("questions.yaml", "  - {id: benign,", EXTRA.format("one_of", "unit: u, options: [{id: x, label: X}, {id: y, label: Y}]"), f"questions.yaml:44:5: error question-parts: a one_of question {NOT_A_NUMBER}"),
        ("questions.yaml", "  - {id: benign,", EXTRA.format("several_of", "none: x, options: [{id: x, label: X}]"), "questions.yaml:44:99: error question-parts: 'none' must be an option of a one_of question, not 'x'"),
        ("advice.yaml", "sources: [T1]", "sources: [3]", "advice.yaml:2:83: error value: '0': a source is the id of a statement, such as 'S16' or 'S31 for hepatitis B', not '3'"),
        ("advice.yaml", "sources: [T1]", "sources: ['T1 for ']", "advice.yaml:2:83: error value: '0': a source is the id of a statement, such as 'S16' or 'S31 for hepatitis B', not 'T1 for '"),
        ("advice.yaml", "sources: [T1]", "sources: ['1T']", "advice.yaml:2:83: error value: '0': a source is the id of a statement, such as 'S16' or 'S31 for hepatitis B', not '1T'"),
        pytest.param(
            "questions.yaml", "{id: b, label: hepatitis B}", "{id: b, label: hepatitis B}\n      - {id: b, label: other}", "questions.yaml:31:14: error options-alike: 'b' already means 'b' in this question",
        ),
    ],
)  # fmt: skip
def test_a_fault_in_any_part_is_named_with_its_place(
    broken: Broken, file: str, old: str, new: str, said: str
) -> None:
    assert said in broken(file, old, new)


@pytest.mark.parametrize("parts", ["number, min: 3, max: 4", "one_of, options: [{id: x, label: X}, {id: y, label: Y}]", "several_of, options: [{id: x, label: X}]", "yes_no"])  # fmt: skip
def test_a_question_with_just_its_parts_is_used(broken: Broken, parts: str) -> None:
    kind, _, more = parts.partition(", ")
    assert broken("questions.yaml", "  - {id: benign,", EXTRA.format(kind, more or "role: symptom")) == []


@pytest.mark.parametrize("condition", ["age >= 120", "age > 119", "age <= 0", "age = 0", "age = 120", "age != 0", "age < 1", "age <= 119", "age >= 1"])  # fmt: skip
def test_a_threshold_that_tells_some_numbers_apart_is_used(broken: Broken, condition: str) -> None:
    assert broken("red_flags.yaml", "age >= 60", condition) == []


@pytest.mark.parametrize("condition", ["age > 120", "age <= 120", "age < 0", "age >= 0", "age != 121", "age = 121", "age < 121"])  # fmt: skip
def test_a_threshold_that_tells_no_numbers_apart_is_refused(broken: Broken, condition: str) -> None:
    said = f"error threshold-out-of-range: '{condition}' is always the same for 0 to 120"
    assert [said in issue for issue in broken("red_flags.yaml", "age >= 60", condition)] == [True]


def test_the_words_that_a_citation_is_for_are_kept(broken: Broken, tmp_path: Path) -> None:
    assert broken("advice.yaml", "sources: [T1]", "sources: [T1 for daily routine]") == []
    first = load_pack(tmp_path / "pack").general.advice[0]
    assert [(str(cited), cited.words) for cited in first.sources] == [("T1", "daily routine")]
    assert [cited.words for cited in load_pack(SMALL).general.advice[0].sources] == [""]


def test_the_digest_of_known_content_is_known() -> None:
    content = {"b": [1, True, None], "a": "\u00e9"}
    assert digest(content) == sha256('{"a":"\u00e9","b":[1,true,null]}'.encode()).hexdigest()


@pytest.mark.parametrize(
    "written",
    [
        "fever and jaundce",
        '"fever and jaundce"',
        "'fever and jaundce'",
        ">-\n      fever and\n      jaundce",
        "|\n      fever\n      and jaundce",
        "fever\n      and jaundce",
        "(fever and\n      black_stool) or\n      at least 1 of (iron, jaundce)",
    ],
)
def test_a_mistake_is_found_in_every_way_to_write_text(broken: Broken, tmp_path: Path, written: str) -> None:
    flag = f"  - id: extra\n    evidence: test\n    level: emergency\n    say: Extra.\n    basis: judgement\n    when: {written}\n"
    issues = broken("red_flags.yaml", "red_flags:\n", f"red_flags:\n{flag}")
    assert len(issues) == 1
    assert "nothing is called 'jaundce'" in issues[0]
    line, column = map(int, issues[0].split(":")[1:3])
    lines = (tmp_path / "pack" / "red_flags.yaml").read_text().splitlines()
    assert lines[line - 1][column - 1 :].startswith("jaundce")


def test_a_condition_error_shows_the_line_with_a_caret(broken: Broken, tmp_path: Path) -> None:
    broken("red_flags.yaml", "when: fever and jaundice", "when: fevr and jaundice")
    issue = read_pack(tmp_path / "pack").issues[0]
    assert issue.excerpt == "fevr and jaundice\n^"


def test_all_problems_come_in_one_run_in_the_order_of_their_places(broken: Broken, tmp_path: Path) -> None:
    broken(
        "red_flags.yaml", "level: emergency,", "level: x,",
        ("red_flags.yaml", "black_stool and not iron", "blck_stool"),
        ("advice.yaml", "kind: do", "kind: perhaps"),
        ("pack.yaml", "title: A small", "titel: A small"),
    )  # fmt: skip
    with pytest.raises(PackError) as caught:
        load_pack(tmp_path / "pack")
    places = [issue.where for issue in caught.value.issues]
    assert len(places) == 5
    assert places == sorted(places)
    assert str(caught.value).count("\n") == 4


def test_a_cycle_of_facts_is_shown_as_a_path(broken: Broken) -> None:
    facts = "facts:\n  - {id: one, when: two, says: x}\n  - {id: two, when: not three or fever, says: x}\n  - {id: three, when: one, says: x}\n"
    issues = broken("facts.yaml", "facts:\n", facts)
    assert any("goes round: one → two → three → one" in issue for issue in issues)
    assert len([issue for issue in issues if "goes round" in issue]) == 1


def test_each_cycle_of_facts_is_told_once(broken: Broken) -> None:
    names = ("one", "two"), ("three", "three"), ("four", "two")
    facts = "".join(f"  - {{id: {name}, when: {other}, says: x}}\n" for name, other in names)
    issues = broken("facts.yaml", "facts:\n", f"facts:\n{facts}  - {{id: two, when: one, says: x}}\n")
    assert [issue.split("goes round: ")[1] for issue in issues] == ["one → two → one", "three → three"]


def pointing(*flags: tuple[str, str]) -> str:
    """Flags, each of which adds to another."""
    head = "evidence: test, level: consultation, when: fever, say: S., basis: judgement"
    return "red_flags:\n" + "".join(
        f"  - {{id: {name}, {head}, adds_to: {other}}}\n" for name, other in flags
    )


def test_flags_that_lead_back_to_themselves_are_shown_as_a_path_and_each_circle_once(broken: Broken) -> None:
    flags = pointing(("e", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("d", "d"), ("f", "d"))
    issues = broken("red_flags.yaml", "red_flags:\n", flags)
    assert [issue.split("goes round: ")[1].split(" (")[0] for issue in issues] == ["a → b → c → a", "d → d"]


def test_flags_that_lead_on_and_never_back_are_no_circle(broken: Broken) -> None:
    flags = pointing(("a", "b"), ("c", "b"), ("b", "d"), ("d", "black"))
    assert broken("red_flags.yaml", "red_flags:\n", flags) == []


def test_very_many_circles_are_found_within_a_second() -> None:
    names = [f"f{number}" for number in range(20_000)]
    started = time.process_time()
    circles, rest = circles_in({name: [names[number ^ 1]] for number, name in enumerate(names)})
    assert (len(circles), rest) == (10_000, [])
    assert time.process_time() - started < 1


def chain(count: int) -> str:
    """Facts each of which rests on the one before."""
    first = "  - {id: f1, when: fever, says: x}\n"
    return first + "".join(
        f"  - {{id: f{n}, when: f{n - 1} or iron, says: x}}\n" for n in range(2, count + 1)
    )


def test_facts_rest_on_each_other_only_so_deep(broken: Broken) -> None:
    assert broken("facts.yaml", "facts:\n", f"facts:\n{chain(MAX_DEPTH)}") == []


def test_facts_that_rest_on_each_other_deeper_are_refused_once(broken: Broken) -> None:
    assert broken("facts.yaml", "facts:\n", f"facts:\n{chain(MAX_DEPTH + 5)}") == [
        "facts.yaml:22:21: error facts-too-deep: 'f21' rests on facts more than 20 deep (say it more directly)"
    ]


def gates(count: int) -> str:
    """Questions each of which is asked if the one before was answered yes; the first stands behind one already."""
    parts = "kind: yes_no, section: S, ask: A?, label: L, why: W., basis: judgement"
    names = ["iron", *(f"g{n}" for n in range(1, count))]
    return "".join(f"  - {{id: g{n}, {parts}, only_if: {name}}}\n" for n, name in enumerate(names, start=1))


def test_gates_stand_behind_each_other_only_so_deep(broken: Broken) -> None:
    before = "  - {id: benign,"
    assert broken("questions.yaml", before, gates(MAX_DEPTH - 1) + before) == []


def test_gates_that_stand_behind_each_other_deeper_are_refused_once(broken: Broken) -> None:
    before = "  - {id: benign,"
    issues = broken("questions.yaml", before, gates(MAX_DEPTH + 5) + before)
    assert issues == [
        "questions.yaml:63:96: error gates-too-deep: 'g20' stands behind more than 20 gates, one behind the other "
        "(say it more directly)"
    ]


def test_a_circle_is_told_in_full_if_it_has_at_most_twelve_names(broken: Broken) -> None:
    facts = "".join(f"  - {{id: f{n}, when: f{(n + 1) % 11}, says: x}}\n" for n in range(11))
    issues = broken("facts.yaml", "facts:\n", f"facts:\n{facts}")
    assert issues[0].endswith(f"goes round: {' → '.join(f'f{n}' for n in range(11))} → f0")


def test_a_longer_circle_by_one_is_told_shortened(broken: Broken) -> None:
    facts = "".join(f"  - {{id: f{n}, when: f{(n + 1) % 12}, says: x}}\n" for n in range(12))
    issues = broken("facts.yaml", "facts:\n", f"facts:\n{facts}")
    assert issues[0].endswith("f9 → … (2 more) → f0")


def test_a_long_circle_is_told_shortened(broken: Broken) -> None:
    facts = "".join(f"  - {{id: f{n}, when: f{(n + 1) % 30}, says: x}}\n" for n in range(30))
    issues = broken("facts.yaml", "facts:\n", f"facts:\n{facts}")
    told = " → ".join(f"f{n}" for n in range(10))
    assert issues == [f"facts.yaml:2:20: error fact-cycle: goes round: {told} → … (20 more) → f0"]


FLAG = "  - {{id: x{0}, evidence: t, level: {1}, when: fever, say: S., basis: judgement}}\n"


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (0, MAX_ISSUES + 1),
        (5, 3 * MAX_ISSUES),
        pytest.param(
            MAX_ISSUES, MAX_ISSUES + 1,
        ),
    ],
)  # fmt: skip
def test_a_list_with_very_many_mistakes_is_refused_wherever_they_stand(
    broken: Broken, good: int, bad: int
) -> None:
    flags = [FLAG.format(n, "emergency" if n < good else "soon") for n in range(good + bad)]
    issues = broken("red_flags.yaml", "red_flags:\n", f"red_flags:\n{''.join(flags)}")
    assert issues
    assert all("'soon'" in issue for issue in issues)
    assert len(issues) <= MAX_ISSUES
    assert issues[0].startswith(f"red_flags.yaml:{good + 2}:")


def test_more_unknown_fields_than_can_be_told_are_refused(broken: Broken) -> None:
    fields = "".join(f"zz{n}: 1\n" for n in range(3 * MAX_ISSUES))
    issues = broken("red_flags.yaml", "red_flags:\n", f"{fields}red_flags:\n")
    assert 0 < len(issues) <= MAX_ISSUES
    assert all("error unknown-field: there is no field 'zz" in issue for issue in issues)


def test_a_list_of_very_many_mistakes_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    (folder / "red_flags.yaml").write_text("- 1\n" * 1_000)
    assert [issue.code for issue in read_pack(folder).issues] == ["value"]


def test_more_causes_than_a_pack_can_have_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    for number in range(MAX_CAUSES):
        (folder / "causes" / f"z{number}.yaml").write_text("")
    issue = next(issue for issue in read_pack(folder).issues if issue.code == "too-many-files")
    assert str(issue.where) == f"{folder}/causes:1:1"
    assert issue.message == "503 causes are more than the 500 that one pack can have"
    assert issue.hint == "split the pack"
    for name in ("z0", "z1", "z2"):
        (folder / "causes" / f"{name}.yaml").unlink()
    assert {issue.code for issue in read_pack(folder).issues} == {"empty-file"}


def test_a_pack_without_its_folder_of_causes_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    shutil.rmtree(folder / "causes")
    assert [issue.message for issue in read_pack(folder).issues] == ["the pack needs a folder 'causes'"]
    (folder / "causes").write_text("")
    assert [str(issue) for issue in read_pack(folder).issues] == [
        f"{folder}/causes:1:1: error unreadable-file: cannot read the folder: Not a directory"
    ]


@pytest.mark.parametrize("name", ["x" * 5_000, "x/" * 3_000, "a\0b", "\udcff"])
def test_a_name_that_no_file_can_have_is_no_pack(name: str) -> None:
    with pytest.raises(PackError, match="no-pack"):
        find_pack(name)


def test_a_missing_file_is_named_and_an_optional_one_is_not(broken: Broken, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    (folder / "facts.yaml").unlink()
    (folder / "advice.yaml").unlink()
    assert [str(issue) for issue in read_pack(folder).issues] == [
        f"{folder}/advice.yaml:1:1: error missing-file: the pack needs a file 'advice.yaml'"
    ]


def test_a_pack_without_facts_loads(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    (folder / "facts.yaml").unlink()
    for name in ("advice.yaml", "causes/scar.yaml"):
        path = folder / name
        path.write_text(path.read_text().replace("when: viral_hepatitis", "when: hepatitis = b"))
    assert load_pack(folder).facts == ()


def test_a_file_that_nothing_reads_is_a_problem(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    (folder / "redflags.yaml").write_text("a: 1")
    (folder / "causes" / "x.yml").write_text("a: 1")
    issues = [(issue.code, issue.hint) for issue in read_pack(folder).issues]
    assert [code for code, _ in issues] == ["unknown-file", "unknown-file"]
    told = [str(issue) for issue in read_pack(folder).issues]
    assert told[0].startswith(
        f"{folder}/causes/x.yml:1:1: error unknown-file: nothing reads a file 'x.yml' ("
    )
    assert told[1].startswith(
        f"{folder}/redflags.yaml:1:1: error unknown-file: nothing reads a file 'redflags.yaml' ("
    )
    assert "did you mean 'red_flags.yaml'?" in [hint for _, hint in issues]


def test_broken_yaml_in_several_files_is_reported_for_each(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    (folder / "advice.yaml").write_text("a: [")
    (folder / "facts.yaml").write_text("a: &x 1")
    assert {issue.code for issue in read_pack(folder).issues} == {"yaml", "anchor"}


@pytest.mark.parametrize(
    "content", ["- 1\n", "questions: 3\n", "questions: [3]\n", "questions:\n  - id: [x]\n    options: 3\n"]
)
def test_files_of_the_wrong_shape_are_refused_and_never_crash(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    (folder / "questions.yaml").write_text(content)
    with pytest.raises(PackError):
        load_pack(folder)


def test_the_public_door_leads_to_the_functions_every_time() -> None:
    import triage

    pack = triage.load_pack(SMALL)
    for _ in range(2):
        asked = triage.next_question(pack, {})
        assert asked is not None
        assert triage.assess(pack, {}).level.id == "consultation"


def test_the_public_door_leads_nowhere_else() -> None:
    import triage

    with pytest.raises(AttributeError, match="module 'triage' has no attribute 'diagnose'"):
        triage.diagnose  # noqa: B018


def test_no_folder_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(tmp_path / "nowhere")
    assert str(caught.value) == f"{tmp_path}/nowhere:1:1: error no-pack: there is no pack folder here"


def test_the_digest_is_of_the_content_and_not_of_its_layout(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    before = load_pack(folder).digest
    path = folder / "advice.yaml"
    text = path.read_text()
    path.write_text("# a comment\n\n" + text.replace("{id: routine, kind: do,", "{kind: do,   id: routine,"))
    assert load_pack(folder).digest == before
    path.write_text(text.replace("Keep a daily routine.", "Keep a daily routine!"))
    assert load_pack(folder).digest != before
    assert len(before) == 64


def test_a_pack_is_found_by_its_name_or_its_folder() -> None:
    assert find_pack(str(SMALL)) == SMALL
    assert find_pack("liver_calcification").name == "liver_calcification"
    assert [folder.name for folder in packs()] == ["liver_calcification"]


def test_a_misspelt_pack_gets_a_suggestion() -> None:
    with pytest.raises(PackError) as caught:
        find_pack("liver_calcificaton")
    assert str(caught.value) == (
        "liver_calcificaton:1:1: error no-pack: no pack has this name and no folder with a pack.yaml is here "
        "(did you mean 'liver_calcification'?)"
    )


def test_cases_are_read_apart_and_may_be_missing(tmp_path: Path) -> None:
    assert [case.id for case in load_cases(SMALL)] == ["both"]
    assert load_cases(tmp_path) == ()
    (tmp_path / "cases.yaml").write_text("cases: [{id: x}]")
    with pytest.raises(PackError, match="missing-field"):
        load_cases(tmp_path)


def test_an_issue_is_one_line() -> None:
    issue = Issue("code", "message", Place("p.yaml", 3, 5), "hint", excerpt="text\n^")
    assert str(issue) == "p.yaml:3:5: error code: message (hint)"
    assert str(Issue("c", "m", Place("p", 1, 1), severity="warning")) == "p:1:1: warning c: m"


def test_did_you_mean() -> None:
    assert did_you_mean("fevr", ["fever", "jaundice"]) == "did you mean 'fever'?"
    assert did_you_mean("xyz", ["fever", "jaundice"]) == "allowed: fever, jaundice"
    assert did_you_mean("xyz", [f"w{n}" for n in range(12)]) == "allowed: " + ", ".join(
        f"w{n}" for n in range(12)
    )
    assert did_you_mean("xyz", [f"w{n}" for n in range(13)]).endswith("w11 and 1 more")
    assert did_you_mean("xyz", [f"w{n}" for n in range(14)]).endswith("w11 and 2 more")
    assert did_you_mean("xyz", []) == ""


def test_facts_that_share_a_part_are_no_cycle(broken: Broken) -> None:
    facts = "facts:\n  - {id: a, when: b or c, says: x}\n  - {id: b, when: d, says: x}\n  - {id: c, when: d, says: x}\n  - {id: d, when: fever, says: x}\n"
    assert (
        broken("facts.yaml", "facts:\n", facts, ("questions.yaml", "only_if: black_stool", "only_if: a or d"))
        == []
    )


@pytest.mark.parametrize("kind", ["one_of", "several_of"])
def test_a_choice_without_options_is_refused(broken: Broken, kind: str) -> None:
    new = f"  - {{id: bare, kind: {kind}, section: S, ask: A?, label: L, why: W., basis: judgement}}\n  - {{id: benign,"
    assert broken("questions.yaml", "  - {id: benign,", new) == [
        "questions.yaml:44:5: error question-parts: 'bare' needs options"
    ]


def test_what_somebody_wrote_is_short_and_harmless_in_a_message() -> None:
    issue = Issue("code", "a\x1b[31m\u202eb", Place("p\n.yaml", 1, 1), "h" * 400, excerpt="x\x9by\n^")
    line, first, second = issue.lines()
    assert line.startswith("p\ufffd.yaml:1:1: error code: a\ufffd[31m\ufffdb (hhh")
    assert line.endswith("h...)")
    assert len(line) < 400
    assert (first, second) == ("    x\ufffdy", "    ^")
    assert shown("x" * 60) == "x" * 60
    assert shown("x" * 61) == "x" * 57 + "..."
    assert shown("x" * 11, 10) == "x" * 7 + "..."


def test_only_the_first_of_very_many_problems_are_told() -> None:
    for kind in (
        lambda count: PackError(Issue("c", "m", Place("p", n, 1)) for n in range(count)),
        lambda count: AnswerError(Misfit("q", f"m{n}") for n in range(count)),
    ):
        assert len(str(kind(MOST)).split("\n")) == MOST
        assert str(kind(MOST + 1)).split("\n")[-1] == "and 1 more"
        assert len(str(kind(MOST + 7)).split("\n")) == MOST + 1
        assert str(kind(MOST + 7)).endswith("\nand 7 more")


def test_a_misfit_has_a_hint_or_none() -> None:
    assert str(Misfit("q", "wrong", "right")) == "wrong (right)"
    assert str(Misfit("q", "wrong")) == "wrong"
