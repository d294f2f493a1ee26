"""The answers behind what a row says, in the words a person would have seen."""

from collections.abc import Iterator

from triage.answers import Answers
from triage.condition import Condition
from triage.pack import RANK, Pack
from triage.view import View, because


def reasons(pack: Pack, answers: Answers) -> tuple[str, ...]:
    """Why each red flag fires and each piece of evidence counts: ``name: answer; answer``.

    First the flags, the most urgent first, then the evidence of each cause in the pack's order, named
    ``cause.evidence``. Evidence is left out where the causes are withheld.
    """
    return tuple(_reasons(View(pack, answers)))


def _reasons(view: View) -> Iterator[str]:
    for flag in sorted(view.pack.red_flags, key=lambda flag: -RANK[flag.level]):
        if view.holds(flag.when):
            yield f"{flag.id}: {_told(view, flag.when)}"
    withheld = view.pack.about.causes_withheld
    if withheld is not None and view.holds(withheld.when):
        return
    for cause in view.pack.causes:
        for part in (*cause.supporting, *cause.against):
            if view.holds(part.when):
                yield f"{cause.id}.{part.id}: {_told(view, part.when)}"


def _told(view: View, condition: Condition) -> str:
    return "; ".join(because(view, atom) for atom in view.judge(condition).because)
