"""The part of the work on a block that goes by Arrow. Needs the extra ``batch``."""

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa

from triage.batch.arrow import ArrowDone, ArrowEngine, array_of
from triage.batch.arrow_csv import Writer, columns_of
from triage.batch.blocks import Block
from triage.batch.columns import layout
from triage.batch.delimited import to_csv
from triage.batch.engine import Counted, Done, Engine, Reject
from triage.batch.json_lines import to_json_lines
from triage.batch.parquet import Rows, Sheets
from triage.batch.work import Task, Written, names_of


def sheets_of(task: Task) -> Sheets:
    """What makes the blocks of a Parquet file."""
    names, keys = names_of(task), len(task.options.keys)
    if not keys:
        return Sheets(names[:1], [pa.int64()], names[1:])
    return Sheets(names[:keys], task.key_types if isinstance(task.key_types, list) else None, names[keys:])


def settle() -> None:
    """Let pyarrow look for pandas now and have no handler of signals; only for a process that is ours alone.

    A signal that comes while it changes from its own handler to the usual one would be lost.
    """
    pa.array([""])
    pa.enable_signal_handlers(False)


class WithArrow:
    """Works on blocks of Parquet, and on blocks of CSV in which every line is a plain row."""

    def __init__(self, task: Task, engine: Engine) -> None:
        self.task = task
        self.engine = engine
        self.arrow = ArrowEngine(engine)
        self.names = names_of(task)
        self.sheets = sheets_of(task)
        self._csv = Writer(task.options.separator)

    def rows(self, block: Rows) -> Written:
        """A block of Parquet."""
        layout = self.task.layout
        assert layout is not None
        lines = range(block.first, block.first + block.batch.num_rows)
        columns: list[pa.Array] = block.batch.columns
        if "reasons" in self.engine.fields:
            done = self.engine.work(layout, [column.to_pylist() for column in columns], lines)
            return Written(self._from_python(done), done.rejects, done.counts, done.answered)
        return self._written(self.arrow.work(layout, columns, lines))

    def delimited(self, block: Block) -> Written | None:
        """A block of CSV; None for one that has to be read the careful way."""
        layout = self.task.layout
        assert layout is not None
        if "reasons" in self.engine.fields:
            return None
        used = {column.place for column in layout.columns} | {key for key in layout.keys if key is not None}
        found = columns_of(block.data, self.task.delimiter, layout.width, used) if used else None
        if found is None:
            return None
        columns = [found.get(place) for place in range(layout.width)]
        count = len(next(iter(found.values())))
        return self._written(self.arrow.work(layout, columns, range(block.first, block.first + count)))

    def _written(self, done: ArrowDone) -> Written:
        return Written(self._data(done), done.rejects, done.counts, done.answered)

    def _data(self, done: ArrowDone) -> object:
        if self.task.output == "parquet":
            return self.sheets.from_arrow(done)
        if self.task.output == "csv":
            return self._csv.write(done)
        columns = [array.to_pylist() for array in (*done.keys, *map(array_of, done.fields))]
        return to_json_lines(self.names, columns)

    def _from_python(self, done: Done) -> object:
        if self.task.output == "parquet":
            return self.sheets.from_python(done.columns)
        if self.task.output == "jsonl":
            return to_json_lines(self.names, done.columns)
        return to_csv(done.columns, len(self.task.options.keys) or 1, self.task.options.separator)


def assess_arrow(
    engine: Engine, table: object
) -> "tuple[pa.Table, tuple[Reject, ...], Mapping[Counted, int]]":
    """A whole Arrow table: the result, the rejects by number of the row, and the counts."""
    reader = pa.RecordBatchReader.from_stream(table)
    names: list[str] = reader.schema.names
    found = layout(engine.pack, names, engine.options)
    types = [reader.schema.field(key).type for key in engine.options.keys]
    task = Task(engine.pack, engine.options, engine.fields, "parquet", "parquet", found, key_types=types)
    work = WithArrow(task, engine)
    rejects: list[Reject] = []
    counts: Counter[Counted] = Counter()
    batches: list[pa.RecordBatch] = []
    first = 1
    for batch in reader:
        written = work.rows(Rows(batch, first))
        first += batch.num_rows
        batches.append(written.data)
        rejects += written.rejects
        counts.update(written.counts)
    return pa.Table.from_batches(batches, work.sheets.schema), tuple(rejects), counts
