"""The PDF: tagged, the same bytes for the same input, its essentials on one page, and every glyph there."""

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pypdf import PdfReader

from tests.cli.command import run
from tests.conftest import ROOT, SMALL
from tests.paper import ALWAYS_THERE, DATE, FIRST_PAGE, person
from tests.test_golden import PEOPLE
from triage.report.document import Bullets, Heading, PageBreak, Paragraph
from triage.report.pdf import MissingGlyphError, to_pdf

LIVER_CHARACTER = "\N{CJK UNIFIED IDEOGRAPH-809D}"
SAID = ("run", str(SMALL), "--age", "63", "--alarm", "fever", "--no-input", "--format", "pdf", "--date", DATE)
each_person = pytest.mark.parametrize("name", PEOPLE)


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def squeezed(text: str) -> str:
    """A text without its spaces, which a PDF does not keep as they were."""
    return re.sub(r"\s+", "", text)


@each_person
def test_it_is_tagged_and_says_its_title_language_and_standard(name: str) -> None:
    found = read(to_pdf(person(name)))
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert found.metadata is not None
    assert found.metadata.title == person(name)[0].text  # type: ignore[union-attr]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


@each_person
def test_the_essentials_are_page_one_and_the_rest_begins_on_page_two(name: str) -> None:
    document = person(name)
    cut = document.index(PageBreak())
    first, second, *_ = [squeezed(page.extract_text()) for page in read(to_pdf(document)).pages]
    titles = [block.text for block in document[:cut] if isinstance(block, Heading) and block.level == 2]
    for title in (*titles, "For the doctor's notes", f"Date: {DATE}"):
        assert squeezed(title) in first, title
    assert {*titles, "For the doctor's notes"} >= ALWAYS_THERE
    assert set(titles) <= set(FIRST_PAGE)
    following = document[cut + 1]
    assert isinstance(following, Heading)
    assert second.startswith(squeezed(following.text))


@each_person
def test_everything_that_is_said_stands_in_it(name: str) -> None:
    document = person(name)
    whole = squeezed("".join(page.extract_text() for page in read(to_pdf(document)).pages))
    whole = re.sub(r"Summary:[A-Za-z]+\d/\d", "", whole)  # the foot of a page may stand within a paragraph
    told = [
        text
        for block in document
        if isinstance(block, Heading | Paragraph | Bullets)
        for text in (block.points if isinstance(block, Bullets) else (block.text,))
    ]
    assert [text for text in told if squeezed(text) not in whole] == []


def test_equal_input_gives_equal_bytes_in_another_process_too() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-m", "triage", *SAID], cwd=ROOT, capture_output=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert runs[0].startswith(b"%PDF-")


def test_no_text_is_taken_for_the_language_of_the_layout() -> None:
    said = '#panic("x") *b* _i_ $x^2$ <label> @ref // = #import "y" \\u{41} `raw` [S1]'
    found = read(to_pdf((Heading(1, said), Paragraph(said), Bullets((said,)))))
    assert found.pages[0].extract_text().count(said) == 4  # and in the foot of the page


# --- glyphs ---------------------------------------------------------------------------------------


def chinese(folder: Path) -> Path:
    """The small pack with a character in its title that the built-in fonts do not have."""
    pack = folder / "chinese"
    shutil.copytree(SMALL, pack)
    about = pack / "pack.yaml"
    about.write_text(about.read_text().replace("A small pack", f"{LIVER_CHARACTER} A small pack", 1))
    return pack


