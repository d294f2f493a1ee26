"""What the columns of a table mean: which answers which question, which are keys, which are passed over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from triage.batch.fields import ROW, columns_of
from triage.condition import Condition, Fact, Item, leaves
from triage.errors import AnswerError, Misfit, did_you_mean, shown
from triage.pack import EMERGENCY, RANK, Pack


class Unit(NamedTuple):
    """What is answered on its own: a question, or one item of a several-of question."""

    question: str
    item: str | None

    def __str__(self) -> str:
        return self.question if self.item is None else f"{self.question}.{self.item}"


@dataclass(frozen=True, slots=True)
class Options:
    """How a table is to be read: which column is which question, keys, closed questions, what is ignored."""

    columns: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    closed: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    ignore_others: bool = False
    separator: str = ";"


class Column(NamedTuple):
    """A column that answers a question or one item: its name, its place, and what it answers."""

    name: str
    place: int
    target: Unit


class Layout(NamedTuple):
    """The columns of a table: those that answer, and the places of the keys.

    A key without a place is the number of the row, or its line in a file.
    """

    width: int
    columns: tuple[Column, ...]
    keys: tuple[int | None, ...]


def units_of(pack: Pack) -> Iterator[Unit]:
    """Everything that can be answered on its own, in the author's order."""
    for question in pack.questions:
        if question.kind == "several_of":
            yield from (Unit(question.id, item) for item in question.choices)
        else:
            yield Unit(question.id, None)


def targets(pack: Pack) -> dict[str, Unit]:
    """What a column may be called: a question, an item, or both with a point between them."""
    found: dict[str, Unit] = {}
    for question in pack.questions:
        if question.kind == "several_of":
            for item in question.choices:
                found[item] = found[f"{question.id}.{item}"] = Unit(question.id, item)
    return {**found, **{question.id: Unit(question.id, None) for question in pack.questions}}


def target(pack: Pack, known: Mapping[str, Unit], options: Options, name: str) -> Unit | None:
    """What a column of this name answers; None for a key and for what is passed over.

    Raises :class:`AnswerError` for a name that means nothing.
    """
    called = options.columns.get(name, name).strip()
    if called in known:
        return known[called]
    if name in options.keys or name in options.ignored or options.ignore_others:
        return None
    hint = did_you_mean(called, list(known))
    if name not in options.columns and not hint.startswith("did you mean"):
        hint = "--key carries it along, --ignore passes over it, --column says which question it answers"
    message = f"column '{shown(name)}': there is no question '{shown(called)}'"
    raise AnswerError([Misfit(name, message, hint)])


def check_options(pack: Pack, options: Options, fields: Iterable[str]) -> None:
    """Refuse options that name what the pack does not have, and keys that are called like results."""
    misfits = []
    several = [question.id for question in pack.questions if question.kind == "several_of"]
    for name in sorted(options.closed - set(several)):
        misfits.append(
            Misfit(name, f"'{shown(name)}' is no question of several items", did_you_mean(name, several))
        )
    taken = {ROW, *columns_of(pack, fields)}
    for name in options.keys:
        if name in taken:
            misfits.append(
                Misfit(name, f"'{shown(name)}' is the name of a column of the result", "rename the key")
            )
    known = targets(pack)
    for name, called in options.columns.items():
        if called not in known:
            message = f"column '{shown(name)}': there is no question '{shown(called)}'"
            misfits.append(Misfit(name, message, did_you_mean(called, list(known))))
    if misfits:
        raise AnswerError(misfits)


def layout(pack: Pack, names: Sequence[str], options: Options) -> Layout:
    """What the columns with these names mean. Raises :class:`AnswerError` with all that is wrong."""
    known, misfits = targets(pack), list(_repeated(names))
    columns: list[Column] = []
    for place, name in enumerate(names):
        try:
            unit = target(pack, known, options, name)
        except AnswerError as error:
            misfits += error.misfits
        else:
            if unit is not None:
                columns.append(Column(name, place, unit))
    misfits += [*_clashes(columns), *_missing(names, options)]
    if misfits:
        raise AnswerError(misfits)
    keys: tuple[int | None, ...] = tuple(names.index(key) for key in options.keys)
    return Layout(len(names), tuple(columns), keys or (None,))


def loose_layout(pack: Pack, names: Sequence[str], options: Options) -> Layout:
    """The same for rows that need not have all columns, and may name an answer in one way or another.

    The names are known to mean something; a key that no row has is put behind them.
    """
    known = targets(pack)
    found = ((name, place, target(pack, known, options, name)) for place, name in enumerate(names))
    columns = tuple(Column(name, place, unit) for name, place, unit in found if unit is not None)
    missing = [key for key in options.keys if key not in names]
    keys: tuple[int | None, ...] = tuple([*names, *missing].index(key) for key in options.keys)
    return Layout(len(names) + len(missing), columns, keys or (None,))


def _repeated(names: Sequence[str]) -> Iterator[Misfit]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Misfit(name, f"there are {names.count(name)} columns '{shown(name)}'", "keep one of them")


def _missing(names: Sequence[str], options: Options) -> Iterator[Misfit]:
    for what in (*options.keys, *options.columns, *sorted(options.ignored)):
        if what not in names:
            yield Misfit(what, f"there is no column '{shown(what)}'", did_you_mean(what, names))


def _clashes(columns: Iterable[Column]) -> Iterator[Misfit]:
    """Columns that answer the same thing twice."""
    seen: dict[Unit, str] = {}
    for name, _, unit in columns:
        others = [unit, Unit(unit.question, None)] if unit.item else [
            other for other in (*seen, unit) if other.question == unit.question
        ]  # fmt: skip
        for other in others:
            if other in seen and seen[other] != name:
                message = f"columns '{shown(seen[other])}' and '{shown(name)}' both answer '{unit}'"
                yield Misfit(name, message, "keep one, or pass over one with --ignore")
                break
        seen.setdefault(unit, name)


def unanswered_emergencies(pack: Pack, answered: Iterable[Unit]) -> dict[str, list[str]]:
    """What emergency flags read and nothing answers: question ids, each with its items that are missing."""
    told = set(answered)
    read: dict[Unit, None] = {}
    for flag in pack.red_flags:
        if RANK[flag.level] >= EMERGENCY:
            read.update(dict.fromkeys(_units_read(pack, flag.when)))
    missing: dict[str, list[str]] = {}
    for unit in units_of(pack):
        if unit in read and unit not in told and Unit(unit.question, None) not in told:
            missing.setdefault(unit.question, []).extend([unit.item] if unit.item else [])
    return missing


def _units_read(pack: Pack, condition: Condition) -> Iterator[Unit]:
    """Every unit that a condition reads, facts looked through."""
    waiting = [condition]
    seen: set[str] = set()
    while waiting:
        for leaf, _ in leaves(waiting.pop()):
            if isinstance(leaf, Fact):
                if leaf.name not in seen:
                    seen.add(leaf.name)
                    waiting.append(pack.fact[leaf.name].when)
            else:
                yield Unit(leaf.question, leaf.item if isinstance(leaf, Item) else None)
