"""The smallest changes against brute force: they reach it, none is missed, and no smaller one does."""

from collections.abc import Callable, Iterator
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generated import packs, partial
from triage.answers import Answers
from triage.assess import SUPPORTED, assess
from triage.assessment import Assessment
from triage.explain.given import Given, Unit, Values, changed, each
from triage.explain.nearest import Goal, nearest
from triage.explain.why_not import cause_goal, flag_goal, level_goal
from triage.pack import LEVELS, Pack

Reached = Callable[[Assessment], bool]


def everything(pack: Pack) -> list[Unit]:
    """All that can be answered, in the order of the pack."""
    return [(one.id, item) for one in pack.questions for item in (one.choices if one.kind == "several_of" else [None])]  # fmt: skip


def other_answers(pack: Pack, answers: Answers) -> dict[Unit, list[Given]]:
    """Every answer that could have been given instead of each, or where there is none."""
    values = Values(pack)
    now = {piece.unit: piece.value for piece in each(answers)}
    return {
        unit: [
            Given(*unit, value)
            for value in values.of(unit)
            if unit not in now or not values.alike(unit, value, now[unit])
        ]
        for unit in everything(pack)
    }


def changes_of_size(pack: Pack, answers: Answers, size: int) -> Iterator[tuple[Given, ...]]:
    others = other_answers(pack, answers)
    for units in combinations(others, size):
        yield from product(*(others[unit] for unit in units))


def after(pack: Pack, answers: Answers, change: tuple[Given, ...]) -> Assessment:
    """What the changed answers come to, those set aside that apply no more."""
    return assess(pack, changed(pack, answers, change)[0])


def by_brute_force(pack: Pack, answers: Answers, reached: Reached, most: int) -> set[tuple[Given, ...]]:
    """The changes of the smallest size that reach it, every change to everything tried and assessed."""
    for size in range(most + 1):
        found = {
            change for change in changes_of_size(pack, answers, size) if reached(after(pack, answers, change))
        }
        if found:
            return found if size else set()
    return set()


def goals(pack: Pack) -> dict[str, tuple[Goal, Reached]]:
    """Everything that `why_not` may be asked about, and how an assessment shows that it was reached."""

    def level(name: str) -> Reached:
        return lambda found: found.level.id == name

    def flag(name: str) -> Reached:
        return lambda found: name in [one.id for one in found.red_flags]

    def cause(name: str) -> Reached:
        return lambda found: any(one.id == name and one.support in SUPPORTED for one in found.causes)

    return {
        **{name: (level_goal(pack, name), level(name)) for name in LEVELS},
        **{one.id: (flag_goal(one), flag(one.id)) for one in pack.red_flags},
        **{one.id: (cause_goal(pack, one), cause(one.id)) for one in pack.causes},
    }


def holds_together(pack: Pack, answers: Answers, subject: str, most: int) -> None:
    goal, reached = goals(pack)[subject]
    found = list(nearest(pack, answers, goal, most=most))
    assert len(found) == len(set(found))
    assert set(found) == by_brute_force(pack, answers, reached, most)


@settings(max_examples=50)
@given(packs(most=3), st.data())
def test_the_smallest_changes_are_found_all_of_them(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    subjects = data.draw(st.permutations(sorted(goals(pack))))
    for subject in subjects[:3]:
        holds_together(pack, answers, subject, 2)


@pytest.mark.slow
@settings(max_examples=500)
@given(packs(most=4), st.data())
def test_the_smallest_changes_are_found_on_five_hundred_packs(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    for subject in goals(pack):
        holds_together(pack, answers, subject, 2)


@pytest.mark.slow
@settings(max_examples=60)
@given(packs(most=3), st.data())
def test_changes_of_three_answers_are_found_too(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    for subject in LEVELS:
        holds_together(pack, answers, subject, 3)


def test_a_change_is_told_in_the_order_of_the_questions(small: Pack) -> None:
    answers = {"age": 40, "past": {"stones": "no", "cancer": "no", "injury": "no"}}
    goal = flag_goal(next(flag for flag in small.red_flags if flag.id == "old_with_cancer"))
    assert list(nearest(small, answers, goal)) == [(Given("age", None, 60), Given("past", "cancer", "yes"))]


def test_what_is_reached_already_needs_no_change(small: Pack) -> None:
    assert list(nearest(small, {"age": 40}, level_goal(small, "consultation"))) == []


def test_no_more_answers_are_changed_than_allowed(small: Pack) -> None:
    goal = flag_goal(next(flag for flag in small.red_flags if flag.id == "old_with_cancer"))
    assert list(nearest(small, {}, goal, most=1)) == []
    assert list(nearest(small, {}, goal, most=0)) == []
