"""From a folder of YAML to a :class:`~triage.pack.Pack`, or to every problem in it at once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
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
from triage.source import Data, Loc, Source, Text, read
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
MAX_ISSUES = 200

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a folder: the pack (None if it cannot be used), the files read, the issues."""

    pack: Pack | None
    files: Mapping[str, Source]
    issues: tuple[Issue, ...]

    def place(self, fault: Fault) -> Issue:
        """A fault with its line and column."""
        return Issue(fault.code, fault.message, self.where(fault.file, fault.loc), fault.hint)

    def where(self, file: str, loc: Loc) -> Place:
        """The line and column of something in a file of the pack."""
        return self.files[file].place(loc)


def load_pack(path: str | Path) -> Pack:
    """The pack in the folder ``path``. Raises :class:`PackError` with every problem it has."""
    reading = read_pack(Path(path))
    if reading.pack is None:
        raise PackError(reading.issues)
    return reading.pack


def load_cases(path: str | Path) -> tuple[Case, ...]:
    """The worked cases of the pack in the folder ``path`` (none without a cases.yaml)."""
    file = Path(path) / CASES
    if not _stands(file):
        return ()
    model, issues = validated(CasesFile, read(file), Names({}, {}, frozenset()))
    if model is None:
        raise PackError(issues)
    return model.cases


def read_pack(folder: Path) -> Reading:
    """Read a folder as far as it can be read."""
    if not folder.is_dir():
        where = Place(str(folder), 1, 1)
        return Reading(None, {}, (Issue("no-pack", "there is no pack folder here", where),))
    files, issues = _read_files(folder)
    if issues:
        return Reading(None, files, issues)
    names = vocabulary(files)
    models: dict[str, Model] = {}
    for name, source in files.items():
        shape = Cause if name.startswith("causes/") else SHAPES[name]
        model, wrong = validated(shape, source, names)
        issues += wrong
        if model is not None:
            models[name] = model
    if issues:
        return Reading(None, files, issues)
    pack = _join(models, digest({name: source.data for name, source in files.items()}))
    reading = Reading(pack, files, ())
    unsound = (reading.place(fault) for fault in islice(faults(pack), MAX_ISSUES))
    found = (*_misnamed_causes(models, files), *unsound)
    return Reading(None, files, found) if found else reading


def _read_files(folder: Path) -> tuple[dict[str, Source], tuple[Issue, ...]]:
    files: dict[str, Source] = {}
    issues: list[Issue] = []
    try:
        causes = sorted(path for path in (folder / "causes").iterdir() if path.suffix == ".yaml")
    except FileNotFoundError:
        causes = []
        issues.append(_missing(folder / "causes", "a folder"))
    except OSError as error:
        return {}, (_unreadable(folder, error),)
    for name, path in _expected(folder, causes):
        if not _stands(path):
            if name not in OPTIONAL:
                issues.append(_missing(path, "a file"))
            continue
        try:
            files[name] = read(path)
        except PackError as error:
            issues += error.issues
    return files, (*issues, *_too_many(folder, causes), *_strangers(folder))


def _stands(path: Path) -> bool:
    """Whether there is something of this name, be it a link that leads nowhere."""
    return path.is_symlink() or path.exists()


def _missing(path: Path, what: str) -> Issue:
    return Issue("missing-file", f"the pack needs {what} '{path.name}'", Place(str(path), 1, 1))


def _unreadable(folder: Path, error: OSError) -> Issue:
    message = f"cannot read the folder: {error.strerror or error}"
    return Issue("unreadable-file", message, Place(error.filename or str(folder), 1, 1))


def _expected(folder: Path, causes: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The files of a pack, by the name they have in it."""
    yield from ((name, folder / name) for name in SHAPES)
    yield from ((f"causes/{path.name}", path) for path in islice(causes, MAX_CAUSES))


def _too_many(folder: Path, causes: Sequence[Path]) -> Iterator[Issue]:
    if len(causes) > MAX_CAUSES:
        message = f"{len(causes)} causes are more than the {MAX_CAUSES} that one pack can have"
        yield Issue("too-many-files", message, Place(str(folder / "causes"), 1, 1), "split the pack")


def _strangers(folder: Path) -> Iterator[Issue]:
    """YAML files that nothing would read: a misspelt name must not silently drop its rules."""
    known = {*SHAPES, CASES}
    for path in sorted((*folder.glob("*.y*ml"), *(folder / "causes").glob("*.yml"))):
        if path.name not in known:
            hint = did_you_mean(path.name, sorted(known))
            message = f"nothing reads a file '{path.name}'"
            yield Issue("unknown-file", message, Place(str(path), 1, 1), hint)


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


def validated(shape: type[M], source: Source, names: Names) -> tuple[M | None, tuple[Issue, ...]]:
    """The model of a file, or None and what is wrong with it."""
    try:
        return shape.model_validate(source.data, context=names), ()
    except ValidationError as error:
        if error.error_count() > MAX_ISSUES and (fewer := _shortened(source, shape)) is not None:
            _, issues_there = validated(shape, fewer, names)
            if issues_there:  # else what is wrong stands further on
                return None, issues_there
        details = islice(error.errors(include_url=False), MAX_ISSUES)
        issues = {issue.where: issue for issue in (_issue(source, detail) for detail in details)}
        return None, tuple(issues.values())


def _shortened(source: Source, shape: type[Model]) -> Source | None:
    """The file with its long lists cut, to tell what is wrong with their beginnings; None if none is long."""
    assert isinstance(source.data, dict)  # of anything else there is one thing wrong, not hundreds
    known = {field.alias or name for name, field in shape.model_fields.items()}
    strange = set(islice((name for name in source.data if name not in known), MAX_ISSUES))
    cut: dict[str, Data] = {
        name: value[:MAX_ISSUES] if isinstance(value, list) else value
        for name, value in source.data.items()
        if name in known or name in strange
    }
    return replace(source, data=cut) if cut != source.data else None


_CODES = {"missing": "missing-field", "extra_forbidden": "unknown-field", "condition": "condition"}


def _fields() -> list[str]:
    """Every name that a field of a file can have."""
    shapes = Model.__subclasses__()
    return sorted({field.alias or name for shape in shapes for name, field in shape.model_fields.items()})


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
            "text with a comma needs quotes" if " " in field else did_you_mean(field, _fields()),
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
    if is_folder(path) and _stands(path / "pack.yaml"):
        return path
    bundled = {folder.name: folder for folder in packs()}
    if name in bundled:
        return bundled[name]
    message = "no pack has this name and no folder with a pack.yaml is here"
    hint = did_you_mean(name, sorted(bundled))
    raise PackError([Issue("no-pack", message, Place(name, 1, 1), hint)])


def is_folder(path: Path) -> bool:
    """Whether this is a folder; a name that no file can have is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def packs() -> list[Path]:
    """The folders of the packs that come with the program: inside the package, or beside a checkout."""
    here = Path(__file__).resolve().parent
    rules = next((place for place in (here / "rules", here.parent / "rules") if place.is_dir()), None)
    return sorted(path.parent for path in rules.glob("*/pack.yaml")) if rules else []
