"""Worked cases: a recorded person, and whether the pack comes to the expected assessment."""

from collections.abc import Iterator, Mapping

from triage.answers import Answer, normalise
from triage.assess import assess
from triage.assessment import Assessment
from triage.logic import NO
from triage.pack import Case, Pack, Question
from triage.view import View


def complete(pack: Pack, case: Case) -> dict[str, Answer]:
    """The answers of a case in canonical form; with ``rest: "no"`` nothing else is to report.

    Raises :class:`triage.errors.AnswerError` for answers that do not fit the pack.
    """
    answers = normalise(pack, case.answers)
    if case.rest == "no":
        for question in pack.questions:
            if View(pack, answers).applies(question.id).truth is not NO:
                filled = _nothing(question, answers.get(question.id))
                if filled is not None:
                    answers[question.id] = filled
    return answers


def _nothing(question: Question, said: Answer | None) -> Answer | None:
    """What was said, with nothing to report for what was not; None if that cannot be said."""
    if question.kind == "several_of":
        return {**dict.fromkeys(question.choices, "no"), **(said if isinstance(said, Mapping) else {})}
    if said is not None:
        return said
    return "no" if question.kind == "yes_no" else question.none


def differences(pack: Pack, case: Case) -> Iterator[str]:
    """What the pack says otherwise than the case expects, in words; nothing if it holds."""
    found = assess(pack, complete(pack, case))
    expected = case.expect
    for name, want in (
        ("level", expected.level),
        ("status", expected.status),
        ("reassured", expected.reassured),
    ):
        got = found.level.id if name == "level" else getattr(found, name)
        if want is not None and got != want:
            yield f"{name} is {got}, expected {want}"
    if found.could_reach != expected.could_reach:
        reached = found.could_reach or "the same"
        yield f"could_reach is {reached}, expected {expected.could_reach or 'the same'}"
    fired = {flag.id for flag in found.red_flags}
    for flag in expected.red_flags or ():
        if flag not in fired:
            yield f"red flag {flag} does not fire"
    yield from _causes(case, found)


def _causes(case: Case, found: Assessment) -> Iterator[str]:
    support = {cause.id: cause.support for cause in found.causes}
    for cause, wanted in case.expect.causes.items():
        if support.get(cause) != wanted:
            yield f"{cause} is {support.get(cause)}, expected {wanted}"
    first = found.causes[0].id if found.causes else None
    if case.expect.first is not None and first != case.expect.first:
        yield f"the first cause is {first}, expected {case.expect.first}"
    if first in case.expect.not_first:
        yield f"{first} must not stand first"
