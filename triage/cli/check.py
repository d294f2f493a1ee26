"""`triage check`: every problem of a pack in one run."""

import click


@click.command()
@click.argument("path", required=False)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(path: str | None, style: str) -> int:
    """Report every problem of a pack, each with its place.

    PATH is a folder or the name of a pack that comes with the program. Leaves with 3 if there are
    errors; warnings alone do not fail.
    """
    import json
    from pathlib import Path

    from triage.cli import DEFAULT_PACK
    from triage.errors import first_of
    from triage.loading import find_pack, is_folder
    from triage.verify.check import check_pack

    name = path or DEFAULT_PACK
    folder = Path(name) if is_folder(Path(name)) else find_pack(name)
    report = check_pack(folder)
    failed = any(issue.severity == "error" for issue in report.issues)
    if style == "json":
        issues = [
            {"code": issue.code, "severity": issue.severity, "message": issue.message, "hint": issue.hint,
             "path": issue.where.path, "line": issue.where.line, "column": issue.where.column}
            for issue in report.issues
        ]  # fmt: skip
        click.echo(json.dumps({"ok": not failed, "counts": report.counts, "issues": issues}, indent=2))
        return 3 if failed else 0
    for line in first_of("\n".join(issue.lines()) for issue in report.issues):
        click.echo(line)
    click.echo(report.summary(), err=failed)
    return 3 if failed else 0
