"""`triage replay`: the summary of a recorded session again, from its events alone."""

import sys
from typing import TYPE_CHECKING

import click

from triage.cli.formats import FONTS, STYLE, Told, ready
from triage.cli.run import INCOMPLETE

if TYPE_CHECKING:
    from triage.answers import Answers
    from triage.pack import Pack
    from triage.session import Recording


@click.command()
@click.argument("session", metavar="FILE")
@click.option("--pack", "name", metavar="PACK", help="The pack, if it does not come with the program.")
@STYLE
@FONTS
@click.option("--output", metavar="FILE", help="Write the summary to a file that only you can read.")
@click.option("--force", is_flag=True, help="Let --output replace a file.")
def replay(
    session: str, name: str | None, style: str, fonts: tuple[str, ...], output: str | None, force: bool
) -> int:
    """Print the summary of a recorded session as the run printed it.

    FILE is what `triage run --save` wrote. Leaves with 3 if the rules are not those of the session, and
    with 4 if the session did not come to its end.
    """
    from triage.assess import assess
    from triage.cli.files import prepare
    from triage.cli.resume import RulesDifferError, check_rules, torn_line
    from triage.cli.run import apart, write_summary
    from triage.cli.screen import Screen
    from triage.interview import next_step
    from triage.session import fold
    from triage.view import View

    ready(style, output, fonts)
    apart(session, output)
    if output is not None:
        prepare(output, force)
    recording = _read(session)
    pack = _pack(recording, name, session)
    if not check_rules(pack, recording, session):
        raise RulesDifferError(_differ(recording, pack, session))
    screen = Screen(sys.stderr)
    torn_line(screen, recording, session)
    state = fold(pack, recording.events)
    over = recording.ended in ("finished", "stopped")
    if not over and next_step(pack, state.answers, state.clarified) is not None:
        from triage.cli.banner import so_far
        from triage.cli.prompts import show_unanswered

        screen.document((so_far(pack, View(pack, state.answers)),))
        screen.line("This session did not come to its end. Nothing was assumed.", style="bold")
        show_unanswered(screen, View(pack, state.answers))
        return INCOMPLETE
    assessment = assess(pack, state.answers, date=recording.header.date)
    write_summary(Told(pack, assessment, recording.header.date, fonts), style, output, force, plain=False)
    return 0


def recorded(session: str, name: str | None) -> "tuple[Pack, Answers]":
    """The pack of a recorded session and the answers it came to. Refuses one of other rules."""
    from triage.cli.resume import RulesDifferError, check_rules
    from triage.session import fold

    recording = _read(session)
    pack = _pack(recording, name, session)
    if not check_rules(pack, recording, session):
        raise RulesDifferError(_differ(recording, pack, session))
    return pack, fold(pack, recording.events).answers


def _read(session: str) -> "Recording":
    from pathlib import Path

    from triage.cli.recorder import SessionFileError
    from triage.session import SessionError, read

    try:
        return read(Path(session))
    except SessionError as error:
        raise SessionFileError(str(error)) from None
    except OSError as error:
        raise SessionFileError(f"cannot read '{session}': {error.strerror or error}") from None


def _pack(recording: "Recording", name: str | None, session: str) -> "Pack":
    """The pack that is named, or the one that comes with the program and has the session's id."""
    from triage.cli.recorder import SessionFileError
    from triage.loading import find_pack, load_pack, packs

    wanted = recording.rules.pack
    if name is None and wanted not in {folder.name for folder in packs()}:
        raise SessionFileError(
            f"{session}: the pack '{wanted}' does not come with the program; name its folder with --pack"
        )
    return load_pack(find_pack(name or wanted))


def _differ(recording: "Recording", pack: "Pack", session: str) -> str:
    rules = recording.rules
    return (
        f"'{session}' was recorded with version {rules.version} of the rules (digest {rules.digest[:16]}); "
        f"these are version {pack.about.version} (digest {pack.digest[:16]}), so it cannot be replayed"
    )
