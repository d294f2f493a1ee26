"""How hard the words are: the Flesch-Kincaid grade of every text that a person may be shown.

The grade is the years of schooling that a text asks for. Texts of the pack are found by walking its
models, those of the program by walking its source. The terms that a pack lists do not count: they have
no plainer word, and each is explained where it stands first.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from statistics import mean

import pyphen
import pytest

from tests.conftest import ROOT
from triage.pack import Model, Pack, Question

ON_AVERAGE, AT_MOST = 8, 10
SHORT = 6  # a grade of fewer words says nothing; short texts are graded together

# Models and fields that no person is shown, or that name a document in its own words.
NOT_SHOWN_MODELS = {
    "Document",
    "Statement",
    "Problem",
    "Side",
    "Conflict",
    "Expectation",
    "Case",
    "NamedFact",
}
NOT_SHOWN = {
    "id", "basis", "sources", "when", "only_if", "kind", "role", "none", "level", "adds_to", "strength", "origin",
    "way", "weaker_form_of", "code", "version", "reviewed", "medicines", "digest", "evidence", "audience",
    "old", "new", "reason",
}  # fmt: skip
SHOWN = {
    "title", "within", "say", "because", "review_note", "subject", "terms", "label", "plainer", "section",
    "ask", "why", "unit",
}  # fmt: skip


# --- the grade ------------------------------------------------------------------------------------

_HYPHENS = pyphen.Pyphen(lang="en_US")
# An e that is written and not said: stone, named, sides, safely, useful, sometimes, tapeworm.
_SILENT = re.compile(
    r"(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$|(?<=[^aeioudty])e(?=d$)|(?<=[^aeiouyscxzghl])e(?=s$)|(?<=[aeiouy]l)e(?=s$)"
    r"|(?<=[vsndmrp])e(?=(?:ly|ful|less|ment|where|thing|one|times|worms?)$)"
)


def syllables(word: str) -> int:
    """The syllables of an English word, from its vowels and from where it can be divided."""
    letters = re.sub("[^a-z]", "", word.lower())
    vowels = len(re.findall("[aeiouy]+", _SILENT.sub("", letters)))
    return max(1, vowels, len(_HYPHENS.positions(letters)) + 1)


def grade(texts: Iterable[str], terms: Iterable[str] = ()) -> float:
    """The Flesch-Kincaid grade of some texts together, the given terms left out."""
    skip = re.compile(
        rf"\b(?:{'|'.join(sorted(map(re.escape, terms), key=len, reverse=True)) or '$.'})(?:e?s)?\b", re.I
    )
    sentences = words = parts = 0
    for text in texts:
        for sentence in re.split(r"[.!?]+(?=\s|$)", skip.sub(" ", text)):
            found = re.findall(r"[A-Za-z][A-Za-z'’]*", sentence)
            sentences += bool(found)
            words += len(found)
            parts += sum(map(syllables, found))
    return 0.39 * words / sentences + 11.8 * parts / words - 15.59 if words else 0.0


def test_known_texts_get_known_grades() -> None:
    assert [
        syllables(word) for word in ("the", "named", "stone", "table", "medicine", "any", "hospital")
    ] == [1, 1, 1, 2, 3, 2, 3]
    assert grade(["The cat sat on the mat."]) == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert grade(["See a doctor. Take your report with you."]) == pytest.approx(
        0.39 * 4 + 11.8 * 10 / 8 - 15.59
    )
    hard = "Notwithstanding considerable radiological heterogeneity, practitioners should individualise surveillance."
    assert grade([hard]) > 20
    assert grade(["Take your stones with you."], ["stone"]) == grade(["Take your with you."])


# --- the texts ------------------------------------------------------------------------------------


def pack_texts(pack: Pack) -> dict[str, list[str]]:
    """What a person may be shown from the pack, by where it stands; a question together with its answers."""
    found: dict[str, list[str]] = {}
    _walk(pack, "", found)
    return _joined(found)


def _walk(value: object, place: str, found: dict[str, list[str]]) -> None:
    if isinstance(value, Question):
        found[f"question {value.id}"] = [value.ask, *(choice.label for choice in value.options)]
    if isinstance(value, Model) and type(value).__name__ not in NOT_SHOWN_MODELS:
        name = f"{place} {getattr(value, 'id', None) or ''}".strip()
        for field in type(value).model_fields:
            if field not in NOT_SHOWN:
                _walk(getattr(value, field), f"{name} {field}", found)
    elif isinstance(value, dict):
        for name, part in value.items():
            _walk(part, f"{place} {name}", found)
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            _walk(part, f"{place} {number}", found)
    elif isinstance(value, str):
        found[place] = [value]


def _joined(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The texts, with those that are too short to be graded put together by what they are."""
    joined: dict[str, list[str]] = {}
    for place, texts in found.items():
        short = len(" ".join(texts).split()) < SHORT
        joined.setdefault(f"short: {place.split()[-1]}" if short else place, []).extend(texts)
    return joined


