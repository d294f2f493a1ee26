"""The three-valued logic: exhaustive laws."""

from itertools import product

import pytest

from triage.logic import NO, UNKNOWN, YES, Truth, at_least

ALL = tuple(Truth)
SHARPER = {NO: (NO,), YES: (YES,), UNKNOWN: (NO, YES)}


def test_the_truths_are_ordered_from_no_over_unknown_to_yes() -> None:
    assert list(Truth) == [NO, UNKNOWN, YES]
    assert NO < UNKNOWN < YES


@pytest.mark.parametrize("truth", ALL)
def test_a_truth_has_no_boolean_value(truth: Truth) -> None:
    with pytest.raises(TypeError, match=r"^a Truth is not a boolean: compare with Truth\.YES or Truth\.NO$"):
        bool(truth)


def test_not_is_reflection() -> None:
    assert [~truth for truth in ALL] == [YES, UNKNOWN, NO]
    assert all(isinstance(~truth, Truth) for truth in ALL)


@pytest.mark.parametrize(("a", "b"), list(product(ALL, ALL)))
def test_de_morgan(a: Truth, b: Truth) -> None:
    assert ~min(a, b) == max(~a, ~b)
    assert ~max(a, b) == min(~a, ~b)


@pytest.mark.parametrize(("a", "b"), list(product(ALL, ALL)))
def test_and_or_not_are_exactly_what_all_completions_agree_on(a: Truth, b: Truth) -> None:
    def agreed(outcomes: set[Truth]) -> Truth:
        return outcomes.pop() if len(outcomes) == 1 else UNKNOWN

    pairs = list(product(SHARPER[a], SHARPER[b]))
    assert min(a, b) == agreed({min(pair) for pair in pairs})
    assert max(a, b) == agreed({max(pair) for pair in pairs})
    assert ~a == agreed({~one for one in SHARPER[a]})


@pytest.mark.parametrize("truths", [p for n in range(4) for p in product(ALL, repeat=n)])
@pytest.mark.parametrize("count", range(-1, 5))
def test_at_least_counts_like_every_completion(count: int, truths: tuple[Truth, ...]) -> None:
    counts = {sum(one is YES for one in full) >= count for full in product(*(SHARPER[t] for t in truths))}
    expected = UNKNOWN if len(counts) == 2 else YES if counts.pop() else NO
    assert at_least(count, truths) == expected
