"""Red flags: what fires gives at least its level, and nothing is asked before what could be an emergency."""

from collections.abc import Iterator

from triage.pack import EMERGENCY, LEVELS, RANK, Pack
from triage.verify.course import Asked
from triage.verify.formula import Formula
from triage.verify.interviews import Interviews, interviews
from triage.verify.space import Anyone, Space
from triage.verify.theorems.claim import (
    Claim,
    Counterexample,
    at_least,
    firing,
    flag_place,
    person,
    question_place,
)
from triage.verify.theorems.relevance import Relevance, Undecided
from triage.verify.theorems.views import on_the_emergencies
from triage.worlds import Sheet


def red_flags(pack: Pack) -> Claim:
    """A flag that holds gives its level, pruned or not; what could be an emergency is asked first."""
    every = interviews(pack)
    space, steps = every.space, every.steps
    claim = Claim(counts={"flags": len(pack.red_flags)})
    _level_of_what_fires(pack, space, claim)
    _level_of_the_truth(pack, space, every.someone, every.end, claim)
    _nothing_urgent_is_left(pack, space, steps, claim)
    _what_is_urgent_can_matter(pack, every, claim)
    return claim


def _level_of_what_fires(pack: Pack, space: Space, claim: Claim) -> None:
    """A flag that surely holds gives at least its level, whatever else is known or not."""
    anyone = space.anyone()
    levels = anyone.sheet.levels()
    for flag in pack.red_flags:
        fires = anyone.sheet.planes(flag.when).yes
        model = space.solver.find(anyone.fits, fires, ~at_least(levels, RANK[flag.level]))
        if model:
            message = f"'{flag.id}' fires and the level is lower than {flag.level}"
            claim.counterexamples.append(
                Counterexample(message, (person(anyone, model),), (flag_place(pack, flag),))
            )


def _level_of_the_truth(pack: Pack, space: Space, someone: Anyone, end: Anyone, claim: Claim) -> None:
    """What would fire if everything were asked gives at least its level at the end of the interview."""
    levels = end.sheet.levels()
    for flag in pack.red_flags:
        fires = someone.sheet.planes(flag.when).yes
        model = space.solver.find(fires, ~at_least(levels, RANK[flag.level]))
        if model:
            message = f"'{flag.id}' would fire if everything were asked, and the interview ends lower"
            claim.counterexamples.append(
                Counterexample(
                    message,
                    (person(end, model), person(space.living(someone), model)),
                    (flag_place(pack, flag),),
                )
            )


def _nothing_urgent_is_left(pack: Pack, space: Space, steps: list[Asked[Formula]], claim: Claim) -> None:
    """Once a question is asked for another reason, no answer can make it an emergency any more."""
    start = next(step for step in steps if not step.urgent)
    now = space.given(start.known)
    later = space.anyone()
    goes_on = space.graph.all(~before | after for before, after in zip(now.planes, later.planes, strict=True))
    for rank in range(EMERGENCY, len(LEVELS)):
        model = space.solver.find(later.fits, goes_on, later.sheet.fired(rank), ~now.sheet.fired(rank))
        if model:
            message = f"questions that cannot matter for '{LEVELS[rank]}' are asked before one that can"
            places = tuple(flag_place(pack, flag) for flag in firing(pack, later, model))
            claim.counterexamples.append(
                Counterexample(message, (person(now, model), person(later, model)), places)
            )


def _what_is_urgent_can_matter(pack: Pack, every: Interviews, claim: Claim) -> None:
    """Nobody is asked what can raise nothing while another question still can."""
    space = every.space
    later = space.anyone()
    relevance = Relevance(every, on_the_emergencies(space.compiled))
    for step in every.steps:
        if not step.urgent:
            continue
        now = space.given(step.known)
        goes_on = space.graph.all(
            ~before | after for before, after in zip(now.planes, later.planes, strict=True)
        )
        raised = space.graph.any(_raised(now.sheet, later.sheet))
        try:
            found = relevance.irrelevant(step, (later.fits, goes_on, raised))
        except Undecided:
            claim.open.append(f"whether '{step.question}' can always matter when it is asked as urgent")
            continue
        if found:
            message = f"'{step.question}' is asked before questions that could still raise the level"
            claim.counterexamples.append(
                Counterexample(
                    message, (person(found.known, found.model),), (question_place(pack, step.question),)
                )
            )


def _raised(now: Sheet[Formula], later: Sheet[Formula]) -> Iterator[Formula]:
    """The emergency flags that fire later and would raise the level that is certain now."""
    for flag in now.compiled.pack.red_flags:
        rank = RANK[flag.level]
        if rank >= EMERGENCY:
            yield later.planes(flag.when).yes & ~now.fired(rank)
