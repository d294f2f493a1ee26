"""`triage show`: what a pack contains, and the form for a clinician who reviews it."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from triage.pack import Pack


@click.command()
@click.argument("pack", required=False)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--review",
    is_flag=True,
    help="Print a form to review the rules: rule, source, agree / change / remove.",
)
@click.option("--graph", "drawn", is_flag=True, help="Print the interview as a mermaid flow diagram.")
def show(pack: str | None, style: str, review: bool, drawn: bool) -> None:
    """List the questions, causes, red flags and source statements of a pack.

    PACK is the name of a pack that comes with the program, or a folder.
    """
    import json

    from triage.cli import DEFAULT_PACK
    from triage.loading import find_pack, load_pack

    if review and style == "json":
        raise click.UsageError("--review prints a form; it does not go with --format json")
    if drawn and (review or style == "json"):
        raise click.UsageError("--graph prints a diagram; it does not go with --review or --format json")
    loaded = load_pack(find_pack(pack or DEFAULT_PACK))
    if review:
        from triage.cli.review import review_form

        click.echo("\n".join(review_form(loaded)))
    elif drawn:
        from triage.cli.graph import graph

        click.echo("\n".join(graph(loaded)))
    elif style == "json":
        click.echo(json.dumps(describe_pack(loaded), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(describe_pack(loaded))))


def describe_pack(pack: "Pack") -> dict[str, Any]:
    """The pack as plain data: questions, causes, red flags, statements, problems and conflicts."""
    from triage.provenance import carried

    used = carried(pack)
    return {
        "pack": {
            "id": pack.about.id,
            "version": pack.about.version,
            "digest": pack.digest,
            "title": pack.about.title,
        },
        "questions": [
            {
                "id": question.id,
                "kind": question.kind,
                "ask": question.ask,
                "only_if": None if question.only_if is None else str(question.only_if),
                "options": [{"id": choice.id, "label": choice.label} for choice in question.options],
                "min": question.min,
                "max": question.max,
            }
            for question in pack.questions
        ],
        "causes": [{"id": cause.id, "title": cause.title} for cause in pack.causes],
        "red_flags": [
            {"id": flag.id, "level": flag.level, "when": str(flag.when)} for flag in pack.red_flags
        ],
        "statements": [
            {
                "id": one.id,
                "document": one.document,
                "says": one.says,
                "status": "withheld" if one.withheld else "used" if one.id in used else "second voice",
                "reason": one.withheld,
            }
            for one in pack.statements
        ],
        "problems": [
            {
                "id": problem.id,
                "statements": problem.statements,
                "says": problem.says,
                "handled": problem.handled,
                "by": problem.by,
            }
            for problem in pack.problems
        ],
        "conflicts": [
            {
                "id": conflict.id,
                "about": conflict.about,
                "sides": [{"statements": side.statements, "says": side.says} for side in conflict.sides],
                "taken": conflict.taken,
            }
            for conflict in pack.conflicts
        ],
    }


def _lines(content: dict[str, Any]) -> list[str]:
    about = content["pack"]
    lines = [
        f"{about['title']} ({about['id']} {about['version']}, digest {about['digest'][:16]})",
        "",
        "Questions",
    ]
    for question in content["questions"]:
        gate = f" (only if {question['only_if']})" if question["only_if"] else ""
        lines.append(f"  {question['id']} [{question['kind']}]: {question['ask']}{gate}")
        lines += [f"      {option['id']}: {option['label']}" for option in question["options"]]
    lines += ["", "Red flags"]
    lines += [f"  {flag['id']} [{flag['level']}]: {flag['when']}" for flag in content["red_flags"]]
    lines += ["", "Causes", *(f"  {cause['id']}: {cause['title']}" for cause in content["causes"])]
    lines += ["", "Source statements"]
    for statement in content["statements"]:
        reason = f" because {statement['reason']}" if statement["reason"] else ""
        place = f"{statement['document']}, {statement['status']}{reason}"
        lines.append(f"  {statement['id']} [{place}]: {statement['says']}")
    if content["problems"]:
        lines += ["", "Problems found in the documents"]
    for problem in content["problems"]:
        lines.append(f"  {problem['id']} [{', '.join(problem['statements'])}]: {problem['says']}")
        lines.append(f"      Handled: {problem['handled']} ({', '.join(problem['by'])})")
    if content["conflicts"]:
        lines += ["", "Where the documents disagree"]
    for conflict in content["conflicts"]:
        lines.append(f"  {conflict['id']}: {conflict['about']}")
        lines += [f"      {', '.join(side['statements'])}: {side['says']}" for side in conflict["sides"]]
        lines.append(f"      Taken: {conflict['taken']}")
    return lines
