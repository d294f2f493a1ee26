"""Who may import whom, and where the outside world begins, as data held against the source.

An import counts wherever it stands: at the top of a module, inside a function, or under
``TYPE_CHECKING``. A module that only needs another one's types still knows it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

# A module imports only from rows above its own, never from its own row. Packages count as one.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("logic", "errors", "terms"),
    ("source", "condition"),
    ("pack",),
    ("walk", "assessment"),
    ("provenance", "domain"),
    ("wellformed",),
    ("loading", "answers"),
    ("view", "worlds"),
    ("asking", "waiting"),
    ("assess", "interview"),
    ("explain", "session"),
    ("schemas", "verify", "report"),
    ("fhir", "batch"),
    ("cli",),
)
PLACE = {name: place for place, row in enumerate(LAYERS) for name in row}

# Packages that are not part of Python, and the modules that may use them.
PACKAGES = {
    "yaml": {"source"},
    "pydantic": {"pack", "loading", "assessment", "assess", "schemas"},
    "pydantic_core": {"pack", "loading"},
    "click": {"cli"},
    "rich": {"cli"},
    "typst": {"report"},  # only with the extra, for PDF
    # Only with the extra, where a proof is asked for.
    "pysat": {"verify"},
    "oxidd": {"verify"},
    # Only with the extra, for tables of Arrow and Parquet.
    "numpy": {"batch"},
    "pyarrow": {"batch"},
    "pyspark": {"batch"},
}
# Clock, chance, the machine and the console: the command line's alone.
SHELL_ONLY = {
    "datetime", "time", "random", "secrets", "uuid", "os", "sys", "io", "locale", "tempfile", "shutil", "logging",
    "threading", "signal", "getpass", "traceback", "fcntl", "stat",
}  # fmt: skip
# The network and other programs: nobody's, but that a batch may be worked on by several processes.
NOBODY = {
    "socket", "ssl", "http", "urllib", "ftplib", "smtplib", "xmlrpc", "asyncio", "subprocess", "multiprocessing",
    "webbrowser", "ctypes", "pickle",
}  # fmt: skip
PROCESSES = {"cli.pool": {"multiprocessing"}}
# Parts or modules that may know what a path is; modules that open files; and modules that write them.
PATHS = {"source", "loading", "verify", "session.reading", "cli"}
OPENERS = {
    "source",
    "session.reading",
    "cli.files",
    "cli.recorder",
    "cli.streams",
    "cli.batch_run",
    "cli.whole",
}
WRITERS = {"cli.files", "cli.recorder", "cli.whole"}
OPENING = {"open", ".open", ".fdopen", ".read_text", ".read_bytes"}
WRITING = {
    ".write_text", ".write_bytes", ".pwrite", ".ftruncate", ".mkstemp", ".link", ".symlink_to", ".rename",
    ".touch", ".mkdir", ".unlink", ".rmdir", ".chmod", ".fchmod",
}  # fmt: skip
CONSOLE = {"print", "input", "breakpoint"}
WRITTEN_OUT = {"exec", "eval", "compile"}  # code made at run time: `worlds` alone, from numbers alone
DOOR = {"assess", "loading", "interview"}  # what `triage` itself hands out


class Module(NamedTuple):
    """A file of the program: its part (``report`` for ``report/text.py``), its name and its tree."""

    part: str
    name: str
    tree: ast.Module


def modules() -> list[Module]:
    """Every file of the program except the door and its launcher."""
    found = []
    for path in sorted((ROOT / "triage").rglob("*.py")):
        steps = path.relative_to(ROOT / "triage").with_suffix("").parts
        if steps not in (("__init__",), ("__main__",)):
            found.append(Module(steps[0], ".".join(steps), ast.parse(path.read_text(encoding="utf-8"))))
    return found


MODULES = modules()


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that the tree imports, by its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield from (
                f"triage.{alias.name}" if node.module == "triage" else str(node.module)
                for alias in node.names
            )


def out_of_order(part: str, tree: ast.AST) -> list[str]:
    """The parts of the program that ``part`` imports and may not."""
    used = {name.split(".")[1] for name in imported(tree) if name.startswith("triage.")} - {part}
    if part == "cli":
        used -= {"__version__"}
    return sorted(name for name in used if name not in PLACE or PLACE[name] >= PLACE[part])


def outside(tree: ast.AST) -> set[str]:
    """The top-level names of what is imported from outside the program."""
    return {name.split(".")[0] for name in imported(tree)} - {"triage"}


def called(tree: ast.AST) -> set[str]:
    """The plain names and the methods that the tree calls."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {func.id for func in calls if isinstance(func, ast.Name)} | {
        f".{func.attr}" for func in calls if isinstance(func, ast.Attribute)
    }


