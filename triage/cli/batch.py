"""`triage batch`: a table of answers in, a table of results out."""

from pathlib import PurePath
from typing import TYPE_CHECKING, cast

import click

from triage.cli import arrow
from triage.errors import shown

if TYPE_CHECKING:
    from triage.batch.work import Format

FORMATS = click.Choice(["csv", "jsonl", "parquet"])
SUFFIXES = {"csv": "csv", "tsv": "csv", "txt": "csv", "jsonl": "jsonl", "ndjson": "jsonl", "json": "jsonl"}
SUFFIXES |= {"parquet": "parquet", "pq": "parquet"}
STRICT = 3


def _separator(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    value = {"\\t": "\t", "tab": "\t"}.get(value or "", value)
    if value is not None and (len(value) != 1 or value in '"\r\n'):
        raise click.BadParameter("one character; tab for a tab")
    return value


def _pairs(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for value in values:
        name, sign, question = value.rpartition("=")
        if not sign or not name or not question:
            raise click.BadParameter(f"'{value}' is not NAME=QUESTION, such as alter=age")
        found[name.strip()] = question.strip()
    return found


@click.command()
@click.argument("table", metavar="FILE")
@click.option(
    "--pack", "pack_name", metavar="PACK", help="The pack: one that comes with the program, or a folder."
)
@click.option("--output", metavar="FILE", default="-", help="Where the result goes; - for standard output.")
@click.option(
    "--rejects", metavar="FILE", help="Where rows go that cannot be used: line, keys, column, reason."
)
@click.option("--input-format", type=FORMATS, help="What FILE is, if its name does not say so.")
@click.option(
    "--format", "output_format", type=FORMATS, help="How the result is written, if its name does not say so."
)
@click.option(
    "--key", "keys", metavar="COLUMN", multiple=True, help="A column that names the row; it is carried along."
)
@click.option(
    "--column",
    "columns",
    metavar="COLUMN=QUESTION",
    multiple=True,
    callback=_pairs,
    help="Which question, or item, a column answers.",
)
@click.option(
    "--closed", metavar="QUESTION", multiple=True, help="In a list of this question what is not named is no."
)
@click.option("--ignore", "ignored", metavar="COLUMN", multiple=True, help="A column to pass over.")
@click.option("--ignore-others", is_flag=True, help="Pass over every column that answers no question.")
@click.option(
    "--separator",
    metavar="CHAR",
    default=";",
    callback=_separator,
    help="What stands between several things in a cell.  [default: ;]",
)
@click.option(
    "--delimiter",
    metavar="CHAR",
    callback=_separator,
    help="What stands between cells, if the header does not say so.",
)
@click.option("--encoding", metavar="NAME", help="The encoding of FILE, if it is not UTF-8.")
@click.option("--fields", metavar="NAME,NAME", help="What the result says; see `triage batch --help`.")
@click.option("--explain", is_flag=True, help="Add the reasons to the result. Much slower.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 64),
    help="How many processors are used.  [default: all]",
)
@click.option("--strict", is_flag=True, help="Leave with 3 if a row was rejected.")
@click.option("--force", is_flag=True, help="Let --output and --rejects replace a file.")
def batch(table: str, pack_name: str | None, output: str, rejects: str | None, input_format: str | None,
          output_format: str | None, keys: tuple[str, ...], columns: dict[str, str], closed: tuple[str, ...],
          ignored: tuple[str, ...], ignore_others: bool, separator: str, delimiter: str | None,
          encoding: str | None, fields: str | None, explain: bool, jobs: int | None, strict: bool,
          force: bool) -> int:  # fmt: skip
    """Hold every row of a table against the rules.

    FILE is CSV or JSON Lines, - for standard input. A column is called after the question it answers, or
    after an item of a question of several; an empty cell is not known, never no. A row that cannot be used
    is rejected and the others go on. The result has what `triage run` would say, row by row.

    \b
    triage batch list.csv --key id --output triaged.csv
    triage batch list.csv --key id --column alter=age --rejects bad.csv --output triaged.jsonl

    What the result may say: status, level, could_reach, headline, red_flags, causes, open, and only if
    they are named, support (a column for each cause) and reasons.
    """
    from triage.batch.columns import Options, check_options
    from triage.batch.fields import USUAL, chosen
    from triage.batch.work import Task
    from triage.cli import DEFAULT_PACK
    from triage.cli.batch_run import Files, Run
    from triage.loading import find_pack, load_pack

    wanted = chosen([name.strip() for name in fields.split(",")] if fields is not None else USUAL)
    if explain:
        wanted = chosen((*wanted, "reasons"))
    options = Options(
        columns, tuple(dict.fromkeys(keys)), frozenset(closed), frozenset(ignored), ignore_others, separator
    )
    pack = load_pack(find_pack(pack_name or DEFAULT_PACK))
    check_options(pack, options, wanted)
    reading, writing = _format(table, input_format), _format(output, output_format)
    task = Task(pack, options, wanted, reading, writing, fast=_extra("parquet" in (reading, writing)))
    rejected = Run(task, Files(table, output, rejects, force, encoding, delimiter), jobs).hold()
    return STRICT if rejected and strict else 0


def _extra(needed: bool) -> bool:
    """Whether the packages of the extra are there. Refuses to go on without them where they are needed."""
    try:
        arrow.begin()
    except ImportError:
        if needed:
            raise click.UsageError("Parquet needs more packages: pip install 'triage[batch]'") from None
        return False
    return True


def _format(name: str, given: str | None) -> "Format":
    """The format that is given, or that the end of the name says; CSV for what has none."""
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    found = given or SUFFIXES.get(suffix)
    if found is None and suffix:
        raise click.UsageError(
            f"'{shown(name)}': what is a '.{shown(suffix)}' file? Say it with --input-format or --format"
        )
    return cast("Format", found or "csv")
