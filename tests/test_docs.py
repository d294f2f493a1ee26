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
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, get_args

import click
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
    marks = [line for line in example.shown if CUT.fullmatch(line)]
    fresh: list[str] = [] if marks else real
    at = 0
    parts = pieces(example.shown) if marks else []
    for number, piece in enumerate(parts):
        if piece:
            near = get_close_matches(piece[0], real[at:], n=1, cutoff=0.8)
            assert near, f"{example.page}:{example.line}: shorten anew, gone: {piece[0]}"
            at = len(real) - len(piece) if number == len(parts) - 1 else real.index(near[0], at)
            fresh += real[at : at + len(piece)]
            at += len(piece)
        fresh += marks[number : number + 1]
    path = ROOT / example.page
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"$ {example.command}")) + 1
    lines[start : start + len(example.shown)] = fresh
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
    }


def test_every_code_that_can_be_reported_is_explained_and_every_code_explained_can_be_reported() -> None:
    assert {entry.code for entry in ENTRIES} == codes_in_the_source()


def test_every_code_is_explained_on_the_same_template() -> None:
    sections = re.split(r"^###? ", text_of("docs/checks.md"), flags=re.MULTILINE)
    for section in sections:
        if section.startswith("`"):
            assert re.findall(r"^\*\*(\w+)\.\*\*", section, re.MULTILINE) == ["Means", "Example", "Mend"], (
                section
            )


def groups() -> list[list[Entry]]:
    """The entries of docs/checks.md by stage, without the one that is a command of its own."""
    text = text_of("docs/checks.md")
    starts = [text.count("\n", 0, match.start()) for match in re.finditer(r"^## ", text, re.MULTILINE)]
    ends = [*starts[1:], text.count("\n")]
    return [
        [entry for entry in ENTRIES if start < entry.change.line <= end and entry.change.mark != "console"]
        for start, end in zip(starts, ends, strict=True)
    ]


@pytest.mark.parametrize(
    ("first", "behind"), [("yaml", "condition"), ("value", "name-taken"), ("name-taken", "unused-statement")]
)
def test_a_stage_with_errors_hides_the_stages_behind_it(first: str, behind: str, folder: Path) -> None:
    stage = {entry.code: number for number, group in enumerate(groups()) for entry in group}
    assert stage[first] + 1 == stage[behind]
    for entry in ENTRIES:
        if entry.code in (first, behind):
            change(folder, entry.change)
    assert {issue["code"] for issue in run("check", "my_pack", "--format", "json").json["issues"]} == {first}


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
NOT_WRITTEN = {
    schema.Pack,
    schema.WaiverFile,
    schema.Leave,
}  # made by the loader; docs/testing.md has the others
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


def test_yaml_is_read_as_the_table_says() -> None:
    from triage.source import parse as read_yaml

    words: dict[str, object] = {"true": True, "nothing": None}
    for written, read in rows(section("docs/language.md", "YAML as it is read here"), "Written"):
        found = read_yaml(f"[{written.strip('`')}]".encode(), "x").data
        if match := re.fullmatch(r'the word "(.*)"', read):
            assert found == [match[1]]
        elif match := re.fullmatch(r"the number ([\d.]+)", read):
            assert found == [ast.literal_eval(match[1])]
        else:
            assert found == [words[read]]


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


# --- names in the pages, held against the program ---------------------------------------------------


def commands() -> dict[str, click.Command]:
    """The commands by name; `run` with every question of the pack that comes with the program."""
    from triage.cli import program
    from triage.cli.run import RunCommand

    found = dict(program.commands)
    command = found["run"]
    assert isinstance(command, RunCommand)
    found["run"] = command.make_context("run", [], resilient_parsing=True).command
    return found


COMMANDS = commands()
HELP = {"-h", "--help"}


def own_options(name: str) -> set[str]:
    """The options of a command, or of a group of commands, that are not questions."""
    from triage.cli import program

    return options_of(program.commands[name])


