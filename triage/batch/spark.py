"""The same on a cluster: a Spark data frame of answers in, one of results out. Needs the extra ``spark``.

The rules travel to the workers once for each task, as the pack itself; the code made from it is made anew
there. What a row comes to is what :func:`triage.batch.assess_table` says of it.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from triage.batch.columns import Layout, Options, layout
from triage.batch.engine import Engine, Reject
from triage.batch.fields import LISTS, USUAL, chosen, columns_of
from triage.batch.parquet import Rows
from triage.batch.with_arrow import WithArrow
from triage.batch.work import Task
from triage.errors import AnswerError, Misfit
from triage.pack import Pack

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

REJECTED = "rejected"


def assess_frame(
    pack: Pack, frame: "DataFrame", *, fields: Iterable[str] = USUAL, options: Options
) -> "DataFrame":
    """What every row of a Spark data frame comes to under the pack.

    The columns are those of :func:`triage.batch.assess_table`; ``options.keys`` are needed, because a data
    frame has no order by which a row could be told. The result has the keys, the fields (text, or an array
    of texts), and ``rejected``: empty for a row that was used, else the reasons, with all fields empty.

    Raises :class:`triage.errors.AnswerError` for columns and fields that mean nothing or clash.
    """
    wanted = chosen(fields)
    if not options.keys:
        raise AnswerError([Misfit("", "a data frame needs a key, so that its rows can be told apart")])
    engine = Engine(pack, options, wanted)
    found = layout(pack, frame.columns, options)
    types = [pa.null()] * len(options.keys)
    task = Task(pack, options, engine.fields, "parquet", "parquet", found, key_types=types)
    schema = _schema(frame, found, columns_of(pack, wanted))
    # By number, because Spark takes a point in a name for a step into a structure.
    return frame.toDF(*map(str, range(found.width))).mapInArrow(Mapper(task), schema)


def _schema(frame: "DataFrame", found: Layout, names: Iterable[str]) -> "StructType":
    from pyspark.sql.types import ArrayType, StringType, StructField, StructType

    kinds = {True: ArrayType(StringType()), False: StringType()}
    columns = [frame.schema.fields[place] for place in found.keys if place is not None]
    keys = [StructField(column.name, column.dataType) for column in columns]
    fields = [StructField(name, kinds[name in LISTS]) for name in (*names, REJECTED)]
    return StructType([*keys, *fields])


class Mapper:
    """What a worker does with its batches. It can be pickled."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def __call__(self, batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        """The results of every batch, and behind them the rows of it that were rejected."""
        work: WithArrow | None = None
        for batch in batches:
            if work is None:
                work = self._begin(batch)
            written = work.rows(Rows(batch, 1))
            schema = _plain(work.sheets.schema)
            yield _with(written.data, schema)
            if written.rejects:
                yield _rejected(written.rejects, schema)

    def _begin(self, batch: "pa.RecordBatch") -> WithArrow:
        keys = self.task.layout.keys if self.task.layout else ()
        task = self.task._replace(
            key_types=[batch.schema.types[place] for place in keys if place is not None]
        )
        return WithArrow(task, Engine(task.pack, task.options, task.fields))


def _plain(schema: "pa.Schema") -> "pa.Schema":
    """The schema with text where there are dictionaries of text, which Spark does not take."""
    kinds = [(one.name, pa.string() if pa.types.is_dictionary(one.type) else one.type) for one in schema]
    return pa.schema([*kinds, (REJECTED, pa.string())])


def _with(batch: "pa.RecordBatch", schema: "pa.Schema") -> "pa.RecordBatch":
    """A block of the result with nothing rejected."""
    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays([*columns, pa.nulls(batch.num_rows, pa.string())], schema=schema)


def _rejected(rejects: Iterable[Reject], schema: "pa.Schema") -> "pa.RecordBatch":
    """The rejected rows: their keys and all that is wrong with them."""
    rows: dict[int, dict[str, object]] = {}
    for reject in rejects:
        row = rows.setdefault(reject.line, dict(zip(schema.names, reject.keys, strict=False)))
        told = f"{reject.column}: {reject.reason}"
        row[REJECTED] = f"{row[REJECTED]}; {told}" if REJECTED in row else told
    return pa.RecordBatch.from_pylist(list(rows.values()), schema=schema)
