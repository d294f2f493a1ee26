"""Unknown is exact: what is certain is what every completion of the answers says, and no more.

A level is certain if some red flag of it or above surely fires. It should be certain exactly if such a flag
fires however the unknown answers turn out. The same holds for what is excluded.
"""

from functools import partial

from triage.pack import FLOOR, LEVELS, RANK, Pack, RedFlag
from triage.verify.formula import Formula
from triage.verify.space import Anyone, Space
from triage.verify.theorems.claim import Claim, Counterexample, at_least, firing, flag_place, person
from triage.verify.theorems.completion import Completions, Found, Undecided, Wanted


def unknown_is_exact(pack: Pack) -> Claim:
    """The certain level is the lowest and ``could_reach`` the highest over all completions."""
    claim = Claim(counts={"levels": len(LEVELS) - 1, "flags": len(pack.red_flags)})
    lowest = Completions(pack, prefer="best")
    for rank in range(1, len(LEVELS)):
        _certain(lowest, rank, claim)
    highest = Completions(pack, prefer="worst")
    reached = {rank: partial(_fired, rank) for rank in range(len(LEVELS))}
    for flag in pack.red_flags:
        _excluded(highest, flag, reached[RANK[flag.level]], claim)
    claim.counts["ways_to_complete"] = lowest.rules + highest.rules
    space = Space(pack)
    _floor(space, claim)
    _reassurance(space, claim)
    return claim


def _fired(rank: int, world: Anyone) -> Formula:
    return world.sheet.fired(rank)


def _certain(completions: Completions, rank: int, claim: Claim) -> None:
    """Where a level is not certain, some completion does not reach it."""
    anyone, pack = completions.anyone, completions.space.pack
    unsure = ~anyone.sheet.fired(rank)
    found = _sought(completions, unsure, lambda world: ~world.sheet.fired(rank), LEVELS[rank], claim)
    if found:
        message = f"however the rest turns out, the level is {LEVELS[rank]}; but it is not said to be certain"
        hint = f"add a red flag of level {LEVELS[rank]} for: {found.text}"
        if not found.text:
            hint = "everybody reaches it, whatever they answer: leave one of the answers out of the flags"
        places = tuple(
            flag_place(pack, flag)
            for flag in pack.red_flags
            if RANK[flag.level] >= rank and not found.model.holds(anyone.sheet.planes(flag.when).no)
        )
        claim.counterexamples.append(Counterexample(message, (found.person,), places, hint))


def _excluded(completions: Completions, flag: RedFlag, reached: Wanted, claim: Claim) -> None:
    """Where a flag is not excluded, some completion reaches its level."""
    possible = ~completions.anyone.sheet.planes(flag.when).no
    found = _sought(completions, possible, reached, flag.id, claim)
    if found:
        message = f"'{flag.id}' is not excluded, but however the rest turns out no flag of its level fires"
        hint = f"let '{flag.id}' be a no for: {found.text}"
        places = (flag_place(completions.space.pack, flag),)
        claim.counterexamples.append(Counterexample(message, (found.person,), places, hint))


def _sought(
    completions: Completions, those: Formula, wanted: Wanted, name: str, claim: Claim
) -> Found | None:
    """Answers that fit ``those`` and that nothing completes as wanted; what is undecided is noted."""
    try:
        return completions.missing(those, wanted)
    except Undecided:
        claim.open.append(f"whether '{name}' is exact for every set of answers")
        return None


def _floor(space: Space, claim: Claim) -> None:
    """An emergency flag asked about to the end and still unknown gives at least the floor."""
    anyone = space.anyone()
    model = space.solver.find(
        anyone.fits, anyone.sheet.in_vain(), ~at_least(anyone.sheet.levels(), RANK[FLOOR])
    )
    if model:
        message = f"an emergency flag is unknown after it was asked about, and the level is below {FLOOR}"
        claim.counterexamples.append(Counterexample(message, (person(anyone, model),)))


def _reassurance(space: Space, claim: Claim) -> None:
    """Whoever is reassured has nothing against it, however the unknown answers turn out."""
    guard = space.pack.about.reassurance
    if guard is None:
        return
    anyone, world = space.anyone(), space.world()
    agrees = space.graph.all(
        ~plane | world.said(unit, value)
        for unit in space.compiled.units
        for value, plane in anyone.values(unit).items()
        if value != "unknown"
    )
    applies = space.graph.all(
        ~anyone.answered(unit) | world.applies(unit[0]) for unit in space.compiled.units
    )
    against = [world.sheet.planes(off.when).yes for off in guard.switch_off]
    doubt = space.graph.any([*against, ~world.sheet.planes(guard.when).yes, world.sheet.fired(1)])
    model = space.solver.find(anyone.fits, anyone.sheet.reassured(), agrees, applies, doubt)
    if model:
        message = "somebody is reassured although what forbids it may be so"
        places = tuple(flag_place(space.pack, flag) for flag in firing(space.pack, world, model))
        claim.counterexamples.append(
            Counterexample(message, (person(anyone, model), person(space.living(world), model)), places)
        )
