"""Programs that are not ours judge the paper: axe in a real browser, its printing, and poppler's reading of the PDF.

They come from npm (`make outside`) and Debian (Chromium, poppler-utils). What is missing is skipped; in CI it fails.
"""

import io
import json
import os
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.conftest import ROOT
from tests.paper import FIRST_PAGE, assessed, on_paper, person, varied
from tests.test_golden import PEOPLE
from triage.report.document import Chart, Document, Heading, PageBreak, Table
from triage.report.html import to_html
from triage.report.pdf import to_pdf

pytestmark = pytest.mark.slow
FOLDER = ROOT / "tests" / "browser"
PICTURES = ROOT / "docs" / "pictures"
SHOWN = ("liver-hepatitis", "liver-nobody", "liver-ordinary")
LARGE = {320: 28, 1280: 56}  # pixels of the headline that is read across a room
DENSITY = 80  # dots an inch of the pictures


def needed(there: object, what: str) -> None:
    """Skip, or in CI fail, unless something is there."""
    if not there:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"needs {what}")


def squeezed(text: str) -> str:
    """A text without its spaces and ligatures, which a PDF does not keep as they were."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def first_titles(document: Document) -> list[str]:
    """The titles on the first page."""
    return [block.text for block in document[: document.index(PageBreak())] if isinstance(block, Heading)]


# --- HTML in a browser ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> dict[str, Document]:
    """The papers of a varied sample of cases, and of the people whose summaries are kept."""
    papers = {name: on_paper(found) for name, found in varied(assessed()).items()}
    return papers | {name: person(name) for name in PEOPLE}


@pytest.fixture(scope="module")
def pages(sample: dict[str, Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for name, document in sample.items():
        (folder / f"{name}.html").write_text(to_html(document), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def looks(pages: Path) -> list[dict[str, Any]]:
    """What the browser found on each page, in each scheme and width, and when it was printed."""
    chromium = shutil.which("chromium")
    needed(shutil.which("node"), "Node")
    needed(chromium, "Chromium")
    needed((FOLDER / "node_modules" / "axe-core").exists(), "`make outside`")
    done = subprocess.run(
        ["node", str(FOLDER / "audit.mjs"), str(pages)], capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "CHROMIUM": str(chromium)}, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def seen(looks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [look for look in looks if "scheme" in look]


def test_the_sample_is_varied_and_every_page_was_looked_at(
    sample: dict[str, Document], looks: list[dict[str, Any]]
) -> None:
    assert len(sample) >= 20
    assert len(seen(looks)) == 2 * len(sample)
    assert {(look["scheme"], look["width"]) for look in seen(looks)} == {("light", 320), ("dark", 1280)}
    assert {look["name"] for look in looks} == {f"{name}.html" for name in sample}


def test_axe_finds_no_violation_and_leaves_nothing_open(looks: list[dict[str, Any]]) -> None:
    assert [
        (look["name"], look["violations"], look["unsure"])
        for look in seen(looks)
        if look["violations"] or look["unsure"]
    ] == []
    assert min(look["passes"] for look in seen(looks)) >= 20


def test_no_page_scrolls_sideways_fetches_anything_or_breaks_its_own_policy(
    looks: list[dict[str, Any]],
) -> None:
    assert [look["name"] for look in seen(looks) if look["sideways"] or look["fetched"]] == []
    assert [look for look in looks if look["said"]] == []


def test_the_level_can_be_read_across_a_room(looks: list[dict[str, Any]]) -> None:
    assert [look["name"] for look in seen(looks) if look["large"] < LARGE[look["width"]]] == []


def test_printed_on_a4_and_letter_the_essentials_are_page_one_and_no_page_is_blank(
    sample: dict[str, Document], pages: Path, looks: list[dict[str, Any]]
) -> None:
    assert looks
    for name, document in sample.items():
        for paper in ("A4", "Letter"):
            first, second, *rest = (
                squeezed(page.extract_text()) for page in PdfReader(pages / f"{name}.html-{paper}.pdf").pages
            )
            missing = [title for title in first_titles(document) if squeezed(title) not in first]
            assert missing == [], (name, paper)
            following = document[document.index(PageBreak()) + 1]
            assert isinstance(following, Heading)
            assert second.startswith(squeezed(following.text)), (name, paper)
            assert all(len(page) > 20 for page in rest), (name, paper)


# --- PDF, read by poppler -------------------------------------------------------------------------


def poppler(program: str, *args: str, content: bytes = b"") -> bytes:
    needed(shutil.which(program), "poppler-utils")
    return subprocess.run([program, *args], input=content, capture_output=True, check=True).stdout


@pytest.mark.parametrize("name", PEOPLE)
def test_poppler_reads_the_tags_of_headings_lists_and_tables(name: str, tmp_path: Path) -> None:
    document = person(name)
    file = tmp_path / "summary.pdf"
    file.write_bytes(to_pdf(document))
    assert re.search(rb"Tagged: +yes", poppler("pdfinfo", str(file)))
    told = poppler("pdfinfo", "-struct", str(file)).decode()
    tagged = re.findall(r'^ *H(\d) "(.*)" \(block\)$', told, re.MULTILINE)
    written = [
        (block.level, block.text) for block in document if isinstance(block, Heading) and block.level > 1
    ]
    places = [tagged.index((str(level - 1), text[: len(text)])) for level, text in written if len(text) < 40]
    assert places == sorted(places)
    assert len(places) >= 8
    wanted = ["L (block)", "LI (block)", "LBody (block)"]
    if any(isinstance(block, Table | Chart) for block in document):
        wanted += ["Table (block)", "/Scope /Column"]
    assert [tag for tag in wanted if tag not in told] == []


def test_every_case_has_its_essentials_on_page_one() -> None:
    for name, found in assessed().items():
        document = on_paper(found)
        pages = PdfReader(io.BytesIO(to_pdf(document))).pages
        first, second = (squeezed(pages[number].extract_text()) for number in (0, 1))
        assert [title for title in first_titles(document) if squeezed(title) not in first] == [], name
        assert squeezed(FIRST_PAGE[-1]) not in second, name


# --- pictures -------------------------------------------------------------------------------------


def pictures(name: str, folder: Path) -> list[Image.Image]:
    """Each page of a PDF as a grey picture."""
    file = folder / f"{name}.pdf"
    file.write_bytes(to_pdf(person(name)))
    poppler("pdftoppm", "-r", str(DENSITY), "-png", str(file), str(folder / name))
    return [Image.open(path).convert("L") for path in sorted(folder.glob(f"{name}-*.png"))]


def ink(picture: Image.Image) -> list[float]:
    """How dark each part of a picture is, from 0 to 1, on a grid of 12 by 16."""
    small = picture.resize((12, 16), Image.Resampling.BOX)
    return [1 - value / 255 for value in small.tobytes()]


@pytest.mark.parametrize("name", SHOWN)
def test_no_page_of_the_pdf_is_blank_or_runs_over_its_edge(name: str, tmp_path: Path) -> None:
    for picture in pictures(name, tmp_path):
        assert sum(ink(picture)) / (12 * 16) > 0.005
        width, height = picture.size
        edge = DENSITY // 3  # a third of an inch that must stay white
        for box in ((0, 0, edge, height), (width - edge, 0, width, height), (0, 0, width, edge), (0, height - edge, width, height)):  # fmt: skip
            assert picture.crop(box).getextrema()[0] == 255


@pytest.mark.parametrize("name", SHOWN)
def test_page_one_looks_like_the_picture_that_is_shown(
    request: pytest.FixtureRequest, tmp_path: Path, name: str
) -> None:
    found = pictures(name, tmp_path)[0]
    kept = PICTURES / f"{name}.png"
    if request.config.getoption("--update-golden"):
        PICTURES.mkdir(exist_ok=True)
        found = Image.open(tmp_path / f"{name}-1.png")
        found.quantize(64).save(kept, optimize=True)
    before, now = (ink(picture.convert("L")) for picture in (Image.open(kept), found))
    apart = [abs(one - other) for one, other in zip(before, now, strict=True)]
    assert sum(apart) / len(apart) < 0.01


def test_pictures_of_different_people_are_told_apart() -> None:
    one, other = (ink(Image.open(PICTURES / f"{name}.png").convert("L")) for name in SHOWN[:2])
    assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one) > 0.014
