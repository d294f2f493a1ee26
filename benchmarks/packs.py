"""Generated rules of a given size: questions, rules of three to five literals, causes they speak for."""

import random
from typing import NamedTuple

from triage.condition import All, AnyOf, Condition, Not, Option, Said

SIZES = ((40, 100, 12), (200, 1000, 24), (500, 5000, 60))
OPTIONS = 4


class Made(NamedTuple):
    """Rules: how many options each question has (0: yes or no), and the rules of each cause."""

    questions: list[int]
    causes: list[list[Condition]]


def make(questions: int, rules: int, causes: int, seed: int = 1) -> Made:
    """Seven of ten questions are yes or no; a rule is a conjunction, often with an *or* or an *unless*."""
    chance = random.Random(seed)
    options = [0 if chance.random() < 0.7 else OPTIONS for _ in range(questions)]

    def literal() -> Condition:
        number = chance.randrange(questions)
        if options[number]:
            return Option(f"q{number}", f"q{number}_{chance.randrange(OPTIONS)}")
        return Said(f"q{number}")

    def rule() -> Condition:
        parts = [literal() for _ in range(chance.randint(2, 4))]
        kind = chance.random()
        if kind < 0.4:
            parts.append(AnyOf((literal(), literal())))
        elif kind < 0.7:
            parts.append(Not(literal()))
        return All(tuple(parts))

    made = [rule() for _ in range(rules)]
    return Made(options, [made[cause::causes] for cause in range(causes)])
