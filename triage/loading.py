"""From a folder of YAML to a :class:`~triage.pack.Pack`, or to every problem in it at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from triage.condition import Fact, Item, Leaf, Names, Said
from triage.errors import Issue, PackError, Place, did_you_mean
from triage.pack import (
    About,
    Case,
    CasesFile,
    Cause,
    FactsFile,
    General,
    Model,
    Pack,
    QuestionsFile,
    RedFlagsFile,
    SourcesFile,
    digest,
)
from triage.source import Data, Source, Text, read
from triage.walk import Fault
from triage.wellformed import faults

SHAPES: Mapping[str, type[Model]] = {
    "pack.yaml": About,
    "questions.yaml": QuestionsFile,
    "facts.yaml": FactsFile,
    "red_flags.yaml": RedFlagsFile,
    "advice.yaml": General,
    "sources.yaml": SourcesFile,
}
OPTIONAL = frozenset({"facts.yaml"})
CASES = "cases.yaml"
MAX_CAUSES = 500

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a folder: the pack (None if it cannot be used), the files read, the issues."""

    pack: Pack | None
    files: Mapping[str, Source]
    issues: tuple[Issue, ...]

    def place(self, fault: Fault) -> Issue:
        """A fault with its line and column."""
        where = self.files[fault.file].place(fault.loc)
        return Issue(fault.code, fault.message, where, fault.hint)


def load_pack(path: str | Path) -> Pack:
    """The pack in the folder ``path``. Raises :class:`PackError` with every problem it has."""
    reading = read_pack(Path(path))
    if reading.pack is None:
        raise PackError(reading.issues)
    return reading.pack


def load_cases(path: str | Path) -> tuple[Case, ...]:
    """The worked cases of the pack in the folder ``path`` (none without a cases.yaml)."""
    file = Path(path) / CASES
    if not file.exists():
        return ()
    model, issues = _validate(CasesFile, read(file), Names({}, {}, frozenset()))
    if model is None:
        raise PackError(issues)
    return model.cases


def read_pack(folder: Path) -> Reading:
    """Read a folder as far as it can be read."""
    if not folder.is_dir():
        return Reading(
            None, {}, (Issue("no-pack", "there is no pack folder here", Place(str(folder), 1, 1)),)
        )
    files, issues = _read_files(folder)
    if issues:
        return Reading(None, files, issues)
    names = vocabulary(files)
    models: dict[str, Model] = {}
    for name, source in files.items():
        shape = Cause if name.startswith("causes/") else SHAPES[name]
        model, wrong = _validate(shape, source, names)
        issues += wrong
        if model is not None:
            models[name] = model
    if issues:
        return Reading(None, files, issues)
    pack = _join(models, digest({name: source.data for name, source in files.items()}))
    reading = Reading(pack, files, ())
    found = (*_misnamed_causes(models, files), *(reading.place(fault) for fault in faults(pack)))
    return Reading(None, files, found) if found else reading


def _read_files(folder: Path) -> tuple[dict[str, Source], tuple[Issue, ...]]:
    files: dict[str, Source] = {}
    issues: list[Issue] = []
    for name, path in _expected(folder):
        if not path.exists():
            if name not in OPTIONAL:
                issues.append(
                    Issue("missing-file", f"the pack needs a file '{name}'", Place(str(path), 1, 1))
                )
            continue
        try:
            files[name] = read(path)
        except PackError as error:
            issues += error.issues
    issues += _strangers(folder)
    return files, tuple(issues)


def _expected(folder: Path) -> list[tuple[str, Path]]:
    causes = sorted((folder / "causes").glob("*.yaml"))[:MAX_CAUSES]
    return [*((name, folder / name) for name in SHAPES), *((f"causes/{path.name}", path) for path in causes)]


def _strangers(folder: Path) -> Iterator[Issue]:
    """YAML files that nothing would read: a misspelt name must not silently drop its rules."""
    known = {*SHAPES, CASES}
    for path in sorted((*folder.glob("*.y*ml"), *(folder / "causes").glob("*.yml"))):
        if path.name not in known:
            hint = did_you_mean(path.name, sorted(known))
            yield Issue("unknown-file", f"nothing reads a file '{path.name}'", Place(str(path), 1, 1), hint)


def vocabulary(files: Mapping[str, Source]) -> Names:
    """The names conditions may use, taken from whatever is well-formed enough to have a name."""
    words: dict[str, Leaf] = {}
    options: dict[str, tuple[str, ...]] = {}
    numbers: set[str] = set()
    for question in _entries(files, "questions.yaml", "questions"):
        name, kind = str(question.get("id")), question.get("kind")
        choices = question.get("options")
        listed = choices if isinstance(choices, list) else []
        ids = tuple(str(choice.get("id")) for choice in listed if isinstance(choice, dict))
        if kind == "yes_no":
            words[name] = Said(name)
        elif kind == "number":
            numbers.add(name)
        elif kind == "one_of":
            options[name] = ids
        else:
            words.update({item: Item(name, item) for item in ids})
    for fact in _entries(files, "facts.yaml", "facts"):
        name = str(fact.get("id"))
        if name not in (*options, *numbers):
            words.setdefault(name, Fact(name))
    return Names(words, options, frozenset(numbers))


