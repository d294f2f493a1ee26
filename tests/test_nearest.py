"""The smallest changes against brute force: they reach it, none is missed, and no smaller one does."""

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generated import packs, partial
from triage.answers import Answers
from triage.condition import Condition
from triage.explain.given import Given, Unit, Values, changed, known, units_of
from triage.explain.nearest import FAIL, HOLD, NOT_HOLD, nearest
from triage.logic import Truth
from triage.pack import Pack
from triage.view import View


def by_brute_force(
    pack: Pack, answers: Answers, condition: Condition, want: frozenset[Truth], most: int
) -> set[frozenset[Given]]:
    values = Values(pack)
    now = {piece.unit: piece.value for piece in known(answers)}

    def others(unit: Unit) -> list[Given]:
        different = (v for v in values.of(unit) if unit not in now or not values.alike(unit, v, now[unit]))
        return [Given(*unit, value) for value in different]

    for size in range(most + 1):
        found = set()
        for units in combinations(units_of(pack, condition), size):
            for change in product(*map(others, units)):
                after, _ = changed(pack, answers, change)
                if View(pack, after).judge(condition).truth in want:
                    found.add(frozenset(change))
        if found:
            return found if size else set()
    return set()


@settings(max_examples=120)
@given(packs(most=4), st.data(), st.sampled_from([HOLD, FAIL, NOT_HOLD]))
def test_the_smallest_changes_are_found_all_of_them(
    pack: Pack, data: st.DataObject, want: frozenset[Truth]
) -> None:
    answers = data.draw(partial(pack))
    conditions: list[Condition] = [flag.when for flag in pack.red_flags]
    conditions += [part.when for cause in pack.causes for part in cause.supporting]
    condition = data.draw(st.sampled_from(conditions))
    if View(pack, answers).judge(condition).truth in want:
        return
    found = list(nearest(pack, answers, condition, want, most=2))
    assert len(found) == len(set(found))
    assert set(found) == by_brute_force(pack, answers, condition, want, 2)