def options_of(command: click.Command) -> set[str]:
    """The options of a command and of the commands in it."""
    found = {option for param in command.params if isinstance(param, click.Option) for option in param.opts}
    within = command.commands.values() if isinstance(command, click.Group) else ()
    return found.union(*map(options_of, within))


def all_options(name: str) -> set[str]:
    return options_of(COMMANDS[name]) | HELP


def spoken(page: str) -> Iterator[str]:
    """Every `triage …` that a page names and that is not run: in running text and in blocks of shell."""
    for match in re.finditer(r"`(triage(?: [^`]*)?)`", prose(page)):
        yield match[1]
    for block in blocks(page, "sh"):
        for line in block.text.splitlines():
            if match := re.match(r"(triage(?: .*)?)$", line):
                yield match[1]


SPOKEN = [(page, line) for page in PAGES for line in spoken(page)]


@pytest.mark.parametrize(("page", "line"), SPOKEN, ids=[f"{page}: {line}" for page, line in SPOKEN])
def test_every_command_and_option_that_a_page_names_exists(page: str, line: str) -> None:
    words = shlex.split(re.split(r" [>|] ", line)[0])[1:]
    name = words[0] if words and not words[0].startswith("-") else None
    if name is not None:
        assert name in COMMANDS
    allowed = all_options(name or "run") | ({"--version"} if name is None else set())
    group = COMMANDS[name or "run"]
    if isinstance(group, click.Group) and len(words) > 1:
        allowed = options_of(group.commands[words[1]]) | HELP
    assert {word.split("=")[0] for word in words if word.startswith("-") and word != "-"} <= allowed


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_is_named_alone_is_one_of_the_program_or_of_a_tool_named_beside_it(
    page: str,
) -> None:
    known = set().union(*(all_options(name) for name in COMMANDS)) | {"--feels"}
    others = {"--require-hashes", "--no-deps", "--update-golden"}  # of pip and of the tests
    found = {match[1] for match in re.finditer(r"`(--[a-z][a-z-]+)[^`]*`", prose(page))}
    assert found <= known | others


def test_every_command_of_the_program_is_in_the_readme() -> None:
    told = {re.findall(r"`triage ?(\w*)`", cells[0])[0] for cells in rows(text_of("README.md"), "Command")}
    assert told == {"", *COMMANDS}


def test_every_option_of_the_program_that_is_no_question_is_in_the_readme() -> None:
    told = [cells[0].strip("`") for cells in rows(text_of("README.md"), "Option")]
    assert set(told) == own_options("run")
    for name in COMMANDS:
        for option in own_options(name) - {"--format"}:
            assert f"`{option}`" in text_of("README.md")


def test_every_command_within_a_command_is_in_the_readme() -> None:
    told = {cells[0]: cells[1] for cells in rows(text_of("README.md"), "Command")}
    groups = {name: group for name, group in COMMANDS.items() if isinstance(group, click.Group)}
    assert set(groups) == {"explain", "fhir"}
    for name, group in groups.items():
        assert all(f"`{word}`" in told[f"`triage {name}`"] for word in group.commands)


def test_the_words_that_steer_the_interview_are_in_the_readme() -> None:
    from triage.cli.replies import COMMANDS as STEERING

    for word in {*STEERING.values(), *STEERING}:
        assert f"`{word}`" in text_of("README.md")


def test_what_can_be_asked_after_the_summary_is_in_the_readme() -> None:
    from triage.cli.afterwards import WORDS

    words = {form.split()[0] for form in WORDS if form != "Enter"}
    assert len(words) >= 6
    told = text_of("README.md").split("After the summary you can ask")[1].split("\n\n")[0]
    assert {f"`{word}`" for word in words} <= set(re.findall(r"`[a-z-]+`", told))


def test_every_target_of_make_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        match[1]
        for page in PAGES
        for match in re.finditer(r"(?:`|^)make ([a-z][a-z-]*)", text_of(page), re.MULTILINE)
    }
    assert named <= targets
    assert {"run", "test"} <= named


