"""The pages a stranger reads, held against the program: every example is run, every name is looked up.

Blocks marked ``console`` hold commands after ``$``. They are run in a folder that holds the pack of
``rules/README.md`` and the answers file of ``README.md``. The exit code is 0, or what ``# exit N`` says;
lines after ``>`` are typed at the prompts; the output must be as shown, except that ``[…]`` stands for
lines left out, and ``[… typed here: none / no]`` for lines left out with what was typed in them.
``pytest tests/test_docs.py --update-golden`` records the output anew where a shown line still begins a
piece of it.
"""

import ast
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest

from tests.cli.command import run
from tests.conftest import ROOT
from triage import pack as schema
from triage.assess import STRENGTH, SUPPORT_ORDER, support_of
from triage.assessment import EvidenceFound
from triage.condition import parse
from triage.loading import vocabulary
from triage.source import Source

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("rules/*.md"))
)


class Block(NamedTuple):
    """A fenced block of a page: where its first line stands, its mark and its text."""

    page: str
    line: int
    mark: str
    text: str


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, *marks: str) -> list[Block]:
    """The fenced blocks of a page with one of these marks (all of them without any)."""
    text = text_of(page)
    found = [
        Block(page, text.count("\n", 0, match.start()) + 2, match[1], match[2])
        for match in re.finditer(r"^```(\S*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    ]
    return [block for block in found if not marks or block.mark in marks]


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)


def files_of(page: str) -> dict[str, str]:
    """The YAML blocks of a page that begin with the name of their file, joined by file."""
    found: dict[str, str] = {}
    for block in blocks(page, "yaml"):
        if match := re.match(r"# (\S+\.yaml)\n", block.text):
            found[match[1]] = found.get(match[1], "") + block.text
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the examples run: the pack and the answers file that the pages show."""
    for name, content in {**files_of("rules/README.md"), **files_of("README.md")}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- examples that are run ------------------------------------------------------------------------

CUT = re.compile(r"\[…(?: typed here: (.*))?\]")


class Example(NamedTuple):
    """A command of a page with what the page says of it."""

    page: str
    line: int
    command: str
    code: int
    shown: list[str]

    @property
    def replies(self) -> list[str]:
        """What is typed at the prompts, in the lines shown and in those left out."""
        found: list[str] = []
        for line in self.shown:
            if cut := CUT.fullmatch(line):
                found += cut[1].split(" / ") if cut[1] else []
            elif line.startswith("> "):
                found.append(line[2:])
        return found


def examples() -> Iterator[Example]:
    for page in PAGES:
        for block in blocks(page, "console"):
            yield from _examples(block)


def _examples(block: Block) -> Iterator[Example]:
    lines = block.text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        command, _, code = lines[start][2:].partition("  # exit ")
        yield Example(block.page, block.line + start, command.strip(), int(code or 0), lines[start + 1 : end])


EXAMPLES = list(examples())


def transcript(example: Example) -> tuple[int, list[str]]:
    """What a person at the keyboard would have seen: prompts with what was typed, then the summary."""
    words = shlex.split(example.command)
    assert words[0] == "triage", f"{example.page}:{example.line}: only triage is run; use a block marked 'sh'"
    replies = example.replies
    result = run(*words[1:], stdin="".join(f"{reply}\n" for reply in replies))
    lines: list[str] = []
    typed = iter(replies)
    for line in result.err.splitlines():
        prompt = line in (">", "> ")
        lines.append(f"> {next(typed, '(nothing was left to type)')}" if prompt else line.rstrip())
    lines += [line.rstrip() for line in result.out.splitlines()]
    left = list(typed)
    assert not left, f"{example.page}:{example.line}: never typed: {left}"
    return result.code, lines


def pieces(shown: list[str]) -> list[list[str]]:
    """The runs of lines between marks."""
    found: list[list[str]] = [[]]
    for line in shown:
        if CUT.fullmatch(line):
            found.append([])
        else:
            found[-1].append(line)
    return found


def first_difference(shown: list[str], real: list[str]) -> str | None:
    """The first piece that does not stand in the output in its turn, or None if all do."""
    parts = pieces(shown)
    at = 0
    for number, piece in enumerate(parts):
        places = [at] if number == 0 else range(at, len(real) - len(piece) + 1)
        if number and number == len(parts) - 1 and piece:
            places = [len(real) - len(piece)]
        place = next(
            (place for place in places if place >= at and real[place : place + len(piece)] == piece), None
        )
        if place is None:
            return "\n".join(piece)
        at = place + len(piece)
    return None if len(parts) > 1 or at == len(real) else "\n".join(real[at:])


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{example.page}:{example.line}" for example in EXAMPLES])
def test_an_example_runs_as_its_page_shows(
    example: Example, folder: Path, pytestconfig: pytest.Config
) -> None:
    code, real = transcript(example)
    assert code == example.code, "\n".join(real)
    if example.shown and pytestconfig.getoption("update_golden"):
        record(example, real)
    elif example.shown:
        missing = first_difference(example.shown, real)
        assert missing is None, f"not in the output as shown:\n{missing}\n--- output:\n" + "\n".join(real)


def record(example: Example, real: list[str]) -> None:
    """Write the output into the page anew, piece by piece, each found by its first line."""
    fresh: list[str] = []
    marks = [line for line in example.shown if CUT.fullmatch(line)]
    at = 0
    parts = pieces(example.shown)
    for number, piece in enumerate(parts):
        if piece:
            last = number == len(parts) - 1 and number > 0
            at = len(real) - len(piece) if last else real.index(piece[0], at)
            fresh += real[at : len(real) if len(parts) == 1 else at + len(piece)]
            at += len(piece)
        fresh += marks[number : number + 1]
    path = ROOT / example.page
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith(f"$ {example.command}")) + 1
    lines[at : at + len(example.shown)] = fresh
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("shown", "holds"),
    [
        (["a", "b", "c"], True),
        (["a", "[…]", "c"], True),
        (["[…]", "b", "[… typed here: 1 / 2]"], True),
        (["a", "[…]"], True),
        (["a", "b"], False),
        (["b", "[…]"], False),
        (["[…]", "c", "[…]", "b", "[…]"], False),
        (["a", "[…]", "b"], False),
        (["a", "x", "[…]"], False),
    ],
)
def test_a_recording_holds_only_if_nothing_but_its_marks_leaves_lines_out(
    shown: list[str], holds: bool
) -> None:
    assert (first_difference(shown, ["a", "b", "c"]) is None) is holds


# --- the pack of the pages -------------------------------------------------------------------------


def merged(*pages: str) -> dict[str, Any]:
    """The files of a pack that pages show, read as packs are read, lists of the same file joined."""
    from triage.source import parse

    found: dict[str, Any] = {}
    for page in pages:
        for block in blocks(page, "yaml"):
            if match := re.match(r"# (\S+)\n", block.text):
                data = parse(block.text.encode(), f"{page}:{block.line}").data
                assert isinstance(data, dict)
                joined = found.setdefault(match[1], {})
                for name, value in data.items():
                    if isinstance(value, list) and name in joined:
                        joined[name] += value
                    else:
                        assert name not in joined, f"{page}:{block.line}: '{name}' is there already"
                        joined[name] = value
    return found


# --- docs/checks.md ---------------------------------------------------------------------------------


class Entry(NamedTuple):
    """An issue code with the change that provokes it and what is reported then."""

    code: str
    change: Block
    shown: str


def entries() -> list[Entry]:
    """The codes that docs/checks.md explains, each with its example."""
    text = text_of("docs/checks.md")
    heads = [(match[1], match.start()) for match in re.finditer(r"^### `(\S+)`$", text, re.MULTILINE)]
    ends = [start for _, start in heads[1:]] + [len(text)]
    inside = blocks("docs/checks.md")
    found = []
    for (code, start), end in zip(heads, ends, strict=True):
        first, last = text.count("\n", 0, start), text.count("\n", 0, end)
        mine = [block for block in inside if first < block.line <= last]
        shown = "" if mine[0].mark == "console" else mine[1].text
        found.append(Entry(code, mine[0], shown))
    return found


def change(folder: Path, block: Block) -> None:
    """Make the change that a block describes: shell commands, or text of a file put in the place of other text."""
    if block.mark == "sh":
        subprocess.run(["bash", "-euc", block.text], cwd=folder, check=True)
        return
    for name, parts in re.findall(r"--- (\S+)\n((?:[-+](?!-- ).*\n)+)", block.text):
        for old, new in re.findall(r"((?:-.*\n)*)((?:\+.*\n)+)", parts):
            replace(folder / name, *(re.sub(r"^[-+]", "", text, flags=re.MULTILINE) for text in (old, new)))


def replace(path: Path, old: str, new: str) -> None:
    """Put ``new`` in the place of the first ``old``; with nothing to replace, at the end."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert old.rstrip("\n") in text, f"{path.name} has no '{old}'"
    text = text.replace(old.rstrip("\n"), new.rstrip("\n"), 1) if old else text + new
    path.write_text(text, encoding="utf-8")


ENTRIES = entries()


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.code for entry in ENTRIES])
def test_a_check_reports_its_example_as_the_page_shows(
    entry: Entry, folder: Path, pytestconfig: pytest.Config
) -> None:
    if entry.change.mark == "console":
        assert f"error {entry.code}:" in entry.change.text
        return
    change(folder, entry.change)
    result = run("check", "my_pack")
    issues = "".join(
        line for line in result.out.splitlines(keepends=True) if not re.match(r"\d+(/\d+|) \w+", line)
    )
    reported = re.findall(r"^\S+:\d+:\d+: (error|warning) (\S+):", issues, re.MULTILINE)
    assert {code for _, code in reported} == {entry.code}, issues
    assert result.code == (3 if "error" in {severity for severity, _ in reported} else 0)
    if pytestconfig.getoption("update_golden"):
        page = ROOT / "docs" / "checks.md"
        text = page.read_text(encoding="utf-8")
        at = text.index("```text\n", text.index(f"### `{entry.code}`")) + len("```text\n")
        page.write_text(text[:at] + issues + text[text.index("```", at) :], encoding="utf-8")
    else:
        assert issues == entry.shown


