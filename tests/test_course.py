"""The interview of many people at once is the interview of each of them."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import packs
from triage import waiting
from triage.answers import Answer, Answers
from triage.asking import asking, urgent
from triage.condition import Condition, Open
from triage.interview import Step, next_step
from triage.pack import Pack
from triage.verify.course import course, ending
from triage.view import View
from triage.worlds import Compiled


def everything(pack: Pack, chance: random.Random, doubt: float) -> dict[str, Answer]:
    """One answer to every question of the pack, whether or not it will be asked."""

    def one(*said: str) -> str:
        return "unknown" if chance.random() < doubt else chance.choice(said)

    answers: dict[str, Answer] = {}
    for question in pack.questions:
        if question.kind == "several_of":
            answers[question.id] = {item: one("yes", "no", "no") for item in question.choices}
        elif question.kind == "number":
            number = chance.randint(question.min or 0, question.max or 0)
            answers[question.id] = "unknown" if chance.random() < doubt else number
        else:
            answers[question.id] = one(*question.choices or ("yes", "no"))
    return answers


def interview(pack: Pack, person: Answers) -> dict[str, Answer]:
    """A real interview of the person, step by step: the answers given, in the order of the questions."""
    given: dict[str, Answer] = {}
    plainer: list[Step] = []
    while step := next_step(pack, given, plainer):
        if step.plainer:
            plainer.append(step)
        else:
            assert step.question not in given
            given[step.question] = person[step.question]
    return given


def agree(pack: Pack, people: list[dict[str, Answer]]) -> None:
    compiled = Compiled(pack)
    planes = [0] * len(compiled.slots)
    for number, person in enumerate(people):
        for question, answer in person.items():
            for slot in compiled.slots_for(question, answer):
                planes[compiled.slots[slot]] |= 1 << number
    full = (1 << len(people)) - 1
    steps = course(compiled, planes, full)
    known = ending(compiled, planes, steps)
    for number, person in enumerate(people):
        asked = interview(pack, person)
        assert [step.question for step in steps if step.where >> number & 1] == list(asked)
        held = {slot for slot, place in compiled.slots.items() if known[place] >> number & 1}
        assert held == {slot for name, answer in asked.items() for slot in compiled.slots_for(name, answer)}


@given(packs(), st.integers())
def test_each_person_is_asked_the_same_questions_in_the_same_order(pack: Pack, seed: int) -> None:
    chance = random.Random(seed)
    agree(pack, [everything(pack, chance, doubt) for doubt in (0.0, 0.3, 0.7) for _ in range(3)])


@pytest.mark.parametrize("doubt", [0.02, 0.4])
def test_people_at_random_are_asked_the_same_by_the_shipped_pack(liver: Pack, doubt: float) -> None:
    chance = random.Random(7)
    agree(liver, [everything(liver, chance, doubt) for _ in range(4)])


@given(packs(), st.integers())
def test_what_is_worth_asking_is_the_same_for_one_person_and_for_many(pack: Pack, seed: int) -> None:
    worth_the_same(pack, random.Random(seed))


@pytest.mark.parametrize("seed", range(8))
def test_what_is_worth_asking_of_the_small_pack_is_the_same_too(small: Pack, seed: int) -> None:
    worth_the_same(small, random.Random(seed))


def worth_the_same(pack: Pack, chance: random.Random) -> None:
    compiled = Compiled(pack)
    for _ in range(5):
        person = everything(pack, chance, 0.3)
        some = {name: answer for name, answer in person.items() if chance.random() < 0.6}
        sheet, view = compiled.encode([some]), View(pack, some)
        for many, one in ((waiting.asking(sheet), asking(view)), (waiting.urgent(sheet), urgent(view))):
            assert {still for when, where in many if where for still in unasked(view, when)} == set(one)


def unasked(view: View, when: Condition) -> Iterator[Open]:
    return (still for still in view.judge(when).open if still.status == "unasked")
