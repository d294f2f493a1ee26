"""Whole summaries, kept word for word: a change of a sentence is seen, and is looked at before it is kept.

After a change that is meant: `pytest tests/test_golden.py --update-golden`, and read the difference.
"""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.cli.command import run
from tests.conftest import ROOT, SMALL
from triage.loading import find_pack, load_pack
from triage.pack import Case, Pack
from triage.verify.cases import complete

GOLDEN = ROOT / "tests" / "golden"
LIVER = find_pack("liver_calcification")
SUFFIX = {"text": "txt", "markdown": "md", "json": "json", "html": "html", "pdf": "pdf.txt"}

# Who is who: the pack, and what they answer; with "rest", everything else is answered with nothing to report.
REST = "rest"
PEOPLE: dict[str, tuple[Path, Mapping[str, object]]] = {
    "small-nobody": (SMALL, {}),
    "small-healthy": (SMALL, {REST: "no", "age": 55, "benign": "yes"}),
    "small-fever": (SMALL, {REST: "no", "age": 63, "alarm": ["fever", "jaundice"], "hepatitis": "b", "past": ["stones"]}),
    "small-unsure": (SMALL, {"age": "unknown", "alarm": "unknown", "iron": "unknown", "hepatitis": "unknown", "past": "unknown", "benign": "unknown", "no_stones": "unknown"}),
    "liver-nobody": (LIVER, {}),
    "liver-ordinary": (LIVER, {REST: "no", "age": 45, "report_kind": ["report_benign"]}),
    "liver-child": (LIVER, {REST: "no", "age": 9, "slow": ["fatigue"]}),
    "liver-hepatitis": (LIVER, {REST: "no", "age": 46, "hepatitis": "b", "slow": ["fatigue"], "other_results": ["tests_abnormal"]}),
    "liver-bleeding": (LIVER, {REST: "no", "age": 58, "alarm": ["vomiting_blood"], "liver_history": ["cirrhosis"]}),
    "liver-cancer": (LIVER, {REST: "no", "age": 67, "body": ["cancer"], "slow": ["weight_loss"], "report_kind": ["report_granuloma"]}),
    "liver-bile-stones": (LIVER, {REST: "no", "age": 39, "alarm": ["fever"], "liver_history": ["stones"]}),
}  # fmt: skip
KEPT = [
    *((name, "text") for name in PEOPLE),
    *((name, style) for name in PEOPLE for style in ("markdown", "json") if name.startswith("small")),
    ("liver-ordinary", "markdown"), ("liver-hepatitis", "json"),
    *((name, style) for name in ("small-fever", "small-unsure", "liver-hepatitis") for style in ("html", "pdf")),
]  # fmt: skip


def answers(pack: Pack, told: Mapping[str, object]) -> dict[str, object]:
    """The answers of a person, as a file of answers holds them."""
    case = Case.model_validate(
        {
            "id": "someone", "demands": "nothing", "says": "someone", "rest": told.get(REST, "unasked"),
            "answers": {name: _items(answer) for name, answer in told.items() if name != REST},
            "expect": {"level": "consultation", "could_reach": None},
        }
    )  # fmt: skip
    return dict(complete(pack, case))


def _items(answer: object) -> object:
    return dict.fromkeys(answer, "yes") if isinstance(answer, list) else answer


def written(name: str, style: str, folder: Path) -> str:
    """The summary of a person, written by the program; the digest changes with every word of a pack."""
    path, told = PEOPLE[name]
    file = folder / "answers.json"
    file.write_text(json.dumps(answers(load_pack(path), told)))
    output = folder / "summary"
    result = run(
        "run", str(path), "--answers", str(file), "--no-input", "--format", style, "--date", "2026-11-23",
        "--output", str(output), "--force",
    )  # fmt: skip
    assert (result.code, result.out) == (0, "")
    assert result.err == f"The summary is in {output}. Only you can read it.\n"
    return re.sub(
        r"(digest\"?:?\s\"?)[0-9a-f]{16,64}", r"\1…", SHOWN.get(style, of_text)(output.read_bytes())
    )


def of_text(content: bytes) -> str:
    return content.decode()


def of_page(content: bytes) -> str:
    """What a page says, a line an element; how it looks is another matter."""
    page = re.sub(r"(?s)<style>.*?</style>|'sha256-[^']*'", "…", content.decode())
    return re.sub(
        r"(</(?:h\d|p|li|ul|tr|thead|tbody|table|section|div|nav|header|title)>|<(?:ul|div|nav|section|table|thead|tbody)\b[^>]*>)",
        r"\1\n",
        page,
    )


def of_pages(content: bytes) -> str:
    """The text of each page of a PDF."""
    return "\n\f\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages) + "\n"


SHOWN = {"html": of_page, "pdf": of_pages}


@pytest.mark.parametrize(("name", "style"), KEPT)
def test_the_summary_is_the_one_that_was_kept(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, style: str
) -> None:
    kept = GOLDEN / f"{name}.{SUFFIX[style]}"
    found = written(name, style, tmp_path)
    if request.config.getoption("--update-golden"):
        GOLDEN.mkdir(exist_ok=True)
        kept.write_text(found, encoding="utf-8")
    assert found == kept.read_text(encoding="utf-8")


def test_nothing_else_is_kept() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{name}.{SUFFIX[style]}" for name, style in KEPT}


TEXTS = sorted(name for name, style in KEPT if style == "text")
PARTS = [
    "How soon, and where to go", "What this finding usually means", "Causes to discuss with your doctor", "Sources",
    "Your answers",
]  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_kept_text_fits_on_paper_and_has_its_parts_in_order(name: str) -> None:
    lines = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)
    places = [lines.index(part) for part in PARTS]
    assert places == sorted(places)
    assert any("See a doctor about this finding, whatever else this summary says." in line for line in lines)
