"""`triage diff`: what two versions of a pack say differently, for how many people and for whom."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from triage.loading import Reading
    from triage.pack import Leave
    from triage.source import Source
    from triage.verify.difference import Change, Comparison


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--waivers", "file", metavar="FILE", help="What may be lowered, for whom, and why.")
def diff(old: str, new: str, style: str, file: str | None) -> int:
    """Say exactly what the pack NEW tells people otherwise than OLD does.

    Both are folders, or names of packs that come with the program. Leaves with 3 if a level, or what can
    be reached, is lowered for anybody without leave. Needs the extra triage[verify].
    """
    import json

    from triage.cli.outcomes import Outcomes
    from triage.verify.difference import Comparison

    readings = _read(old), _read(new)
    before, after = (reading.pack for reading in readings)
    assert before is not None
    assert after is not None
    source, leaves = _leaves(file, readings[0], after.about.version)
    comparison = Comparison(before, after, leaves)
    changes, whole = _changes(comparison)
    found = Outcomes(comparison, changes, whole, source)
    click.echo(json.dumps(found.data(), indent=2, ensure_ascii=False) if style == "json" else found.text())
    if not whole:
        return 130
    return 3 if found.lowered else 0


def _read(name: str) -> "Reading":
    from pathlib import Path

    from triage.errors import PackError
    from triage.loading import find_pack, is_folder, read_pack

    reading = read_pack(Path(name) if is_folder(Path(name)) else find_pack(name))
    if reading.pack is None:
        raise PackError(reading.issues)
    return reading


def _leaves(file: str | None, old: "Reading", new: str) -> "tuple[Source | None, tuple[Leave, ...]]":
    """The waivers in a file, which must be for these versions; conditions name what the old pack asks."""
    from pathlib import Path

    from triage.errors import PackError
    from triage.loading import validated, vocabulary
    from triage.pack import RANK, WaiverFile
    from triage.source import read

    if file is None:
        return None, ()
    source = read(Path(file))
    found, issues = validated(WaiverFile, source, vocabulary(old.files))
    if found is None:
        raise PackError(issues)
    assert old.pack is not None
    for name, said, there in (("old", found.old, old.pack.about.version), ("new", found.new, new)):
        if said != there:
            raise click.UsageError(f"--waivers: {source.place((name,))}: '{name}' is {said}, not {there}")
    for number, leave in enumerate(found.waivers):
        if RANK[leave.after] >= RANK[leave.before]:
            place = source.place(("waivers", number))
            raise click.UsageError(f"--waivers: {place}: {leave.before} to {leave.after} lowers nothing")
    return source, found.waivers


def _changes(comparison: "Comparison") -> "tuple[list[Change], bool]":
    """The changes, and whether these are all; Ctrl-C ends it with those known by then."""
    from triage.cli.progress import followed

    found: list[Change] = []
    try:
        for change in followed(comparison.changes(), "Comparing", None):
            found.append(change)
    except KeyboardInterrupt:
        click.echo(err=True)
        return found, False
    return found, True
