"""`triage check`: every problem of a pack in one run; with `--prove`, over every answer set there can be."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from triage.errors import Issue


@click.command()
@click.argument("path", required=False)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--prove", "proof", is_flag=True, help="Decide the theorems for all answers there can be.")
@click.option("--report", metavar="FILE", help="With --prove: write the whole proof as JSON.")
@click.option(
    "--examples", metavar="FOLDER", help="With --prove: write each counterexample as an answers file."
)
def check(path: str | None, style: str, proof: bool, report: str | None, examples: str | None) -> int:
    """Report every problem of a pack, each with its place.

    PATH is a folder or the name of a pack that comes with the program. Leaves with 3 if there are
    errors, or if a theorem fails or could not be proven; warnings alone do not fail. --prove needs the
    extra triage[verify].
    """
    from triage.cli import DEFAULT_PACK
    from triage.loading import find_pack, is_folder
    from triage.verify.check import check_pack

    if (report is not None or examples is not None) and not proof:
        raise click.UsageError("--report and --examples go with --prove")
    name = path or DEFAULT_PACK
    folder = Path(name) if is_folder(Path(name)) else find_pack(name)
    found = check_pack(folder)
    failed = any(issue.severity == "error" for issue in found.issues)
    if style == "json":
        data: dict[str, object] = {"ok": not failed, "counts": found.counts, "issues": _data(found.issues)}
    else:
        data = {}
        _print(found.issues)
        click.echo(found.summary(), err=failed)
    if proof and not failed:
        from triage.cli.proving import proven

        holds, told = proven(folder, style == "text", report, examples)
        data |= {"ok": holds, "proof": told}
        failed = not holds
    elif proof:
        click.echo("Nothing is proven, and no file is written: the errors come first.", err=True)
    if style == "json":
        click.echo(json.dumps(data, indent=2))
    return 3 if failed else 0


def _print(issues: "Iterable[Issue]") -> None:
    from triage.errors import first_of

    for line in first_of("\n".join(issue.lines()) for issue in issues):
        click.echo(line)


def _data(issues: "Iterable[Issue]") -> list[dict[str, object]]:
    return [
        {"code": issue.code, "severity": issue.severity, "message": issue.message, "hint": issue.hint,
         "path": issue.where.path, "line": issue.where.line, "column": issue.where.column}
        for issue in issues
    ]  # fmt: skip
