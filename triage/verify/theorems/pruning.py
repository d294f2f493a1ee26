"""Pruning is honest: the interview comes to the same outcome as asking everything."""

from triage.pack import Pack
from triage.verify.formula import Solver
from triage.verify.interviews import interviews
from triage.verify.theorems.claim import Claim, Counterexample, differs, person, question_place


def pruning(pack: Pack) -> Claim:
    """Nobody's outcome would be another if the questions that were left out had been asked too."""
    every = interviews(pack)
    space, someone, steps, end = every.space, every.someone, every.steps, every.end
    claim = Claim(counts={"outcome_planes": len(list(end.sheet.outcome()))})
    model = Solver(space.graph).find(differs(end.sheet.outcome(), someone.sheet.outcome()))
    if model:
        asked = {step.question for step in steps if model.holds(step.where)}
        left_out = [
            question.id
            for question in pack.questions
            if question.id not in asked and model.holds(someone.applies(question.id))
        ]
        claim.counterexamples.append(
            Counterexample(
                "the interview ends with another outcome than asking everything",
                (person(end, model), person(space.living(someone), model)),
                tuple(question_place(pack, name) for name in left_out),
            )
        )
    return claim