def codes_in_the_source() -> set[str]:
    """Every issue code that the program can report: what it is written as, by the names that carry it."""
    places = {"Issue": 0, "Fault": 2, "_refuse": 1, "_stop": 1}
    found: set[str] = set()
    for path in sorted((ROOT / "triage").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                place = places.get(name)
                if place is not None and len(node.args) > place:
                    found |= _codes(node.args[place], tree)
    return found


def _codes(written: ast.expr, tree: ast.Module) -> set[str]:
    """The codes that an argument can be: itself, or all that the module puts into a variable of its name."""
    if isinstance(written, ast.Constant):
        return {str(written.value)}
    name = ast.unparse(written)
    codes: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and name in map(ast.unparse, node.targets):
            codes |= _words(node.value, tree)
        elif isinstance(node, ast.comprehension) and name in ast.unparse(node.target).strip("()").split(", "):
            place = ast.unparse(node.target).strip("()").split(", ").index(name)
            codes |= _listed(tree, ast.unparse(node.iter), place)
    return codes


def _words(value: ast.expr, tree: ast.Module) -> set[str]:
    """The texts in ``TABLE.get(key, "text")``: the default and the values of the table."""
    assert isinstance(value, ast.Call), ast.unparse(value)
    assert isinstance(value.func, ast.Attribute)
    table = ast.unparse(value.func.value)
    dicts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and table in map(ast.unparse, node.targets)
    ]
    return {ast.literal_eval(value.args[1])} | {
        text for made in dicts for text in ast.literal_eval(made).values()
    }


