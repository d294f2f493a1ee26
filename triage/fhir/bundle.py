"""A summary as a FHIR R4 document: a Bundle that another program can read and a person can, too.

It holds a Composition (the summary, section by section), the QuestionnaireResponse, a DetectedIssue for
each red flag that fired and a ClinicalImpression that sums up. Causes are findings to discuss, never
diagnoses; there is no probability, and nothing that tells who the person is.
"""

from collections.abc import Iterable, Iterator

from triage.assessment import Assessment, CauseFound, EvidenceFound, FlagFired
from triage.fhir.names import Resource, own, uuid_of
from triage.fhir.narrative import narrative, said
from triage.fhir.response import response
from triage.pack import EMERGENCY, RANK, Level, Pack
from triage.report.document import Block, Heading
from triage.report.summary import DISCLAIMER, SUPPORT_WORDS, summary
from triage.report.wording import cite

URN = "urn:ietf:rfc:3986"
TOGETHER = "Records for software"
# How a level is meant, and how that is said before its title.
KINDS = {"level": "", "at_least": "At least: ", "not_ruled_out": "Not ruled out: "}


def document(pack: Pack, assessment: Assessment, *, date: str, program: str) -> Resource:
    """The Bundle (R4, type document) of an assessment.

    ``date`` is the day (YYYY-MM-DD) of the assessment, ``program`` the version of the program that made it.
    """
    return _Writer(pack, assessment, date, program).bundle()


