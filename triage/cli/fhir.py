"""`triage fhir`: what other health software reads."""

import click

from triage.cli import DEFAULT_PACK


@click.group()
def fhir() -> None:
    """Write the questions of a pack for software that speaks FHIR R4.

    A summary as a FHIR document is `triage run --format fhir`; answers from such software go in with
    `triage run --answers FILE`.
    """


@fhir.command()
@click.argument("pack", default=DEFAULT_PACK)
def questionnaire(pack: str) -> None:
    """Print the questions as a FHIR R4 Questionnaire.

    PACK is the name of a pack that comes with the program, or a folder; without it, the pack about
    calcification in the liver.
    """
    import json

    from triage.fhir.gates import TooLong
    from triage.fhir.questionnaire import questionnaire as made
    from triage.loading import find_pack, load_pack

    try:
        form = made(load_pack(find_pack(pack)))
    except TooLong as error:
        raise click.UsageError(
            f"the pack cannot be told in FHIR: {error}; ask for less in `only_if`"
        ) from None
    click.echo(json.dumps(form, indent=2, ensure_ascii=False))