def _listed(tree: ast.Module, name: str, place: int) -> set[str]:
    """The texts at this place of the tuples added to the list ``name``."""
    added = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == name
    ]
    tuples = [node for value in added for node in ast.walk(value) if isinstance(node, ast.Tuple)]
    return {
        str(part.value)
        for found in tuples
        if len(found.elts) > place and isinstance(part := found.elts[place], ast.Constant)
    } - {"cases"}


def test_every_code_that_can_be_reported_is_explained_and_every_code_explained_can_be_reported() -> None:
    assert {entry.code for entry in ENTRIES} == codes_in_the_source()


def test_every_code_is_explained_on_the_same_template() -> None:
    sections = re.split(r"^###? ", text_of("docs/checks.md"), flags=re.MULTILINE)
    for section in sections:
        if section.startswith("`"):
            assert re.findall(r"^\*\*(\w+)\.\*\*", section, re.MULTILINE) == ["Means", "Example", "Mend"], (
                section
            )


# --- docs/language.md -------------------------------------------------------------------------------

MODELS = {
    "pack.yaml": schema.About,
    "The words of a level": schema.LevelText,
    "A sentence": schema.Sentence,
    "A sentence with its condition": schema.Whenever,
    "The reassuring sentence": schema.Reassurance,
    "A switch-off": schema.SwitchOff,
    "questions.yaml": schema.Question,
    "An option or item": schema.Choice,
    "facts.yaml": schema.NamedFact,
    "red_flags.yaml": schema.RedFlag,
    "causes": schema.Cause,
    "A piece of evidence": schema.Evidence,
    "How a cause is usually handled": schema.Handling,
    "advice.yaml": schema.General,
    "A piece of advice": schema.Advice,
    "A document": schema.Document,
    "A statement": schema.Statement,
    "A problem": schema.Problem,
    "A conflict": schema.Conflict,
    "A side of a conflict": schema.Side,
    "cases.yaml": schema.Case,
    "What a case expects": schema.Expectation,
    "Fields that come again and again": schema.Cited,
}
NOT_WRITTEN = {schema.Pack}  # made by the loader
LISTS = {schema.QuestionsFile, schema.FactsFile, schema.RedFlagsFile, schema.SourcesFile, schema.CasesFile}


