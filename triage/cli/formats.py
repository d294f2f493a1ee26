"""What `--format` can be: each format, and how it is written from a pack and an assessment."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from triage.assessment import Assessment
    from triage.pack import Pack


class Told(NamedTuple):
    """What a format writes down; ``today`` is for formats that cannot be without a date."""

    pack: "Pack"
    assessment: "Assessment"
    today: str


def _text(told: Told) -> str:
    from triage.report.summary import summary
    from triage.report.text import to_text

    return to_text(summary(told.pack, told.assessment))


def _markdown(told: Told) -> str:
    from triage.report.markdown import to_markdown
    from triage.report.summary import summary

    return to_markdown(summary(told.pack, told.assessment))


def _html(told: Told) -> str:
    from triage.report.html import to_html
    from triage.report.summary import summary

    return to_html(summary(told.pack, told.assessment, paper=True))


def _json(told: Told) -> str:
    return told.assessment.model_dump_json(by_alias=True, indent=2) + "\n"


def _fhir(told: Told) -> str:
    import json

    from triage import __version__
    from triage.fhir.bundle import document

    date = told.assessment.date or told.today
    made = document(told.pack, told.assessment, date=date, program=__version__)
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


FORMATS: Mapping[str, Callable[[Told], str | bytes]] = {
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "json": _json,
    "fhir": _fhir,
}
PAPER = ("html",)  # what is printed and carried: it always bears a date
