"""What is done with a block of a file: bytes in, bytes of the result out. A worker can be pickled."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from triage.batch.blocks import Block
from triage.batch.columns import Layout, Options, Unit, loose_layout, target, targets
from triage.batch.delimited import parsed as parsed_csv
from triage.batch.delimited import to_csv
from triage.batch.engine import Counted, Done, Engine, Reject
from triage.batch.fields import ROW, columns_of
from triage.batch.json_lines import parsed as parsed_json
from triage.batch.json_lines import to_json_lines
from triage.pack import Pack

if TYPE_CHECKING:
    from triage.batch.parquet import Rows
    from triage.batch.with_arrow import WithArrow

Format: TypeAlias = Literal["csv", "jsonl", "parquet"]


class Task(NamedTuple):
    """How every block of a file is to be worked on. A table with a header comes with its layout.

    ``fast`` says that the extra ``batch`` is there. ``key_types`` are the Arrow types of the keys, where the
    table has any.
    """

    pack: Pack
    options: Options
    fields: tuple[str, ...]
    input: Format
    output: Format
    layout: Layout | None = None
    delimiter: str = ","
    fast: bool = False
    key_types: object = None


class Written(NamedTuple):
    """A block that was worked on: its rows as bytes, or for Parquet as Arrow; what is known about them."""

    data: object
    rejects: tuple[Reject, ...]
    counts: Mapping[Counted, int]
    answered: frozenset[Unit]


class Worker:
    """Works on blocks one after the other; made once for each process."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.engine = Engine(task.pack, task.options, task.fields)
        self.names = names_of(task)
        self._targets = targets(task.pack)
        self._known: dict[str, Unit | None] = {}
        self._arrow = self._with_arrow() if task.fast else None

    def _with_arrow(self) -> "WithArrow":
        from triage.batch.with_arrow import WithArrow

        return WithArrow(self.task, self.engine)

    def work(self, block: "Block | Rows") -> Written:
        """The rows of a block as the output has them."""
        if not isinstance(block, Block):
            assert self._arrow is not None
            return self._arrow.rows(block)
        if block.wrong:
            return self._written(
                Done(((),) * len(self.names), (Reject(block.first, (), "", block.wrong),), {}, frozenset())
            )
        if self.task.input == "csv":
            found = self._arrow.delimited(block) if self._arrow else None
            return found or self._written(self._csv(block))
        return self._written(self._json(block))

    def _written(self, done: Done) -> Written:
        return Written(self._write(done.columns), done.rejects, done.counts, done.answered)

    def _write(self, columns: Sequence[Sequence[object]]) -> object:
        if self.task.output == "parquet":
            assert self._arrow is not None
            return self._arrow.sheets.from_python(columns)
        if self.task.output == "jsonl":
            return to_json_lines(self.names, columns)
        return to_csv(columns, len(self.task.options.keys) or 1, self.task.options.separator)

    def _csv(self, block: Block) -> Done:
        layout = self.task.layout
        assert layout is not None
        found = parsed_csv(block.data, block.first, self.task.delimiter, layout.width)
        rejects = (Reject(record.begin, (), "", record.wrong) for record in found.wrong)
        return self.engine.work(layout, found.cells, found.lines, rejects, text=True)

    def _json(self, block: Block) -> Done:
        rows, lines, wrong = parsed_json(block.data, block.first, self._target)
        names = list(dict.fromkeys(name for row in rows for name in row))
        layout = loose_layout(self.task.pack, names, self.task.options)
        cells = [[row.get(name) for row in rows] for name in (*names, *self._missing(names))]
        rejects = (Reject(line, (), "", why) for line, why in wrong)
        return self.engine.work(layout, cells, lines, rejects)

    def _target(self, name: str) -> Unit | None:
        """What a name in a row means. Raises :class:`AnswerError` for one that means nothing."""
        if name not in self._known:
            self._known[name] = target(self.task.pack, self._targets, self.task.options, name)
        return self._known[name]

    def _missing(self, names: Sequence[str]) -> list[str]:
        return [key for key in self.task.options.keys if key not in names]


def names_of(task: Task) -> list[str]:
    """The names of the columns of the result, keys first."""
    return [*(task.options.keys or (ROW,)), *columns_of(task.pack, task.fields)]


def head_of(task: Task) -> bytes:
    """What stands in the output before the first row."""
    if task.output != "csv":
        return b""
    return to_csv([[name] for name in names_of(task)], len(names_of(task)), ";")


def reject_head(task: Task, style: str) -> bytes:
    """What stands in the file of rejects before the first one."""
    names = _reject_names(task)
    return to_csv([[name] for name in names], len(names), ";") if style == "csv" else b""


def rejects_written(task: Task, rejects: Sequence[Reject], style: str) -> bytes:
    """Rejects as CSV or JSON Lines; a line that could not be taken apart has no keys."""
    count = len(task.options.keys)
    rows = [(one.line, *(one.keys or [""] * count), one.column, one.reason) for one in rejects]
    columns = [*zip(*rows, strict=True)]
    if not rows:
        return b""
    names = _reject_names(task)
    return to_csv(columns, len(names), ";") if style == "csv" else to_json_lines(names, columns)


def _reject_names(task: Task) -> list[str]:
    return ["line", *task.options.keys, "column", "reason"]
