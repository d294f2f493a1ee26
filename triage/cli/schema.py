"""`triage schema`: the JSON Schema of an assessment or of the files of a pack."""

import click


@click.command()
@click.argument("what", type=click.Choice(["assessment", "pack"]))
def schema(what: str) -> None:
    """Print the JSON Schema of an assessment, or of each file of a pack."""
    import json

    from triage.schemas import assessment_schema, pack_schema

    made = assessment_schema() if what == "assessment" else pack_schema()
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))