def font(folder: Path, *characters: str) -> Path:
    """A folder with a font that shows each of these characters as a box."""
    pen = TTGlyphPen(None)
    for step, point in enumerate([(100, 0), (100, 700), (900, 700), (900, 0)]):
        (pen.lineTo if step else pen.moveTo)(point)
    pen.closePath()
    box = pen.glyph()
    names = [".notdef", *(f"uni{ord(char):04X}" for char in characters)]
    builder = FontBuilder(1000)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(char): name for char, name in zip(characters, names[1:], strict=True)})
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular", "psName": "Boxes-Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    builder.setupPost()
    fonts = folder / "fonts"
    fonts.mkdir()
    builder.save(fonts / "boxes.ttf")
    return fonts


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (LIVER_CHARACTER, f"'{LIVER_CHARACTER}' (U+809D CJK UNIFIED IDEOGRAPH-809D)"),
        ("\N{GRINNING FACE}", "'\N{GRINNING FACE}' (U+1F600 GRINNING FACE)"),
    ],
)
def test_a_glyph_that_no_font_has_is_named(text: str, named: str) -> None:
    with pytest.raises(MissingGlyphError) as error:
        to_pdf((Heading(1, "Title"), Paragraph(f"before {text} after")))
    assert error.value.args == (named,)


def test_a_missing_glyph_is_a_usage_error_and_the_summary_comes_as_text(tmp_path: Path) -> None:
    file = tmp_path / "summary.pdf"
    done = run("run", str(chinese(tmp_path)), *SAID[2:], "--output", str(file))
    assert done.code == 2
    assert f"no font has a glyph for '{LIVER_CHARACTER}' (U+809D CJK UNIFIED IDEOGRAPH-809D)" in done.err
    assert "--font-path" in done.err
    assert "Traceback" not in done.err
    assert done.out.startswith(f"SUMMARY: {LIVER_CHARACTER}")
    assert not file.exists()


def test_a_font_that_has_the_glyph_is_used_where_it_is_named(tmp_path: Path) -> None:
    fonts = font(tmp_path, LIVER_CHARACTER)
    file = tmp_path / "summary.pdf"
    done = run("run", str(chinese(tmp_path)), *SAID[2:], "--output", str(file), "--font-path", str(fonts))
    assert (done.code, done.out) == (0, "")
    assert f"Summary: {LIVER_CHARACTER} A small pack" in read(file.read_bytes()).pages[0].extract_text()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--format", "pdf", "--font-path", "EMPTY"], "there is no font in 'EMPTY' (TTF, OTF, TTC or OTC)"),
        (["--format", "pdf", "--font-path", "EMPTY/nowhere"], "'EMPTY/nowhere' does not exist"),
        (["--format", "html", "--font-path", "EMPTY"], "--font-path goes with --format pdf"),
    ],
)
def test_a_folder_of_fonts_that_is_none_is_refused(tmp_path: Path, flags: list[str], said: str) -> None:
    named = [flag.replace("EMPTY", str(tmp_path)) for flag in flags]
    done = run("run", str(SMALL), "--age", "40", "--no-input", *named)
    assert (done.code, done.out) == (2, "")
    assert said.replace("EMPTY", str(tmp_path)) in done.err


# --- where it goes --------------------------------------------------------------------------------


def test_without_the_extra_it_says_what_to_install_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    monkeypatch.delitem(sys.modules, "triage.report.pdf")
    done = run("run", str(SMALL), "--format", "pdf", stdin="none\n")
    assert (done.code, done.out) == (2, "")
    assert "--format pdf needs the package typst: install triage with the extra [pdf]" in done.err
    assert "Do you have" not in done.err


def test_it_is_not_thrown_at_a_screen() -> None:
    child = pexpect.spawn(
        sys.executable, ["-m", "triage", *SAID], cwd=str(ROOT), encoding="utf-8", timeout=60
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    assert "--format pdf is not for a screen; name a file with --output" in str(child.before)


def test_a_recorded_session_gives_the_pdf_of_its_day(tmp_path: Path) -> None:
    session, first, second = (str(tmp_path / name) for name in ("s.jsonl", "first.pdf", "second.pdf"))
    assert run(*SAID, "--save", session, "--output", first).code == 0
    assert run("replay", session, "--pack", str(SMALL), "--format", "pdf", "--output", second).code == 0
    assert Path(first).read_bytes() == Path(second).read_bytes()
    assert f"Date: {DATE}" in read(Path(first).read_bytes()).pages[0].extract_text()