by_name = pytest.mark.parametrize("module", MODULES, ids=[module.name for module in MODULES])


def test_every_part_of_the_program_has_its_place_in_the_order() -> None:
    assert {module.part for module in MODULES} == set(PLACE)


@by_name
def test_a_module_imports_only_from_rows_above_its_own(module: Module) -> None:
    assert out_of_order(module.part, module.tree) == []


@by_name
def test_a_package_from_outside_is_used_only_where_the_table_says(module: Module) -> None:
    assert [name for name in outside(module.tree) & set(PACKAGES) if module.part not in PACKAGES[name]] == []


@by_name
def test_nothing_is_used_that_is_neither_python_nor_in_the_table(module: Module) -> None:
    import sys

    assert outside(module.tree) - set(PACKAGES) <= sys.stdlib_module_names


@by_name
def test_clock_chance_machine_and_console_are_known_to_the_command_line_alone(module: Module) -> None:
    # `triage.assess` is a function and a module in one, and only `sys` lets a module be called.
    known = {"sys"} if module.name == "assess" else set()
    if module.part != "cli":
        assert outside(module.tree) & SHELL_ONLY == known
        assert called(module.tree) & CONSOLE == set()


@by_name
def test_nobody_reaches_the_network_or_another_program(module: Module) -> None:
    assert outside(module.tree) & NOBODY == PROCESSES.get(module.name, set())


@by_name
def test_files_are_opened_in_few_places_and_written_in_two(module: Module) -> None:
    if not {module.part, module.name} & PATHS:
        assert "pathlib" not in outside(module.tree)
    if module.name not in OPENERS:
        assert called(module.tree) & OPENING == set()
    if module.name not in WRITERS:
        assert called(module.tree) & WRITING == set()


def test_every_place_that_may_open_or_write_files_does() -> None:
    trees = {module.name: called(module.tree) for module in MODULES}
    assert {name for name, calls in trees.items() if calls & OPENING} == OPENERS
    assert {name for name, calls in trees.items() if calls & WRITING} == WRITERS


@by_name
def test_code_is_made_at_run_time_in_one_place(module: Module) -> None:
    if module.part != "worlds":
        assert called(module.tree) & WRITTEN_OUT == set()


@by_name
def test_no_module_keeps_a_state_of_its_own(module: Module) -> None:
    assert not any(isinstance(node, ast.Global) for node in ast.walk(module.tree))


def test_only_the_door_and_the_list_of_commands_import_by_name() -> None:
    for module in MODULES:
        assert ("importlib" in outside(module.tree)) == (module.name == "cli.__init__"), module.name
        assert "__import__" not in called(module.tree)
    door = ast.parse((ROOT / "triage" / "__init__.py").read_text(encoding="utf-8"))
    assert {name.split(".")[1] for name in imported(door) if name.startswith("triage.")} == DOOR


def test_there_are_no_packs_inside_the_source_of_the_package() -> None:
    assert [path for path in (ROOT / "triage").iterdir() if path.name.startswith("rules")] == []


@pytest.mark.parametrize(
    ("part", "code", "found"),
    [
        ("pack", "from triage.assess import assess", ["assess"]),
        ("pack", "import triage.cli.talk", ["cli"]),
        ("pack", "from triage import view", ["view"]),
        ("pack", "def f():\n    from triage.loading import load_pack", ["loading"]),
        ("pack", "if TYPE_CHECKING:\n    from triage.explain import Why", ["explain"]),
        ("assess", "from triage.interview import Step", ["interview"]),
        ("assess", "from triage import __version__", ["__version__"]),
        ("view", "from triage.answers import Answers\nfrom triage.view import View", []),
    ],
)
def test_an_import_against_the_order_is_found_wherever_it_stands(
    part: str, code: str, found: list[str]
) -> None:
    assert out_of_order(part, ast.parse(code)) == found


def test_what_comes_from_outside_and_what_is_called_is_found_wherever_it_stands() -> None:
    tree = ast.parse(
        "import os.path\ndef f():\n    from http.client import X\n    print(Path('a').write_text('b'))"
    )
    assert outside(tree) == {"os", "http"}
    assert called(tree) == {"print", "Path", ".write_text"}


def test_the_program_that_is_looked_at_is_the_one_on_disk() -> None:
    assert len(MODULES) == len(list(Path(ROOT / "triage").rglob("*.py"))) - 2
