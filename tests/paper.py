"""Summaries as paper, for the tests of HTML and PDF: a few people, and a varied sample of the cases."""

from functools import cache

from tests.test_golden import PEOPLE, answers
from triage.assess import assess
from triage.assessment import Assessment
from triage.loading import find_pack, load_cases, load_pack
from triage.pack import Pack
from triage.report.document import Document
from triage.report.summary import summary
from triage.verify.cases import complete

DATE = "2026-11-23"
LIVER = find_pack("liver_calcification")
# What stands on the first page when there is anything to say, and what every first page has.
FIRST_PAGE = [
    "How soon, and where to go", "Why so soon", "What to mention", "Causes to discuss with your doctor",
    "Questions to take along", "See a doctor", "For the doctor's notes",
]  # fmt: skip
ALWAYS_THERE = {
    "How soon, and where to go",
    "Causes to discuss with your doctor",
    "See a doctor",
    "For the doctor's notes",
}


@cache
def liver() -> Pack:
    return load_pack(LIVER)


@cache
def person(name: str) -> Document:
    """The paper of one of the people whose summaries are kept."""
    path, told = PEOPLE[name]
    pack = load_pack(path)
    return summary(pack, assess(pack, answers(pack, told), date=DATE), paper=True)


@cache
def assessed() -> dict[str, Assessment]:
    """What each worked case comes to."""
    return {case.id: assess(liver(), complete(liver(), case), date=DATE) for case in load_cases(LIVER)}


def on_paper(found: Assessment) -> Document:
    return summary(liver(), found, paper=True)


def varied(cases: dict[str, Assessment]) -> dict[str, Assessment]:
    """One case of each kind: level, what is not ruled out, whether any cause is supported, anything special."""
    kinds: dict[object, str] = {}
    for name, found in cases.items():
        causes = any(cause.supporting for cause in found.causes)
        kind = (
            found.level.id,
            found.could_reach,
            causes,
            found.reassured or found.causes_withheld is not None,
        )
        kinds.setdefault(kind, name)
    return {name: cases[name] for name in kinds.values()}
