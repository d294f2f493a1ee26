"""Tables in memory: columns of answers in, columns of results out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, overload, runtime_checkable

from triage.batch.columns import Options, layout
from triage.batch.engine import Counted, Engine, Reject
from triage.batch.fields import ROW, USUAL, chosen, columns_of
from triage.errors import AnswerError, Misfit
from triage.pack import Pack

if TYPE_CHECKING:
    import pyarrow as pa


class Triaged(NamedTuple):
    """What a table comes to.

    ``table`` holds the keys and the fields by name, all of one length, in the order of the rows; a field of
    several things holds tuples of texts. ``rejects`` are the rows that are not among them, with ``line`` the
    number of the row from 1. ``counts`` says how many rows have each level, ``could_reach`` and status.
    """

    table: dict[str, list[object]]
    rejects: tuple[Reject, ...]
    counts: Mapping[Counted, int]


class ArrowTriaged(NamedTuple):
    """The same with an Arrow table: fields are dictionaries of texts, or lists of texts."""

    table: "pa.Table"
    rejects: tuple[Reject, ...]
    counts: Mapping[Counted, int]


@runtime_checkable
class ArrowStream(Protocol):
    """A table of pyarrow, polars, pandas, DuckDB and others that hand over Arrow columns."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's own way to hand over columns without copying them."""


@overload
def assess_table(
    pack: Pack,
    table: ArrowStream,
    *,
    fields: Iterable[str] = USUAL,
    options: Options | None = None,
) -> ArrowTriaged: ...


@overload
def assess_table(
    pack: Pack,
    table: Mapping[str, Sequence[object]],
    *,
    fields: Iterable[str] = USUAL,
    options: Options | None = None,
) -> Triaged: ...


def assess_table(
    pack: Pack,
    table: Mapping[str, Sequence[object]] | ArrowStream,
    *,
    fields: Iterable[str] = USUAL,
    options: Options | None = None,
) -> Triaged | ArrowTriaged:
    """What every row of a table comes to under the pack; the same as :func:`triage.assess` says of each.

    ``table`` maps names of columns to their cells, all of one length; or it is a table of pyarrow, polars,
    pandas or anything else that hands over Arrow columns, which is faster and needs the extra ``batch``. A
    column is called after a question, after an item of a question of several, or as ``options.columns``
    says. A cell is an answer in any form that :func:`triage.assess` takes, or text as in a CSV file; None and
    empty text are no answer. ``fields`` are names of :data:`triage.batch.fields.FIELDS`.

    Rows that :func:`triage.assess` would refuse are in ``rejects`` with the reason. Raises
    :class:`triage.errors.AnswerError` for columns and fields that mean nothing or clash.

    >>> from triage import load_pack
    >>> from triage.batch import assess_table
    >>> from triage.loading import find_pack
    >>> pack = load_pack(find_pack("liver_calcification"))
    >>> people = {"age": [63, 41, 200], "fever": ["yes", "no", None]}
    >>> found = assess_table(pack, people, fields=("level", "could_reach"))
    >>> found.table["level"]
    ['consultation_24', 'consultation']
    >>> found.table["could_reach"]
    ['emergency_ambulance', 'emergency_ambulance']
    >>> [(reject.line, reject.column) for reject in found.rejects]
    [(3, 'age')]
    """
    options = options or Options()
    wanted = chosen(fields)
    engine = Engine(pack, options, wanted)
    if isinstance(table, ArrowStream):
        from triage.batch.with_arrow import assess_arrow

        return ArrowTriaged(*assess_arrow(engine, table))
    lengths = {len(cells) for cells in table.values()}
    if len(lengths) > 1:
        raise AnswerError([Misfit("", "the columns of a table have one length")])
    rows = range(1, 1 + max(lengths, default=0))
    done = engine.work(layout(pack, list(table), options), list(table.values()), rows)
    names = [*(options.keys or (ROW,)), *columns_of(pack, wanted)]
    return Triaged(dict(zip(names, map(list, done.columns), strict=True)), done.rejects, done.counts)
