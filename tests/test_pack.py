"""Reading a pack: every problem in one run, each with its code and its place."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SMALL
from triage.errors import Issue, PackError, Place, did_you_mean
from triage.loading import MAX_CAUSES, MAX_ISSUES, find_pack, load_cases, load_pack, packs, read_pack
from triage.wellformed import MAX_DEPTH

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
        ("red_flags.yaml", "id: black,", "id: bleeding,", "red_flags.yaml:6:10: error name-taken: 'bleeding' is already used in red_flags"),
        ("sources.yaml", "id: T2", "id: T1", "sources.yaml:7:10: error name-taken: 'T1' is already used in statements"),
        ("sources.yaml", "document: R,", "document: X,", "sources.yaml:9:24: error unknown-document: there is no document 'X' (allowed: T, R, judgement)"),
        ("sources.yaml", "kind: judgement", "kind: review", "sources.yaml:2:3: error no-judgement-document: the pack needs a document of kind 'judgement' for its own judgements"),
        ("advice.yaml", "sources: [T1]", "sources: [T9]", "advice.yaml:2:5: error unknown-statement: there is no statement 'T9' (allowed: T1, T2, T3, R1)"),
        ("advice.yaml", "sources: [T1]", "sources: [T3]", "advice.yaml:2:5: error withheld-quoted: 'T3' is withheld: It is a medicine."),
        ("advice.yaml", "basis: sourced, sources: [T1]", "basis: sourced", "advice.yaml:2:5: error no-source: basis 'sourced' needs sources (or say 'judgement')"),
        ("advice.yaml", "basis: sourced, sources: [T1]", "basis: judgement, sources: [T1]", "advice.yaml:2:5: error judgement-with-source: a judgement cites nothing (or say 'derived')"),
        ("causes/bile_stones.yaml", "id: attacks", "id: known", "causes/bile_stones.yaml:1:1: error name-taken: 'known' names 2 pieces of evidence"),
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
    assert len(issues) == 1
    assert "gates-too-deep: 'g20' stands behind more than 20 gates, one behind the other" in issues[0]


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
            marks=pytest.mark.xfail(strict=True, reason="what comes after a good beginning is dropped, and the pack is used"),
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


@pytest.mark.xfail(strict=True, reason="what comes after many fields is said to be missing")
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


def test_a_pack_without_its_folder_of_causes_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    shutil.rmtree(folder / "causes")
    assert [issue.message for issue in read_pack(folder).issues] == ["the pack needs a folder 'causes'"]
    (folder / "causes").write_text("")
    assert [(issue.code, str(issue.where)) for issue in read_pack(folder).issues] == [
        ("unreadable-file", f"{folder}/causes:1:1")
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
    assert [(issue.code, issue.message) for issue in read_pack(folder).issues] == [
        ("missing-file", "the pack needs a file 'advice.yaml'")
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


@pytest.mark.xfail(
    strict=True, reason="the module assess takes the place of the function once it is imported"
)
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
    with pytest.raises(PackError, match="no-pack: there is no pack folder here"):
        load_pack(tmp_path / "nowhere")


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
    with pytest.raises(PackError, match="did you mean 'liver_calcification'"):
        find_pack("liver_calcificaton")


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
