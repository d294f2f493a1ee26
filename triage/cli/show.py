"""`triage show`: what a pack contains."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from triage.pack import Pack


@click.command()
@click.argument("pack", required=False)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(pack: str | None, style: str) -> None:
    """List the questions, causes, red flags and source statements of a pack.

    PACK is the name of a pack that comes with the program, or a folder.
    """
    import json

    from triage.cli import DEFAULT_PACK
    from triage.loading import find_pack, load_pack

    content = describe_pack(load_pack(find_pack(pack or DEFAULT_PACK)))
    if style == "json":
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(content)))


def describe_pack(pack: "Pack") -> dict[str, Any]:
    """The pack as plain data: questions, causes, red flags and statements."""
    used = {name for _, _, cited in _citations(pack) for name in cited.sources}
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
                "id": statement.id,
                "document": statement.document,
                "says": statement.says,
                "status": "used" if statement.id in used else "withheld",
                "reason": statement.withheld,
            }
            for statement in pack.statements
        ],
    }


def _citations(pack: "Pack") -> Any:
    from triage.wellformed import citations

    return citations(pack)


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
    return lines