def section(page: str, title: str) -> str:
    """The text under a heading, up to the next heading."""
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", text_of(page), re.DOTALL | re.MULTILINE)
    assert found, f"{page} has no heading '{title}'"
    return found[1]


def rows(text: str, first: str) -> list[list[str]]:
    """The rows of the table whose first column is headed so, cell by cell."""
    table = re.search(rf"^\| {re.escape(first)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert table, f"no table headed '{first}'"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


def every_model() -> set[type[schema.Model]]:
    found: set[type[schema.Model]] = set()
    waiting: list[type[schema.Model]] = [schema.Model]
    while waiting:
        for shape in waiting.pop().__subclasses__():
            found.add(shape)
            waiting.append(shape)
    return found


def test_every_shape_an_author_can_write_has_its_table() -> None:
    assert every_model() == set(MODELS.values()) | NOT_WRITTEN | LISTS


@pytest.mark.parametrize("title", MODELS)
def test_a_table_has_every_field_of_its_shape_and_says_which_are_needed(title: str) -> None:
    said = {}
    for names, needed, _ in rows(section("docs/language.md", title), "Field"):
        for name, need in zip(re.findall(r"`(\w+)`", names), needed.split(", "), strict=True):
            said[name] = need
    fields = {field.alias or name: field for name, field in MODELS[title].model_fields.items()}
    assert said == {name: "yes" if field.is_required() else "no" for name, field in fields.items()}


@pytest.mark.parametrize(
    "words",
    [
        schema.Level,
        schema.Kind,
        schema.Role,
        schema.Strength,
        schema.Origin,
        schema.Basis,
        schema.DocumentKind,
        schema.Flaw,
    ],
)
def test_every_word_that_a_field_may_hold_is_named(words: object) -> None:
    text = text_of("docs/language.md")
    for word in get_args(words):
        assert f"`{word}`" in text


@pytest.fixture(scope="module")
def language() -> dict[str, Any]:
    """The pack of rules/README.md with the examples of docs/language.md added."""
    return merged("rules/README.md", "docs/language.md")


def test_the_examples_of_the_language_make_a_sound_pack_together_with_the_small_one(
    language: dict[str, Any], tmp_path: Path
) -> None:
    for name, data in language.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data), encoding="utf-8")
    result = run("check", str(tmp_path / "my_pack"))
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("0 errors, 0 warnings in 7 questions, 4 red flags, 2 causes, 5 cases")


