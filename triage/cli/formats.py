"""The table of `--format`: how each format is written from a pack and an assessment."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from triage.assessment import Assessment
    from triage.pack import Pack


class Told(NamedTuple):
    """What is written down, and with what; ``today`` is for formats that cannot be without a date."""

    pack: "Pack"
    assessment: "Assessment"
    today: str
    fonts: tuple[str, ...] = ()


class Format(NamedTuple):
    """How a format is written.

    ``dated``: it is printed and carried, so it bears today's date unless it is told another. ``binary``:
    it is nothing for a screen. ``needs`` raises a usage error if the format cannot be written here.
    """

    write: Callable[[Told], str | bytes]
    dated: bool = False
    binary: bool = False
    needs: Callable[[tuple[str, ...]], None] = lambda fonts: None


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


def _pdf(told: Told) -> bytes:
    """The PDF; a text that no font can show is a usage error, and the summary is printed as text."""
    from triage.report.pdf import MissingGlyphError, to_pdf
    from triage.report.summary import summary

    try:
        return to_pdf(summary(told.pack, told.assessment, paper=True), told.fonts)
    except MissingGlyphError as error:
        click.echo(_text(told), nl=False)
        raise click.UsageError(
            f"--format pdf: no font has a glyph for {error}; name a folder with a font that has it by "
            "--font-path; the summary is above, as text"
        ) from None


def _pdf_needs(fonts: tuple[str, ...]) -> None:
    """The extra is installed, each folder of fonts holds one."""
    try:
        from triage.report.pdf import holds_fonts
    except ModuleNotFoundError as error:
        if error.name != "typst":
            raise
        raise click.UsageError(
            "--format pdf needs the package typst: install triage with the extra [pdf], as in "
            "`pip install 'triage[pdf]'`; --format html can be printed without it"
        ) from None
    for folder in fonts:
        if not holds_fonts(folder):
            raise click.UsageError(f"--font-path: there is no font in '{folder}' (TTF, OTF, TTC or OTC)")


def _json(told: Told) -> str:
    return told.assessment.model_dump_json(by_alias=True, indent=2) + "\n"


def _fhir(told: Told) -> str:
    import json

    from triage import __version__
    from triage.fhir.bundle import document

    date = told.assessment.date or told.today
    made = document(told.pack, told.assessment, date=date, program=__version__)
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


FORMATS: Mapping[str, Format] = {
    "text": Format(_text),
    "markdown": Format(_markdown),
    "html": Format(_html, dated=True),
    "pdf": Format(_pdf, dated=True, binary=True, needs=_pdf_needs),
    "json": Format(_json),
    "fhir": Format(_fhir),
}

STYLE = click.option(
    "--format",
    "style",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="How the summary is written.",
)
FONTS = click.option(
    "--font-path",
    "fonts",
    metavar="FOLDER",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    help="With --format pdf: where more fonts are. Can be given again.",
)


def ready(style: str, output: str | None, fonts: tuple[str, ...]) -> None:
    """Refuse a format that cannot be written here, before anybody has answered anything."""
    if fonts and style != "pdf":
        raise click.UsageError("--font-path goes with --format pdf")
    FORMATS[style].needs(fonts)
    if FORMATS[style].binary and not output and sys.stdout.isatty():
        raise click.UsageError(f"--format {style} is not for a screen; name a file with --output")
