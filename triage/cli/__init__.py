"""The command line: the only place that prints. Commands import what they need when they run."""

import gc
import io
import os
import sys
from typing import NoReturn

import click

from triage import __version__
from triage.cli.check import check
from triage.cli.explain import explain
from triage.cli.replay import replay
from triage.cli.run import RunCommand, run
from triage.cli.schema import schema
from triage.cli.show import show

DEFAULT_PACK = "liver_calcification"
INTERRUPTED = 130
LONGEST_LINE = 450


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


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
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


for command in (run, replay, explain, show, check, schema):
    program.add_command(command)


def main(args: list[str] | None = None) -> NoReturn:
    """Run the program and leave with its exit code.

    0 done, 1 a fault of the program, 2 usage, 3 pack invalid or check failed, 4 interview
    incomplete, 130 interrupted.
    """
    sys.exit(_run(args))


def _run(args: list[str] | None) -> int:
    from triage.errors import AnswerError, PackError, shown

    # Nearly all that a run creates stays in use to its end; looking through it often finds nothing.
    gc.set_threshold(100_000)
    # No plugin of another package takes part in reading a pack; looking for some costs a tenth of a run.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        result = program.main(args, prog_name="triage", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        told = io.StringIO()
        error.show(file=told)
        click.echo("\n".join(shown(line, LONGEST_LINE) for line in told.getvalue().splitlines()), err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nInterrupted. Nothing was saved.", err=True)
        return INTERRUPTED
    except PackError as error:
        click.echo(str(error), err=True)
        return 3
    except AnswerError as error:
        click.echo(f"Error: {error}", err=True)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # the one place where a fault of the program becomes a message
        return _our_fault(error)
    return result if isinstance(result, int) else 0


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


__all__ = ["DEFAULT_PACK", "RunCommand", "main", "program"]
