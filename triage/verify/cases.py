"""Worked cases: a recorded person, and whether the pack comes to the expected assessment."""

from collections.abc import Iterator, Mapping

from triage.answers import Answer, normalise
from triage.assess import assess
from triage.assessment import Assessment
from triage.errors import did_you_mean
from triage.logic import NO
from triage.pack import Case, Evidence, Pack, Question, Reassurance, RedFlag, Sentence, Whenever
from triage.verify.said import sentences
from triage.view import View
from triage.walk import citations

SAYING = (Evidence, Reassurance, RedFlag, Sentence, Whenever)


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


def filled(pack: Pack, case: Case) -> dict[str, Answer]:
    """The same with nothing to report for every question, also for those that do not apply.

    Where a question does not apply nothing is read from its answer, so what the pack says is the same; and
    it stays the same person when a gate of the pack is changed.
    """
    answers = normalise(pack, case.answers)
    if case.rest == "no":
        said = ((question.id, _nothing(question, answers.get(question.id))) for question in pack.questions)
        answers.update({name: answer for name, answer in said if answer is not None})
    return answers


def differences(pack: Pack, case: Case) -> Iterator[str]:
    """What the pack says otherwise than the case expects, in words; nothing if it holds."""
    yield from _unknown_names(pack, case)
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
    fired, known = {flag.id for flag in found.red_flags}, {flag.id for flag in pack.red_flags}
    for flag in expected.red_flags or ():
        if flag in known and flag not in fired:
            yield f"red flag {flag} does not fire"
    if case.near_miss_of in fired:
        yield f"red flag {case.near_miss_of} fires, and the case is a near miss of it"
    yield from _causes(pack, case, found)
    yield from _sentences(case, found)


def _unknown_names(pack: Pack, case: Case) -> Iterator[str]:
    """Expectations that nothing in the pack could ever meet or miss: a misspelt word must not pass."""
    flags, causes = [flag.id for flag in pack.red_flags], [cause.id for cause in pack.causes]
    expected = case.expect
    named = [("red flag", name, flags) for name in (*(expected.red_flags or ()), case.near_miss_of)]
    first = (expected.first,) if expected.first else ()
    named += [("cause", name, causes) for name in (*expected.causes, *first, *expected.not_first)]
    for what, name, known in named:
        if name is not None and name not in known:
            yield f"there is no {what} '{name}' ({did_you_mean(name, known)})"
    said = [model.say for _, _, model in citations(pack) if isinstance(model, SAYING)]
    for words in (*expected.says, *expected.says_not):
        if not any(words in sentence for sentence in said):
            yield f"no sentence of the pack says '{words}'"


def _sentences(case: Case, found: Assessment) -> Iterator[str]:
    told = [*sentences(found)]
    for words in case.expect.says:
        if not any(words in sentence for sentence in told):
            yield f"'{words}' is not said"
    for words in case.expect.says_not:
        if any(words in sentence for sentence in told):
            yield f"'{words}' is said"


def _causes(pack: Pack, case: Case, found: Assessment) -> Iterator[str]:
    support = {cause.id: cause.support for cause in found.causes}
    known = {cause.id for cause in pack.causes}
    for cause, wanted in case.expect.causes.items():
        if cause in known and support.get(cause) != wanted:
            yield f"{cause} is {support.get(cause)}, expected {wanted}"
    first = found.causes[0].id if found.causes else None
    if case.expect.first is not None and first != case.expect.first and case.expect.first in known:
        yield f"the first cause is {first}, expected {case.expect.first}"
    if first in case.expect.not_first:
        yield f"{first} must not stand first"