def program_texts() -> dict[str, list[str]]:
    """The sentences that the program itself may show a person, by file and line."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "triage").rglob("*.py")):
        name = path.relative_to(ROOT / "triage").as_posix()
        if name not in FOR_AUTHORS and not name.startswith("verify/"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for line, text in _sentences(tree):
                if len(re.findall("[a-z]+", text)) >= SHORT and " " in text:
                    found[f"{name}:{line}"] = [text]
    return found


# Modules whose words are for authors of packs and for programs; two of them hold no words, but how paper looks.
FOR_AUTHORS = {
    "report/style.py", "report/layout.py",
    "assessment.py", "batch.py", "cli/check.py", "cli/review.py", "cli/schema.py", "cli/show.py", "condition.py",
    "domain.py", "fhir.py", "loading.py", "pack.py", "provenance.py", "schemas.py", "source.py", "walk.py",
    "wellformed.py", "worlds.py",
}  # fmt: skip


def _sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts of a module but its docstrings; what is filled in counts as the word "it"."""
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return
    if isinstance(tree, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "it" for part in tree.values)
        yield tree.lineno, "".join(map(str, parts))
    elif isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        yield tree.lineno, tree.value
    else:
        for part in ast.iter_child_nodes(tree):
            yield from _sentences(part)


def too_hard(texts: dict[str, list[str]], skip: Iterable[str]) -> list[str]:
    """The texts above the limit, the hardest first, in words for a report."""
    graded = sorted(((grade(part, skip), place, part) for place, part in texts.items()), reverse=True)
    return [
        f"{level:.1f} {place}: {' / '.join(part)[:300]}" for level, place, part in graded if level > AT_MOST
    ]


def test_every_text_of_the_shipped_pack_can_be_read_after_ten_years_of_school(liver: Pack) -> None:
    assert too_hard(pack_texts(liver), liver.about.terms) == []


def test_every_sentence_of_the_program_can_be_read_after_ten_years_of_school(liver: Pack) -> None:
    assert too_hard(program_texts(), liver.about.terms) == []


def test_on_average_eight_years_of_school_are_enough(liver: Pack) -> None:
    for texts in (pack_texts(liver), program_texts()):
        assert len(texts) > 50
        assert mean(grade(part, liver.about.terms) for part in texts.values()) <= ON_AVERAGE


def test_every_field_of_a_pack_is_shown_or_not_and_this_file_knows_which(liver: Pack) -> None:
    """A new field has to be looked at before it passes ungraded."""
    texts = {field for shape in _shapes(Model) for field in shape.model_fields}
    known = NOT_SHOWN | SHOWN
    missing = {
        field for shape in _shapes(Model) if shape.__name__ not in NOT_SHOWN_MODELS
        for field, about in shape.model_fields.items() if _is_text(about.annotation) and field not in known
    }  # fmt: skip
    assert missing == set()
    assert texts >= SHOWN


def _shapes(shape: type[Model]) -> Iterator[type[Model]]:
    for part in shape.__subclasses__():
        yield part
        yield from _shapes(part)


def _is_text(annotation: object) -> bool:
    """Whether a field holds text as such, not models."""
    told = str(annotation)
    return "str" in told and "Model" not in told
