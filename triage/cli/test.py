"""`triage test`: a pack's worked cases, what they show, and which faults they would let pass."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from triage.pack import Case, Pack
    from triage.verify.trial import Judged


@click.command()
@click.argument("path", required=False)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--mutate", is_flag=True, help="Plant small faults in the rules: do the cases notice each of them?"
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Leave with 3 if fewer literals are shown to matter or, with --mutate, fewer faults are noticed.",
)
@click.option(
    "--people",
    metavar="FOLDER",
    help="With --mutate, write who would be told something else to files for `triage run --answers`.",
)
def test(path: str | None, style: str, mutate: bool, fail_under: float | None, people: str | None) -> int:
    """Hold a pack's worked cases against it, and say what they would not notice.

    PATH is a folder or the name of a pack that comes with the program. Leaves with 3 if a case does not
    hold, or if --fail-under says so.
    """
    import json

    from triage.errors import PackError
    from triage.loading import load_cases, read_pack
    from triage.verify.check import case_issues
    from triage.verify.coverage import coverage

    if people and not mutate:
        raise click.UsageError("--people writes what --mutate finds: add --mutate")
    folder = _folder(path)
    reading = read_pack(folder)
    if reading.pack is None:
        raise PackError(reading.issues)
    cases = load_cases(folder)
    issues = case_issues(folder, reading.pack, cases)
    if issues:
        click.echo(str(PackError(issues)))
        click.echo("Not all cases hold; what they show is told when they do.", err=True)
        return 3
    from triage.cli.findings import Findings

    findings = Findings(reading, reading.pack, cases, coverage(reading.pack, cases))
    if mutate:
        findings.faults, findings.planted = _faults(reading.pack, cases)
    click.echo(
        json.dumps(findings.data(), indent=2, ensure_ascii=False) if style == "json" else findings.text()
    )
    if people:
        findings.write_people(people)
    if findings.partial:
        return 130
    return 3 if fail_under is not None and findings.share < fail_under else 0


def _folder(path: str | None) -> "Path":
    from pathlib import Path

    from triage.cli import DEFAULT_PACK
    from triage.loading import find_pack, is_folder

    name = path or DEFAULT_PACK
    return Path(name) if is_folder(Path(name)) else find_pack(name)


def _faults(pack: "Pack", cases: "Sequence[Case]") -> "tuple[list[Judged], int]":
    """What became of each fault, and how many there are; Ctrl-C ends it with what is known by then."""
    from triage.cli.progress import followed
    from triage.verify.mutants import mutants
    from triage.verify.trial import judged

    planted = [*mutants(pack)]
    found: list[Judged] = []
    try:
        for one in followed(judged(pack, cases, planted), "Planting faults", len(planted)):
            found.append(one)  # what was found must be there when Ctrl-C comes
    except KeyboardInterrupt:
        click.echo(err=True)
    return found, len(planted)
