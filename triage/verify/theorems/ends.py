"""Every interview ends, in one level, with something to do; and how long it is."""

from collections.abc import Sequence
from fractions import Fraction

from triage.pack import LEVELS, Pack
from triage.verify.course import Asked, once
from triage.verify.formula import Formula, Model
from triage.verify.interviews import interviews
from triage.verify.space import Anyone, Space
from triage.verify.theorems.chance import Chance
from triage.verify.theorems.claim import Claim, Counterexample, person, question_place
from triage.waiting import asking
from triage.worlds import Compiled, P


def every_interview_ends(pack: Pack) -> Claim:
    """First answers, no going back, no early end: the interview is over after finitely many questions.

    Counted are questions; a plainer question about the same thing is not a new one.
    """
    every = interviews(pack)
    space, someone, steps, end = every.space, every.someone, every.steps, every.end
    claim = Claim()
    _is_over(space, end, claim)
    _one_level(space, end, claim)
    asked = _asked(pack, space, steps)
    _twice(pack, space, steps, claim)
    _lengths(space, end, steps, asked, claim)
    _mean(pack, space, someone, asked, claim)
    return claim


def _asked(pack: Pack, space: Space, steps: Sequence[Asked[Formula]]) -> dict[str, Formula]:
    """Who is asked each question, in one sweep or the other."""
    return {
        question.id: space.graph.any(step.where for step in steps if step.question == question.id)
        for question in pack.questions
    }


def _is_over(space: Space, end: Anyone, claim: Claim) -> None:
    """After the two sweeps nothing is left to ask."""
    model = space.solver.find(space.graph.any(where for _, where in asking(end.sheet)))
    if model:
        claim.counterexamples.append(
            Counterexample("the interview does not end: something is still to ask", (person(end, model),))
        )


def _twice(pack: Pack, space: Space, steps: Sequence[Asked[Formula]], claim: Claim) -> None:
    """Nobody is asked the same question again."""
    for question in pack.questions:
        first, second = (step.where for step in steps if step.question == question.id)
        model = space.solver.find(first, second)
        if model:
            known = space.given(next(step.known for step in reversed(steps) if step.question == question.id))
            message = f"'{question.id}' is asked twice"
            place = question_place(pack, question.id)
            claim.counterexamples.append(Counterexample(message, (person(known, model),), (place,)))


def _one_level(space: Space, end: Anyone, claim: Claim) -> None:
    """Exactly one level, and in each a sentence that says what to do."""
    graph = space.graph
    levels = end.sheet.levels()
    model = space.solver.find(~(graph.any(levels) & graph.at_most_one(levels)))
    if model:
        claim.counterexamples.append(Counterexample("not exactly one level", (person(end, model),)))
    for name, plane in zip(LEVELS, levels, strict=True):
        said = graph.any(
            end.sheet.planes(sentence.when).yes for sentence in space.pack.about.levels[name].say
        )
        model = space.solver.find(plane, ~said)
        if model:
            message = f"somebody ends in '{name}' and is not told what to do"
            places = (("pack.yaml", ("levels", name, "say")),)
            claim.counterexamples.append(Counterexample(message, (person(end, model),), places))
    claim.counts["levels_reached"] = sum(space.solver.find(plane) is not None for plane in levels)


def _lengths(
    space: Space, end: Anyone, steps: Sequence[Asked[Formula]], asked: dict[str, Formula], claim: Claim
) -> None:
    """The fewest and the most questions that anybody is asked, each with somebody who is."""
    reached = [space.graph.true, *[space.graph.false] * (len(asked) + 1)]
    for where in asked.values():
        for count in range(len(asked), 0, -1):
            reached[count] = reached[count] | (reached[count - 1] & where)
    for name, counts, wanted in (
        ("most", range(len(asked), -1, -1), lambda count: reached[count]),
        ("fewest", range(len(asked) + 1), lambda count: ~reached[count + 1]),
    ):
        for count in counts:
            model = space.solver.find(wanted(count))
            if model:
                claim.counts[f"{name}_questions"] = count
                claim.counts[f"{name}_in_order"] = _order(steps, model)
                claim.witnesses[f"{name}_questions"] = person(end, model)
                break


def _order(steps: Sequence[Asked[Formula]], model: Model) -> list[str]:
    return [step.question for step in steps if model.holds(step.where)]


def _mean(pack: Pack, space: Space, someone: Anyone, asked: dict[str, Formula], claim: Claim) -> None:
    """The mean number of questions, every answer of a question equally likely and independent.

    Single sweeps in the author's order are small enough to count: one in which an emergency that is only to
    be excluded is never asked about, one in which it is where that matters so far, and one in which it
    always is. The solver decides for each question which of them ask nobody, or everybody, who is really
    asked; where these are equally likely the mean is exact.
    """
    chance = Chance(pack)
    sweeps = _sweeps(space.compiled, someone.planes, space.graph.true)
    shares = _sweeps(chance.compiled, chance.people, chance.true)
    low = high = Fraction(0)
    for name, real in asked.items():
        pairs = [(sweep[name], chance.of(share[name])) for sweep, share in zip(sweeps, shares, strict=True)]
        low += max((share for where, share in pairs if space.solver.find(where & ~real) is None), default=0)
        high += min((share for where, share in pairs if space.solver.find(real & ~where) is None), default=1)
    claim.counts["mean_questions"] = float(low) if low == high else [float(low), float(high)]
    claim.counts["mean_is"] = "exact" if low == high else "a bound: it lies between the two"


def _sweeps(compiled: Compiled, people: Sequence[P], full: P) -> list[dict[str, P]]:
    return [once(compiled, people, full, low) for low in (full ^ full, None, full)]