class _Writer:
    """Writes the resources of one document, which point to each other."""

    def __init__(self, pack: Pack, assessment: Assessment, date: str, program: str) -> None:
        self.pack = pack
        self.assessment = assessment
        self.date = date
        self.program = program
        self.complete = assessment.status != "incomplete"
        self.of = (pack.digest, program, date, assessment.answers)
        self.patient = self.start("Patient")
        self.device = self.start("Device")
        self.impression = self.start("ClinicalImpression")
        self.answers = response(pack, assessment.answers, date=date, complete=self.complete)
        self.issues = [self.issue(flag) for flag in assessment.red_flags]

    def bundle(self) -> Resource:
        self.describe_patient()
        self.describe_device()
        self.sum_up()
        resources = (
            self.composition(), self.patient, self.device, self.answers, *self.issues, self.impression,
        )  # fmt: skip
        identifier = f"urn:uuid:{uuid_of('Bundle', *self.of)}"
        return {
            "resourceType": "Bundle",
            "id": uuid_of("Bundle", *self.of),
            "language": "en",
            "identifier": {"system": URN, "value": identifier},
            "type": "document",
            "timestamp": f"{self.date}T00:00:00Z",
            "entry": [{"fullUrl": _url(resource), "resource": resource} for resource in resources],
        }

    def start(self, kind: str, name: str = "") -> Resource:
        """A resource of this document with nothing but its id."""
        return {"resourceType": kind, "id": uuid_of(kind, name, *self.of), "language": "en"}

    # --- who and what ----------------------------------------------------------------------------

    def describe_patient(self) -> None:
        self.patient["text"] = said("The person who answered. No name and no other identity is recorded.")

    def describe_device(self) -> None:
        used = self.assessment.pack
        rules = f"{used.id} {used.version}, digest {used.digest}"
        self.device |= {
            "text": said(f"triage {self.program}, a program that follows written rules.", f"Rules: {rules}."),
            "deviceName": [{"name": "triage", "type": "user-friendly-name"}],
            "version": [
                {"type": {"text": "program"}, "value": self.program},
                {"type": {"text": "rules"}, "value": rules},
            ],
            "note": [{"text": used.review_note}],
        }

    # --- red flags -------------------------------------------------------------------------------

    def issue(self, flag: FlagFired) -> Resource:
        """One red flag. ``severity`` is said of emergencies alone: "low" would reassure without reason."""
        within = self.pack.about.levels[flag.level].within
        reasons = "; ".join(reason.text for reason in flag.because)
        detail = (
            f"For this alone: to be seen {within}. {cite(flag)} Answers: {reasons}. "
            f"All answers together: {self.headline()}"
        )
        made = self.start("DetectedIssue", flag.id) | {
            "meta": {"tag": [self.level("level", flag.level)]},
            "text": said(detail),
            "status": "final" if self.complete else "preliminary",
            "code": {"coding": [own(self.pack, f"flag.{flag.id}", flag.say)], "text": flag.say},
            "patient": _to(self.patient),
            "identifiedDateTime": self.date,
            "author": _to(self.device),
            "evidence": [{"detail": [_to(self.answers)]}],
            "detail": detail,
        }
        return made | ({"severity": "high"} if RANK[flag.level] >= EMERGENCY else {})

    def level(self, kind: str, level: Level) -> Resource:
        """A level as a coding: what it is, or what it is at least, or what is not ruled out."""
        title = self.pack.about.levels[level].title
        return own(self.pack, f"{kind}.{level}", f"{KINDS[kind]}{title}")

    # --- the impression --------------------------------------------------------------------------

    def sum_up(self) -> None:
        self.impression |= {
            "text": said(self.headline(), *map(_told, self.causes()), DISCLAIMER),
            "status": "completed" if self.complete else "in-progress",
            "code": {"text": "Triage by written rules from a person's own answers"},
            "subject": _to(self.patient),
            "date": self.date,
            "investigation": [{"code": {"text": "Answers given"}, "item": [_to(self.answers)]}],
            "summary": self.headline(),
            "finding": list(self.findings()),
            "note": [{"text": DISCLAIMER}, {"text": self.assessment.pack.review_note}],
        }
        if self.issues:
            self.impression["supportingInfo"] = [_to(issue) for issue in self.issues]

    def headline(self) -> str:
        """How soon, never without what is not ruled out while the two differ."""
        level, reach = self.assessment.level, self.assessment.could_reach
        certain = f"{level.title} ({level.within})."
        if reach is None:
            return certain
        words = self.pack.about.levels[reach]
        return f"At least: {certain} Not ruled out: {words.title} ({words.within})."

    def causes(self) -> list[CauseFound]:
        return [cause for cause in self.assessment.causes if cause.support in SUPPORT_WORDS]

    def findings(self) -> Iterator[Resource]:
        """The level, what is not ruled out, and the causes to discuss."""
        level, reach = self.assessment.level, self.assessment.could_reach
        certain = self.level("level" if reach is None else "at_least", level.id)
        yield {"itemCodeableConcept": {"coding": [certain], "text": self.headline()}}
        if reach is not None:
            open_still = self.level("not_ruled_out", reach)
            yield {"itemCodeableConcept": {"coding": [open_still], "text": open_still["display"]}}
        for cause in self.causes():
            coding = own(self.pack, f"cause.{cause.id}", cause.title)
            concept = {"coding": [coding], "text": f"To discuss, not a diagnosis: {cause.title}"}
            yield {"itemCodeableConcept": concept, "basis": _told(cause)}

    # --- the composition -------------------------------------------------------------------------

    def composition(self) -> Resource:
        first, *sections = _by_heading(summary(self.pack, self.assessment))
        return self.start("Composition") | {
            "text": narrative(first),
            "status": "final" if self.complete else "preliminary",
            "type": {"text": "Summary of a triage interview"},
            "subject": _to(self.patient),
            "date": self.date,
            "author": [_to(self.device)],
            "title": f"Summary: {self.assessment.pack.title}",
            "section": [*map(_section, sections), self.records()],
        }

    def records(self) -> Resource:
        """The section that leads to the other resources."""
        told = "The answers, each red flag and the summary, in a form that programs can read."
        entries = [_to(resource) for resource in (self.answers, *self.issues, self.impression)]
        return {"title": TOGETHER, "text": said(told), "entry": entries}


def _told(cause: CauseFound) -> str:
    parts = (*_sides("For", cause.supporting), *_sides("Against", cause.against))
    return f"{cause.title}: {SUPPORT_WORDS[cause.support]}. {' '.join(parts)}"


def _sides(side: str, evidence: Iterable[EvidenceFound]) -> Iterator[str]:
    return (f"{side} ({part.strength}): {cite(part)}" for part in evidence)


def _by_heading(blocks: Iterable[Block]) -> list[list[Block]]:
    """The blocks before the first heading of level 2, then those of each such heading with it."""
    groups: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:
            groups.append([])
        groups[-1].append(block)
    return groups


def _section(blocks: list[Block]) -> Resource:
    heading, *rest = blocks
    title = heading.text if isinstance(heading, Heading) else ""
    return {"title": title, "text": narrative(rest or blocks)}


def _url(resource: Resource) -> str:
    return f"urn:uuid:{resource['id']}"


def _to(resource: Resource) -> Resource:
    """A reference to a resource of the same document."""
    return {"reference": _url(resource), "type": resource["resourceType"]}