def test_the_readme_begins_with_the_two_commands_and_says_the_sentence() -> None:
    text = text_of("README.md")
    assert "no clinician has reviewed this pack; it prepares a visit, it is not a diagnosis" in " ".join(
        text.split()
    )
    first = blocks("README.md")[0]
    assert [line.split("#")[0].split() for line in first.text.splitlines()] == [
        ["make", "run"],
        ["make", "test"],
    ]


# --- exit codes -------------------------------------------------------------------------------------


def documented_codes() -> set[int]:
    codes: set[int] = set()
    for cells in rows(text_of("README.md"), "Exit code"):
        first, *last = map(int, re.findall(r"\d+", cells[0]))
        codes |= set(range(first, (last or [first])[0] + 1))
    return codes


def codes_of_the_program() -> set[int]:
    """What the command line says of its own exit codes, and those that stand for a level."""
    from triage.cli import main

    told = {int(code) for code in re.findall(r"(?:^|, |\s)(\d+) [a-z]", main.__doc__ or "")}
    return told | {10 + rank for rank in schema.RANK.values()}


def test_the_exit_codes_in_the_readme_are_those_of_the_program() -> None:
    assert documented_codes() == codes_of_the_program()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--version"], 0),
        (["run", "--nonsense", "1"], 2),
        (["run", "--age", "900"], 2),
        (["run", "--answers", "nowhere.yaml"], 2),
        (["check", "nowhere"], 3),
        (["run", "nowhere"], 3),
        ([], 4),
        (["run", "my_pack", "--danger", "none-other", "--no-input", "--exit-level"], 10),
        (["run", "my_pack", "--danger", "cold-hand", "--no-input", "--exit-level"], 12),
        (["run", "my_pack", "--danger", "cold-hand", "--injury", "yes", "--exit-level"], 13),
    ],
)
def test_a_run_leaves_with_the_exit_code_of_the_table(args: list[str], code: int, folder: Path) -> None:
    assert run(*args).code == code
    assert code in documented_codes()


def test_no_exit_code_is_written_anywhere_that_the_table_does_not_have() -> None:
    found = set()
    for path in sorted((ROOT / "triage" / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or ast.Constant(None)) == "int":
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        found |= {
                            part.value
                            for part in ast.walk(inner.value)
                            if isinstance(part, ast.Constant) and isinstance(part.value, int)
                        }
    assert {0, 1, 2, 3} <= found
    assert found <= documented_codes()


# --- links, modules, order, decisions, recipes ------------------------------------------------------


def slug(heading: str) -> str:
    """The name that a heading has as the target of a link."""
    text = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return text.replace(" ", "-")


LINKS = [
    (page, target)
    for page in PAGES
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page))
    if not target.startswith("https://")
]


@pytest.mark.parametrize(("page", "target"), LINKS, ids=[f"{page} -> {target}" for page, target in LINKS])
def test_a_link_leads_to_a_file_and_a_heading_that_exist(page: str, target: str) -> None:
    name, _, anchor = target.partition("#")
    path = (ROOT / page).parent / name if name else ROOT / page
    assert path.exists()
    if anchor:
        headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in map(slug, headings)


def test_the_table_of_modules_is_what_is_on_disk() -> None:
    told = [cells[0].strip("`") for cells in rows(text_of("docs/architecture.md"), "File")]
    on_disk = {path.relative_to(ROOT).as_posix() for path in (ROOT / "triage").rglob("*.py")}
    assert len(told) == len(set(told))
    assert set(told) == on_disk


def test_the_import_order_on_the_page_is_the_one_that_is_tested() -> None:
    from tests.test_architecture import LAYERS

    listed = blocks("docs/architecture.md", "text")[1].text
    assert [tuple(line.split()) for line in listed.splitlines()] == list(LAYERS)


def test_every_file_that_a_page_names_exists() -> None:
    named = {
        (page, match[1])
        for page in PAGES
        for match in re.finditer(r"`((?:triage|tests|docs|rules|requirements)/[\w/.-]+\.\w+)`", prose(page))
    }
    assert len(named) > 40
    assert [name for name in sorted(named) if not (ROOT / name[1]).exists()] == []


