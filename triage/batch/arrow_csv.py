"""CSV by Arrow, where every line of a block is a row without quotes; everything else goes the careful way.

Needs the extra ``batch``. What is written is, byte for byte, what :mod:`triage.batch.delimited` writes.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from triage.batch.arrow import ArrowDone, Coded, Listed
from triage.batch.delimited import LONGEST, written

MOST_JOINED = 2048
_SIGNS = r"""^[=+\-@\t\r\n＝＋－＠]|[",\r\n]"""


def columns_of(
    data: bytes, delimiter: str, width: int, wanted: Collection[int]
) -> Mapping[int, "pa.Array"] | None:
    """The wanted columns of a block by place; None where a line is no plain row of this width."""
    if b'"' in data or not data:
        return None
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
    lines = len(ends) + (not data.endswith(b"\n"))
    if np.diff(ends, prepend=-1, append=len(data)).max() > LONGEST:
        return None
    names = [str(place) for place in range(width)]
    try:
        table = pyarrow.csv.read_csv(
            pa.py_buffer(data),
            pyarrow.csv.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
            pyarrow.csv.ParseOptions(delimiter=delimiter, quote_char=False),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=[names[place] for place in sorted(wanted)],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != lines:
        return None
    return {place: table.column(names[place]).combine_chunks() for place in wanted}


class Writer:
    """Writes blocks of the same fields; fields with few texts are joined before the rows are."""

    def __init__(self, separator: str) -> None:
        self.separator = separator
        self._names: dict[tuple[tuple[str, ...], ...], list[str]] = {}

    def write(self, done: ArrowDone) -> bytes:
        """The rows as CSV."""
        pieces = [self._key(key) for key in done.keys] + [
            self._field(field) for field in self._merged(done.fields)
        ]
        if not len(pieces[0]):
            return b""
        pieces[-1] = pc.binary_join_element_wise(pieces[-1], "\n", "")
        rows = pc.binary_join_element_wise(*pieces, ",")
        offsets = np.frombuffer(rows.buffers()[1], np.int32)
        return bytes(memoryview(rows.buffers()[2])[offsets[0] : offsets[len(rows)]])

    def _key(self, key: "pa.Array") -> "pa.Array":
        text = key.dictionary_decode() if pa.types.is_dictionary(key.type) else key
        if pa.types.is_integer(text.type):
            return text.cast(pa.string()).fill_null("")
        if not pa.types.is_string(text.type) or pc.any(pc.match_substring_regex(text, _SIGNS)).as_py():
            return pa.array(written(text.to_pylist(), True, self.separator), pa.string())
        return text.fill_null("")

    def _field(self, field: Coded | Listed) -> "pa.Array":
        if isinstance(field, Listed):
            quoted = written(field.names, False, self.separator)
            values = pa.array(quoted, pa.string()).take(pa.array(field.codes))
            lists = pa.ListArray.from_arrays(pa.array(field.offsets), values)
            return pc.binary_join(lists, self.separator)
        return pa.array(field.names, pa.string()).take(pa.array(field.codes))

    def _merged(self, fields: Sequence[Coded | Listed]) -> list[Coded | Listed]:
        """Neighbours of which there are few combinations as one field, the texts with a comma between."""
        found: list[Coded | Listed] = []
        for field in fields:
            if isinstance(field, Listed):
                found.append(field)
                continue
            field = Coded(field.codes, self._quoted(field.names))
            last = found[-1] if found else None
            if isinstance(last, Coded) and len(last.names) * len(field.names) <= MOST_JOINED:
                codes = last.codes * np.int32(len(field.names)) + field.codes
                found[-1] = Coded(codes, self._products(last.names, field.names))
            else:
                found.append(field)
        return found

    def _quoted(self, names: Sequence[str]) -> list[str]:
        key = (tuple(names),)
        if key not in self._names:
            self._names[key] = list(written(names, False, self.separator))
        return self._names[key]

    def _products(self, first: Sequence[str], second: Sequence[str]) -> list[str]:
        key = (tuple(first), tuple(second))
        if key not in self._names:
            self._names[key] = [f"{one},{other}" for one in first for other in second]
        return self._names[key]
