"""One run of `triage batch`: files opened, blocks worked on, results and rejects written and counted."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

import click

from triage.cli.beside import behind
from triage.cli.files import prepare
from triage.cli.pool import cores, spread
from triage.cli.whole import Whole
from triage.errors import AnswerError, Misfit, shown

if TYPE_CHECKING:
    from codecs import IncrementalDecoder

    from triage.batch.blocks import Block, Stream
    from triage.batch.columns import Unit
    from triage.batch.engine import Counted, Reject
    from triage.batch.parquet import Rows
    from triage.batch.work import Task, Written

STANDARD = "-"
SHOWN = 20
Writer = Callable[[Any], object]


class Files(NamedTuple):
    """What is read and written, and how the table is written."""

    table: str
    output: str
    rejects: str | None
    force: bool
    encoding: str | None = None
    delimiter: str | None = None


class Run:
    """Works through a table; what became of it is told on standard error."""

    def __init__(self, task: "Task", files: Files, jobs: int | None) -> None:
        self.task = task
        self.files = files
        self.jobs = jobs or cores()
        self.counts: Counter[Counted] = Counter()
        self.answered: set[Unit] = set()
        self.rejected = 0
        self.told = 0

    def hold(self) -> int:
        """Do it all; the number of rows that were rejected.

        Raises :class:`click.UsageError` for files that cannot be used and :class:`AnswerError` for columns
        that mean nothing; then nothing is written.
        """
        self._check_names()
        with _reading(self.files) as stream:
            blocks = self._blocks(stream)
            try:
                with self._outputs() as (write, reject):
                    self._all(blocks, write, reject)
            except BrokenPipeError:
                raise
            except OSError as error:
                raise _unwritable(error) from None
        self._tell()
        return self.rejected

    def _check_names(self) -> None:
        table, output, rejects, force, *_ = self.files
        for option, name in (("--output", output), ("--rejects", rejects)):
            if name is not None and name != STANDARD:
                prepare(name, force, option)
        names = [os.path.realpath(name) for name in (table, output, rejects) if name not in (STANDARD, None)]
        if len(set(names)) < len(names) or (rejects == STANDARD == output):
            raise click.UsageError("the table, --output and --rejects are three different files")

    def _blocks(self, stream: BinaryIO) -> "Iterator[Block | Rows]":
        """The table in blocks, behind its header; what columns mean is known now."""
        try:
            if self.task.input == "parquet":
                return self._parquet(stream)
            return self._text(_recoded(stream, self.files.encoding))
        except AnswerError as error:
            raise click.UsageError(f"{_name(self.files.table)}: {error}") from None

    def _parquet(self, stream: BinaryIO) -> "Iterator[Rows]":
        from triage.batch.parquet import Table

        if self.files.table == STANDARD:
            raise click.UsageError("Parquet cannot be read from standard input; name a file")
        table = Table(stream, self.task.pack, self.task.options)
        self.task = self.task._replace(layout=table.layout, key_types=table.key_types)
        self._warn({column.target for column in table.layout.columns})
        return table.blocks()

    def _text(self, stream: "Stream") -> "Iterator[Block]":
        from triage.batch.blocks import Cutter
        from triage.batch.columns import layout, targets
        from triage.batch.delimited import header

        cutter = Cutter(stream)
        start = cutter.begin()
        if self.task.input == "csv":
            options = self.task.options
            known = {*targets(self.task.pack), *options.columns, *options.keys}
            names, delimiter, lines = header(start, known, self.files.delimiter)
            cutter.skip(lines)
            cutter.delimiter = delimiter
            found = layout(self.task.pack, names, options)
            self.task = self.task._replace(layout=found, delimiter=delimiter)
            self._warn({column.target for column in found.columns})
        return cutter.blocks()

    @contextmanager
    def _outputs(self) -> "Iterator[tuple[Writer, Writer | None]]":
        """What writes the result and the rejects; files are put in their place together at the end."""
        with ExitStack() as stack:
            reject = None if self.files.rejects is None else self._file(stack, self.files.rejects).write
            output = self._file(stack, self.files.output)
            if self.task.output != "parquet":
                yield output.write, reject
                return
            from triage.batch.parquet import File
            from triage.batch.with_arrow import sheets_of

            file = File(output, sheets_of(self.task).schema)
            with file:
                yield file.write, reject

    def _file(self, stack: ExitStack, name: str) -> BinaryIO:
        if name == STANDARD:
            return sys.stdout.buffer
        return stack.enter_context(Whole(name, self.files.force)).file

    def _all(self, blocks: "Iterator[Block | Rows]", write: Writer, reject: "Writer | None") -> None:
        from triage.batch.work import head_of, reject_head, rejects_written

        if self.task.output == "csv":
            write(head_of(self.task))
        style = "jsonl" if (self.files.rejects or "").endswith(("jsonl", "ndjson")) else "csv"
        if reject is not None:
            reject(reject_head(self.task, style))
        # A thread that waits for a pipe could not be interrupted, so only files are written by one.
        beside = self.jobs > 1 and self.files.output != STANDARD
        with (
            behind(write) if beside else nullcontext(write) as put,
            _progress(self.files.table, self.task.input) as advance,
        ):
            for written in spread(self.task, _counting(blocks, advance), self.jobs):
                put(written.data)
                self._count(written)
                if reject is not None:
                    reject(rejects_written(self.task, written.rejects, style))
                else:
                    self._show(written.rejects)

    def _count(self, written: "Written") -> None:
        self.counts.update(written.counts)
        self.answered |= written.answered
        self.rejected += len({reject.line for reject in written.rejects})

    def _show(self, rejects: "Iterable[Reject]") -> None:
        """The first rejected rows, where they go to no file."""
        for reject in rejects:
            self.told += 1
            if self.told <= SHOWN:
                column = f"column '{shown(reject.column)}': " if reject.column else ""
                click.echo(
                    f"{_name(self.files.table)}:{reject.line}: {column}{shown(reject.reason, 300)}", err=True
                )

    def _warn(self, answered: "Iterable[Unit]") -> None:
        """Say which signs of an emergency nothing in the table can show."""
        from triage.batch.columns import unanswered_emergencies

        missing = unanswered_emergencies(self.task.pack, answered)
        if missing:
            click.echo("Warning: no column says yes or no to these danger signs:", err=True)
            for name, items in missing.items():
                some = ", ".join(items[:6]) + (f" and {len(items) - 6} more" if len(items) > 6 else "")
                click.echo(f"  {name}: {some}" if items else f"  {name}", err=True)
            click.echo(
                "Where an emergency is not ruled out, could_reach and the headline of the row say so. "
                "Such a row is no all-clear.",
                err=True,
            )

    def _tell(self) -> None:
        if self.task.input == "jsonl" and self.counts:
            self._warn(self.answered)
        if self.told > SHOWN:
            click.echo(f"and {self.told - SHOWN:,} more; --rejects FILE keeps them all", err=True)
        for line in _table(self.counts):
            click.echo(line, err=True)
        rows = sum(self.counts.values())
        where = "" if self.files.output == STANDARD else f" to {_name(self.files.output)}"
        rejects = f" to {_name(self.files.rejects)}" if self.files.rejects and self.rejected else ""
        told = f"{rows:,} written{where}, {self.rejected:,} rejected{rejects}"
        click.echo(f"{rows + self.rejected:,} rows read: {told}.", err=True)


def _table(counts: "Counter[Counted]") -> Iterator[str]:
    """The counts, the most urgent first."""
    from triage.pack import RANK

    order = sorted(counts, key=lambda one: (-RANK[one.could_reach], -RANK[one.level], one.status))
    rows = [("level", "could_reach", "status", "rows")]
    rows += [(one.level, one.could_reach, one.status, f"{counts[one]:,}") for one in order]
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    if counts:
        for level, reach, status, count in rows:
            yield f"  {level:{widths[0]}}  {reach:{widths[1]}}  {status:{widths[2]}}  {count:>{widths[3]}}"


def _name(name: str) -> str:
    return "standard input" if name == STANDARD else shown(name, 200)


@contextmanager
def _reading(files: Files) -> Iterator[BinaryIO]:
    """The file of the table. Raises :class:`click.UsageError`."""
    if files.table == STANDARD:
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(files.table).open("rb"))
        except (OSError, ValueError) as error:
            reason = shown(getattr(error, "strerror", None) or error)
            raise click.UsageError(f"cannot read '{_name(files.table)}': {reason}") from None
        yield file


class Piecewise:
    """A stream that gives what is there: between two pieces an interruption is noticed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._read = cast(BufferedReader, stream).read1

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes, none at the end."""
        return self._read(size)


def _recoded(file: BinaryIO, encoding: str | None) -> "Stream":
    stream = Piecewise(file)
    if encoding is None:
        return stream
    import codecs

    try:
        return Recoded(stream, codecs.getincrementaldecoder(encoding)())
    except LookupError:
        raise click.UsageError(
            f"--encoding: there is no encoding '{shown(encoding)}', such as latin-1"
        ) from None


class Recoded:
    """A stream in another encoding, as UTF-8."""

    def __init__(self, stream: "Stream", decoder: "IncrementalDecoder") -> None:
        self.stream = stream
        self.decoder = decoder

    def read(self, size: int, /) -> bytes:
        """About ``size`` bytes, none at the end. Raises :class:`AnswerError` for what is not so encoded."""
        while True:
            data = self.stream.read(size)
            try:
                text = self.decoder.decode(data, final=not data)
            except UnicodeError as error:
                message = f"the table is not in the encoding that --encoding names: {shown(error)}"
                raise AnswerError([Misfit("", message)]) from None
            if text or not data:
                return text.encode()


def _counting(blocks: "Iterable[Block | Rows]", advance: Callable[[int], None]) -> "Iterator[Block | Rows]":
    from triage.batch.blocks import Block

    for block in blocks:
        yield block
        advance(len(block.data) if isinstance(block, Block) else block.batch.num_rows)


@contextmanager
def _progress(table: str, style: str) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    size = os.path.getsize(table) if os.path.isfile(table) and style != "parquet" else None
    with Progress(console=Console(file=sys.stderr), transient=True) as progress:
        bar = progress.add_task("Rows", total=size)
        yield lambda count: progress.advance(bar, count)


def _unwritable(error: OSError) -> click.UsageError:
    return click.UsageError(f"the result cannot be written: {error.strerror or error}")
