"""Parquet in and out, block by block. Needs the extra ``batch``."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq

from triage.batch.arrow import ArrowDone, array_of
from triage.batch.columns import Layout, Options, layout
from triage.batch.fields import LISTS
from triage.errors import AnswerError, Misfit, shown
from triage.pack import Pack

ROWS = 131_072
TEXT = pa.dictionary(pa.int32(), pa.string())


class Rows(NamedTuple):
    """A block of rows as Arrow columns, and the number of the first of them."""

    batch: "pa.RecordBatch"
    first: int


class Table:
    """A Parquet file: the columns that are used, and its rows in blocks."""

    def __init__(self, file: BinaryIO, pack: Pack, options: Options) -> None:
        """Raises :class:`AnswerError` for what is no Parquet, and for columns that mean nothing."""
        try:
            schema = pq.read_schema(file)
        except (pa.ArrowException, OSError) as error:
            raise AnswerError([Misfit("", f"this is no Parquet: {shown(error)}")]) from None
        found = layout(pack, schema.names, options)
        used = sorted({column.place for column in found.columns} | {p for p in found.keys if p is not None})
        place = {old: new for new, old in enumerate(used)}
        self.names = [schema.names[old] for old in used]
        self.layout = Layout(
            len(used),
            tuple(column._replace(place=place[column.place]) for column in found.columns),
            tuple(None if key is None else place[key] for key in found.keys),
        )
        self.key_types = [schema.field(key).type for key in options.keys] or [pa.int64()]
        answers = [schema.field(column.name) for column in found.columns if column.name not in options.keys]
        texts = [
            field.name
            for field in answers
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]
        file.seek(0)
        self._file = pq.ParquetFile(file, read_dictionary=texts)

    def blocks(self) -> Iterator[Rows]:
        """The rows in blocks. Raises :class:`AnswerError` where the file is damaged."""
        first = 1
        try:
            for batch in self._file.iter_batches(ROWS, columns=self.names, use_threads=False):
                yield Rows(batch.select(self.names), first)
                first += batch.num_rows
        except pa.ArrowException as error:
            raise AnswerError([Misfit("", f"row {first}: the file is damaged: {shown(error)}")]) from None


class Sheets:
    """Makes blocks of the result that all have one schema."""

    def __init__(
        self, keys: Sequence[str], key_types: Sequence["pa.DataType"] | None, fields: Sequence[str]
    ) -> None:
        types = key_types if key_types is not None else [pa.string()] * len(keys)
        self._plain = key_types is None
        columns = [*zip(keys, types, strict=True)]
        columns += [(name, pa.list_(pa.string()) if name in LISTS else TEXT) for name in fields]
        self.schema = pa.schema(columns)

    def from_arrow(self, done: ArrowDone) -> "pa.RecordBatch":
        """A block from Arrow columns."""
        arrays = [*done.keys, *map(array_of, done.fields)]
        return pa.RecordBatch.from_arrays(
            [array.cast(field.type) for array, field in zip(arrays, self.schema, strict=True)],
            schema=self.schema,
        )

    def from_python(self, columns: Sequence[Sequence[object]]) -> "pa.RecordBatch":
        """A block from Python columns; keys that may be anything are written as text."""
        arrays = []
        for field, column in zip(self.schema, columns, strict=True):
            cells = list(column)
            if self._plain and field.type == pa.string():
                cells = [cell if cell is None or isinstance(cell, str) else str(cell) for cell in cells]
            arrays.append(
                pa.array(cells, pa.string()).dictionary_encode()
                if field.type == TEXT
                else pa.array(cells, field.type)
            )
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


class File:
    """Writes blocks into one Parquet file; leaving the block by an error leaves what was written as it is."""

    def __init__(self, file: BinaryIO, schema: "pa.Schema") -> None:
        self._sink = Sink(file)
        self._writer = pq.ParquetWriter(pa.PythonFile(self._sink, mode="w"), schema)

    def write(self, batch: "pa.RecordBatch") -> None:
        """Add a block."""
        if batch.num_rows:
            self._writer.write_batch(batch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # A writer that is not closed closes itself later, into a file that is gone.
        self._sink.ended = kind is not None
        self._writer.close()


class Sink:
    """What pyarrow takes for a file: passes bytes on until it has ``ended``."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.ended = False

    def write(self, data: bytes) -> None:
        """Add bytes."""
        if not self.ended:
            self.file.write(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def close(self) -> None:
        """Nothing: the file belongs to whoever opened it."""