def _entries(files: Mapping[str, Source], name: str, field: str) -> Iterator[dict[str, Data]]:
    data = files[name].data if name in files else None
    entries = data.get(field) if isinstance(data, dict) else None
    yield from (entry for entry in (entries if isinstance(entries, list) else []) if isinstance(entry, dict))


def _validate(shape: type[M], source: Source, names: Names) -> tuple[M | None, tuple[Issue, ...]]:
    try:
        return shape.model_validate(source.data, context=names), ()
    except ValidationError as error:
        issues = {issue.where: issue for issue in (_issue(source, detail) for detail in error.errors())}
        return None, tuple(issues.values())


_FIELDS = sorted(
    {field.alias or name for shape in Model.__subclasses__() for name, field in shape.model_fields.items()}
)
_CODES = {"missing": "missing-field", "extra_forbidden": "unknown-field", "condition": "condition"}


def _issue(source: Source, detail: ErrorDetails) -> Issue:
    """One of pydantic's errors, said our way and with its place."""
    loc = detail["loc"]
    code = _CODES.get(detail["type"], "value")
    context = detail.get("ctx", {})
    field = str(loc[-1]) if loc else ""
    if code == "missing-field":
        return Issue(code, f"'{field}' is missing", source.place(loc))
    if code == "unknown-field":
        return Issue(
            code,
            f"there is no field '{field}' here",
            source.place(loc, key=True),
            "text with a comma needs quotes" if " " in field else did_you_mean(field, _FIELDS),
        )
    if code == "condition" and "offset" in context:
        where = _within(source, loc, context["offset"])
        return Issue(code, context["message"], where, context["hint"], excerpt=context["pointed"])
    expected = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    hint = did_you_mean(str(detail["input"]), expected) if expected else ""
    value = detail["input"]
    shown = f", not '{str(value)[:60]}'" if isinstance(value, str | int | float) else ""
    return Issue(
        code, f"'{field}': {detail['msg'][0].lower()}{detail['msg'][1:]}{shown}", source.place(loc), hint
    )


def _within(source: Source, loc: tuple[str | int, ...], offset: int) -> Place:
    """The place ``offset`` characters into the text at ``loc``."""
    value: Data = source.data
    for step in loc:
        value = value[step]  # type: ignore[index]  # pydantic walked this very path
    assert isinstance(value, Text)  # every text of a file is
    before = value.raw[:offset]
    line = value.line + before.count("\n")
    column = offset - before.rfind("\n") - 1 if "\n" in before else value.column + offset
    return Place(source.path, line + 1, column + 1)


def _misnamed_causes(models: Mapping[str, Model], files: Mapping[str, Source]) -> Iterator[Issue]:
    for name, model in models.items():
        if isinstance(model, Cause) and name != f"causes/{model.id}.yaml":
            message = f"the cause '{model.id}' must stand in a file 'causes/{model.id}.yaml'"
            yield Issue("misnamed-file", message, files[name].place(("id",)))


def _join(models: Mapping[str, Model], fingerprint: str) -> Pack:
    """One pack from its files' models, which are already validated."""
    sources = _of(models, SourcesFile)
    return Pack.model_construct(
        about=_of(models, About),
        questions=_of(models, QuestionsFile).questions,
        facts=_of(models, FactsFile).facts if "facts.yaml" in models else (),
        red_flags=_of(models, RedFlagsFile).red_flags,
        causes=tuple(model for model in models.values() if isinstance(model, Cause)),
        general=_of(models, General),
        documents=sources.documents,
        statements=sources.statements,
        problems=sources.problems,
        conflicts=sources.conflicts,
        digest=fingerprint,
    )


def _of(models: Mapping[str, Model], shape: type[M]) -> M:
    """The one model of this shape."""
    return next(model for model in models.values() if isinstance(model, shape))


def find_pack(name: str) -> Path:
    """The folder of a pack given by path or by the name of one that comes with the program.

    Raises :class:`PackError` with a did-you-mean if there is none.
    """
    path = Path(name)
    if path.is_dir() and (path / "pack.yaml").exists():
        return path
    bundled = {folder.name: folder for folder in packs()}
    if name in bundled:
        return bundled[name]
    hint = did_you_mean(name, sorted(bundled))
    raise PackError(
        [
            Issue(
                "no-pack",
                "no pack has this name and no folder with a pack.yaml is here",
                Place(name, 1, 1),
                hint,
            )
        ]
    )


def packs() -> list[Path]:
    """The folders of the packs that come with the program: inside the package, or beside a checkout."""
    here = Path(__file__).resolve().parent
    rules = next((place for place in (here / "rules", here.parent / "rules") if place.is_dir()), None)
    return sorted(path.parent for path in rules.glob("*/pack.yaml")) if rules else []