def names_of(language: dict[str, Any]) -> Any:
    files = {name.removeprefix("my_pack/"): Source(name, "", data) for name, data in language.items()}
    return vocabulary(files)


def test_every_condition_of_the_table_can_be_read(language: dict[str, Any]) -> None:
    written = [cells[0].strip("`") for cells in rows(section("docs/language.md", "Conditions"), "Condition")]
    assert len(written) >= 12
    for text in written:
        assert str(parse(text, names_of(language)))


def test_the_grammar_on_the_page_is_the_one_of_the_parser() -> None:
    grammar = blocks("docs/language.md", "text")[0].text
    told = [line.strip() for line in (parse.__doc__ or "").splitlines()]
    assert [line.strip() for line in grammar.splitlines()] == [line for line in told if " = " in line]


def test_the_table_of_three_values_is_the_logic() -> None:
    from triage.logic import NO, UNKNOWN, YES

    words = {"yes": YES, "not known": UNKNOWN, "no": NO}
    columns = (YES, UNKNOWN, NO)
    for name, *cells in rows(section("docs/language.md", "Three values"), "Joined"):
        for column, cell in zip(columns, cells, strict=True):
            if name == "`not`":
                expected = ~column
            else:
                other = words[name.split(" with ")[1]]
                expected = min(column, other) if name.startswith("`and`") else max(column, other)
            assert words[cell] is expected, f"{name}: {cell}"


def test_the_table_of_support_is_the_one_of_the_engine() -> None:
    seen = set()
    for best, worst, undecided, support in rows(
        section("docs/language.md", "What the answers come to"), "Strongest for"
    ):
        for strong in re.findall(r"\w+", best.replace(" or", ",")):
            for against in re.findall(r"\w+", worst.replace(" or", ",")):
                for still in {"yes": [True], "no": [False], "either": [True, False]}[undecided]:
                    key = (strong, against, still)
                    assert key not in seen
                    seen.add(key)
                    assert f"`{support_of(evidence(strong), evidence(against), still)}`" == support, key
    assert len(seen) == (len(STRENGTH) + 1) ** 2 * 2


def evidence(strength: str) -> list[EvidenceFound]:
    if strength == "none":
        return []
    return [EvidenceFound.model_construct(strength=strength)]  # type: ignore[arg-type]


def test_the_order_of_support_on_the_page_is_the_one_of_the_engine() -> None:
    told = section("docs/language.md", "What the answers come to").split("**Rank.**")[1].split(";")[0]
    assert re.findall(r"`(\w+)`", told) == list(SUPPORT_ORDER)


def test_the_answer_files_of_the_page_say_the_same_in_every_form(
    language: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in language.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data), encoding="utf-8")
    for name, content in files_of("docs/language.md").items():
        if name.startswith("answers/"):
            (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def answers(name: str) -> object:
        result = run("run", "my_pack", "--answers", f"answers/{name}.yaml", "--no-input", "--format", "json")
        assert result.code == 0, result.err
        return result.json["answers"]

    assert answers("words") == answers("lists")
    assert answers("closed") == {"danger": {"cold_hand": "no", "fever": "yes"}}
