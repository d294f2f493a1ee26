"""What is still worth asking: the open conditions that asking on could settle so that the outcome changes.

An atom can be open and yet not be worth a question: where another part of its condition was asked about and
is not known, its answer may change nothing any more. :mod:`triage.waiting` says the same over
many answer sets; proofs about the interview rest on that.
"""

from collections.abc import Iterable, Iterator

from triage.condition import Open, Verdict
from triage.logic import NO, YES
from triage.pack import EMERGENCY, FLOOR, LEVELS, RANK, Cause, Sentence
from triage.view import View


def urgent(view: View) -> dict[Open, None]:
    """What was never asked and could raise the level to, or within, the emergencies."""
    above = max(EMERGENCY - 1, view.fired_rank())
    return _unasked(verdict for _, verdict in view.open_flags(above) if verdict.may_yes)


def asking(view: View) -> dict[Open, None]:
    """What was never asked and could change the outcome, in a stable order."""
    return _unasked(_counting(view))


def _unasked(verdicts: Iterable[Verdict]) -> dict[Open, None]:
    return {still: None for verdict in verdicts for still in verdict.open if still.status == "unasked"}


def _counting(view: View) -> Iterator[Verdict]:
    """The verdicts that asking on could still settle so that the outcome is another."""
    about, general = view.pack.about, view.pack.general
    yield from _flags(view)
    yield from _levels(view)
    hidden = Verdict(NO) if about.causes_withheld is None else view.judge(about.causes_withheld.when)
    if hidden.may_yes:
        yield hidden
    if hidden.truth is not YES:
        for cause in view.pack.causes:
            yield from _cause(view, cause)
    yield from _reassurance(view)
    if about.carer is not None and (carer := view.judge(about.carer.when)).may_yes:
        yield carer
    yield from _sentences(view, (*about.finding, *about.not_established, *general.advice))
    yield from _sentences(view, (*general.tests, *general.ask_doctor, *general.follow_up))


def _flags(view: View) -> Iterator[Verdict]:
    """A flag that could fire; or an emergency that, not excluded, would give the floor."""
    low = view.fired_rank() < RANK[FLOOR] and not view.emergency_asked_in_vain()
    for flag in view.pack.red_flags:
        verdict = view.judge(flag.when)
        if verdict.may_yes or (verdict.may_no and low and RANK[flag.level] >= EMERGENCY):
            yield verdict


def _levels(view: View) -> Iterator[Verdict]:
    """The sentences of each level that can still be the certain one at the end."""
    least, most = view.fired_rank(), view.possible_rank()
    for rank in range(least, max(least, most) + 1):
        yield from _sentences(view, view.pack.about.levels[LEVELS[rank]].say)


def _cause(view: View, cause: Cause) -> Iterator[Verdict]:
    """Evidence that could count; evidence for it, where all of it could be excluded and some speaks or
    could speak against it; and what follows from the cause, where something could speak for it."""
    supporting = [view.judge(part.when) for part in cause.supporting]
    against = [view.judge(part.when) for part in cause.against]
    excluded = all(part.truth is NO or part.may_no for part in supporting)
    excluded = excluded and any(part.truth is YES or part.may_yes for part in against)
    yield from (part for part in supporting if part.may_yes or (part.may_no and excluded))
    yield from (part for part in against if part.may_yes)
    if any(part.truth is YES or part.may_yes for part in supporting):
        yield from _sentences(
            view, (*cause.about, *cause.handling, *cause.advice, *cause.tests, *cause.follow_up)
        )


def _sentences(view: View, sentences: Iterable[Sentence]) -> Iterator[Verdict]:
    return (verdict for one in sentences if (verdict := view.judge(one.when)).may_yes)


def _reassurance(view: View) -> Iterator[Verdict]:
    """Everything about the guard of the reassurance, where asking on could still bring it about."""
    guard = view.pack.about.reassurance
    if guard is None:
        return
    report = view.judge(guard.when)
    against = [view.judge(off.when) for off in guard.switch_off]
    against += [view.judge(flag.when) for flag in view.pack.red_flags if RANK[flag.level] > 0]
    could = report.truth is YES or report.may_yes
    if could and all(one.truth is NO or one.may_no for one in against):
        yield from (one for one in (report, *against) if one.may_yes or one.may_no)
