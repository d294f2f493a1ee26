"""A literal is shown to matter exactly if flipping it alone flips its rule, in some case each way."""

import random
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from tests.generated import packs
from tests.test_mutants import cases_of
from triage.condition import All, AnyOf, AtLeast, Condition, Leaf, Not, Verdict, judge
from triage.logic import NO, UNKNOWN, YES, Truth
from triage.pack import Case, Pack
from triage.verify.cases import complete
from triage.verify.coverage import coverage
from triage.view import View
from triage.walk import conditions


def literals(condition: Condition, negated: bool = False) -> Iterator[tuple[int, bool]]:
    """How deep in reading order each leaf stands, and whether under an odd number of nots."""
    match condition:
        case Not(of):
            yield from literals(of, not negated)
        case All(of) | AnyOf(of) | AtLeast(_, of):
            for part in of:
                yield from literals(part, negated)
        case _:
            yield id(condition), negated


def flipped(view: View, condition: Condition, place: int, truth: Truth) -> Truth:
    """What the condition would come to if only its leaf at this place, in reading order, were so."""
    count = -1

    def look(leaf: Leaf) -> Verdict:
        nonlocal count
        count += 1
        return Verdict(truth) if count == place else Verdict(view.judge(leaf).truth)

    return judge(condition, look).truth


@given(packs(), st.integers())
def test_a_literal_matters_where_flipping_it_alone_flips_its_rule(pack: Pack, seed: int) -> None:
    cases: list[Case] = cases_of(pack, random.Random(seed), 6)
    views = [View(pack, complete(pack, case)) for case in cases]
    for rule, (_, _, condition) in zip(coverage(pack, cases).rules, conditions(pack), strict=True):
        truths = [view.judge(condition).truth for view in views]
        assert (rule.holds, rule.fails) == (YES in truths, {*truths} - {YES} != set())
        for place, (literal, (_, negated)) in enumerate(zip(rule.literals, literals(condition), strict=True)):
            on, off = (NO, YES) if negated else (YES, NO)
            here = [(flipped(view, condition, place, off), flipped(view, condition, place, on), leaf(view, condition, place))
                    for view in views]  # fmt: skip
            decides = [
                (without, said) for without, with_it, said in here if with_it is YES and without is not YES
            ]
            assert literal.holds == any(said is on for _, said in decides)
            assert literal.fails == any(said is off for _, said in decides)


def leaf(view: View, condition: Condition, place: int) -> Truth:
    """What is known of the leaf at this place."""
    found: list[Truth] = []

    def look(leaf: Leaf) -> Verdict:
        found.append(view.judge(leaf).truth)
        return Verdict(UNKNOWN)

    judge(condition, look)
    return found[place]
