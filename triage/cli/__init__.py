"""The command line: the only place that prints. Commands import what they need when they run."""

import gc
import io
import os
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import NoReturn, cast

import click

from triage import __version__
from triage.cli.streams import let_go, stand_in

DEFAULT_PACK = "liver_calcification"
INTERRUPTED = 130
CANNOT_WRITE = 2
LONGEST_LINE = 450


# Each command stands in a module of its name, which is imported when the command is used.
COMMANDS = {
    "run": "Start the interview, or hold given answers against the rules.",
    "batch": "Hold every row of a table against the rules.",
    "replay": "Print the summary of a recorded session as the run printed it.",
    "explain": "Say exactly how a summary came about.",
    "show": "List what a pack contains, or print a form to review it.",
    "check": "Report every problem of a pack, each with its place.",
    "test": "Say what the worked cases of a pack would not notice.",
    "diff": "Say exactly what two versions of a pack tell people otherwise.",
    "schema": "Print the JSON Schema of an assessment or of a pack.",
    "fhir": "Print the questions for software that speaks FHIR.",
}


class Commands(MutableMapping[str, click.Command]):
    """The commands by name, each imported when it is looked up."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in COMMANDS:
            raise KeyError(name)
        return cast(click.Command, getattr(import_module(f"triage.cli.{name}"), name))

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __setitem__(self, name: str, command: click.Command) -> NoReturn:
        raise TypeError("the commands stand in COMMANDS")

    def __delitem__(self, name: str) -> NoReturn:
        raise TypeError("the commands stand in COMMANDS")


class Program(click.Group):
    """`triage` alone starts the interview; so does `triage` followed by an option of `triage run`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` in front of arguments that name no command."""
        own = {"--help", "-h", "--version"}
        bare = not args or (args[0].startswith("-") and args[0] not in own)
        if bare and not ctx.resilient_parsing:
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's, with the nearest command for a misspelt one."""
        if self.get_command(ctx, args[0]) is None:
            from triage.errors import did_you_mean, shown

            hint = did_you_mean(args[0], self.list_commands(ctx))
            raise click.UsageError(f"there is no command '{shown(args[0])}' ({hint})", ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which people need them."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands in one line each, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Program, commands=Commands(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="triage", message="%(prog)s %(version)s")
def program() -> None:
    """How soon to see a doctor about a finding, and why.

    Without a command, starts the interview about calcification in the liver. It prepares a visit
    to a doctor; it is not a diagnosis. Nothing leaves this machine.

    \b
    triage                                    start the interview
    triage run --age 63 --hepatitis b         give answers on the command line
    triage run --answers FILE --format json   give answers in a file
    triage run --save FILE                    keep the answers; --resume FILE goes on with them
    triage run --help                         every question that can be answered
    """


def main(args: list[str] | None = None) -> NoReturn:
    """Run the program and leave with its exit code.

    0 done, 1 a fault of the program, 2 usage, 3 pack invalid or check failed, 4 interview
    incomplete, 130 interrupted.
    """
    code = _run(args)
    gc.freeze()  # what is left is given back to the system as a whole, not taken apart piece by piece
    sys.exit(code)


def _run(args: list[str] | None) -> int:
    stand_in()
    # Nearly all that a run creates stays in use to its end; looking through it often finds nothing.
    gc.set_threshold(100_000)
    _without_plugins()
    try:
        return _code(args)
    except BrokenPipeError:
        let_go()
        return 0
    except OSError as error:
        with suppress(OSError):
            click.echo(f"Error: cannot write to standard output: {error.strerror}", err=True)
        let_go()
        return CANNOT_WRITE


def _without_plugins() -> None:
    """No plugin of another package takes part in reading a pack; looking for some costs a tenth of a run."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Even to find out that none is wanted, the module that looks for them imports mail and archives.
    nobody = ModuleType("pydantic.plugin._loader")
    vars(nobody)["get_plugins"] = tuple
    sys.modules.setdefault(nobody.__name__, nobody)


def _code(args: list[str] | None) -> int:
    """Run, and return the exit code. Raises :class:`OSError` when nothing more can be printed."""
    try:
        result = program.main(args, prog_name="triage", standalone_mode=False)
        sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nInterrupted. Nothing was saved.", err=True)
        return INTERRUPTED
    except Exception as error:  # the one place where what went wrong becomes a message and a code
        # A file that is opened has a name; only the streams, open from the start, have none.
        if isinstance(error, OSError) and error.errno is not None and error.filename is None:
            raise
        return _went_wrong(error)
    return result if isinstance(result, int) else 0


def _went_wrong(error: Exception) -> int:
    from triage.errors import AnswerError, MissingExtra, PackError, shown

    if isinstance(error, click.ClickException):
        told = io.StringIO()
        error.show(file=told)
        click.echo("\n".join(shown(line, LONGEST_LINE) for line in told.getvalue().splitlines()), err=True)
        return error.exit_code
    if isinstance(error, PackError):
        click.echo(str(error), err=True)
        return 3
    if isinstance(error, AnswerError | MissingExtra):
        click.echo(f"Error: {error}", err=True)
        return 2
    return _our_fault(error)


def _our_fault(error: Exception) -> int:
    import traceback

    click.echo(f"This is a fault in triage, not in your answers: {type(error).__name__}: {error}", err=True)
    if os.environ.get("TRIAGE_DEBUG"):
        traceback.print_exception(error)
    else:
        click.echo(
            "Please report it, with what `TRIAGE_DEBUG=1 triage …` prints. Leave your answers out.", err=True
        )
    return 1


__all__ = ["COMMANDS", "DEFAULT_PACK", "main", "program"]