RECORDS = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))
DECISIONS = [name for name in RECORDS if "-clinical-" not in name]


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_says_its_context_what_was_decided_and_what_follows(name: str) -> None:
    text = text_of(f"docs/decisions/{name}")
    assert text.startswith(f"# {name[:4]}: ")
    assert re.search(r"^Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequence"]
    assert 15 <= len(text.splitlines()) <= 30


def test_the_index_of_decisions_lists_every_one_once() -> None:
    index = text_of("docs/decisions/README.md")
    assert re.findall(r"^\| \[\d{4}\]\((.*?)\)", index, re.MULTILINE) == RECORDS


def recipes() -> dict[str, list[str]]:
    """The files that each recipe of CONTRIBUTING.md touches."""
    text = text_of("CONTRIBUTING.md").split("## Recipes")[1]
    found = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        if match := re.search(r"^\*\*Files\.\*\* (.*?)\n\n", body, re.DOTALL | re.MULTILINE):
            found[title] = re.sub(r"\s+", " ", match[1]).split(", ")
    return found


RECIPES = recipes()


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_touches_at_most_three_files_and_they_are_where_it_says(title: str) -> None:
    files = RECIPES[title]
    assert 1 <= len(files) <= 3
    for names in files:
        for name in re.findall(r"`([^`]+)`", names):
            assert list(ROOT.glob(re.sub(r"<\w+>", "*", name))), name


def test_there_is_a_recipe_for_what_is_added_most_often() -> None:
    assert {
        "Add a question", "Add a cause", "Add a red flag with its case", "Add a check", "Add an output format",
        "Add a field to a pack",
    } <= set(RECIPES)  # fmt: skip


def test_the_changelog_keeps_what_is_clinical_apart() -> None:
    releases = re.split(r"^## ", text_of("CHANGELOG.md"), flags=re.MULTILINE)[1:]
    assert releases[0].startswith("Unreleased\n")
    for release in releases:
        assert "\n### Clinical\n" in release


SAID_LEVELS: dict[str, schema.Level] = {
    "ambulance": "emergency_ambulance", "emergency department": "emergency", "today": "consultation_24",
    "within two weeks": "consultation_2w", "planned visit": "consultation",
}  # fmt: skip


def test_what_the_changelog_says_of_the_pack_is_what_the_pack_says() -> None:
    from triage.loading import find_pack, load_cases, load_pack

    folder = find_pack("liver_calcification")
    pack, cases = load_pack(folder), {case.id: case for case in load_cases(folder)}
    release = re.split(r"^## ", text_of("CHANGELOG.md"), flags=re.MULTILINE)[1]
    assert f"version {pack.about.version} of the pack `{pack.about.id}`" in release
    clinical = release.split("\n### Clinical\n")[1]
    assert f"**Red flags.** {len(pack.red_flags)}:" in clinical
    assert f"**Causes.** {len(pack.causes)}." in clinical
    named = set(re.findall(r"`([a-z0-9_]+)`", clinical))
    assert {cause.id for cause in pack.causes} <= named
    assert named - {cause.id for cause in pack.causes} <= set(cases)
    counts = run("check", "--format", "json").json["counts"]
    seeds, used, withheld = (counts[f"seed statements{part}"] for part in ("", " used", " withheld"))
    told = " ".join(clinical.split())
    assert f"Of the {seeds} statements of the client documents {used} are used and {withheld} are" in told
    assert f"all {counts['problems']} problems found in them" in told
    for what, said, shown, missed in rows(clinical, "What"):
        level = schema.RANK[SAID_LEVELS[said]]
        reached = {schema.RANK[cases[name].expect.level] for name in re.findall(r"`(\w+)`", shown)}
        near = {schema.RANK[cases[name].expect.level] for name in re.findall(r"`(\w+)`", missed)}
        assert reached == {level}, what
        assert max(near) < level or near == {0}, what


def test_the_licence_is_the_one_that_the_package_names() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    text = text_of("LICENSE")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert project["readme"] == "README.md"
