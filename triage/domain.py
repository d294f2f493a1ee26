"""Every answer that the rules of a pack can tell apart: finitely many, also for numbers.

A number question is cut into bands at the thresholds that conditions use; within a band no condition
changes, so one number stands for all of them.
"""

from collections.abc import Iterable

from triage.condition import COMPARE, Compare, leaves
from triage.pack import Pack, Question, once
from triage.walk import conditions


@once
def bands(pack: Pack) -> dict[str, tuple[range, ...]]:
    """The bands of each number question, from the lowest to the highest."""
    signs: dict[str, set[Compare]] = {
        question.id: set() for question in pack.questions if question.kind == "number"
    }
    for _, _, condition in conditions(pack):
        for leaf, _ in leaves(condition):
            if isinstance(leaf, Compare):
                signs[leaf.question].add(leaf)
    return {name: _cut(pack.question[name], read) for name, read in signs.items()}


def _cut(question: Question, signs: Iterable[Compare]) -> tuple[range, ...]:
    low, high = question.min or 0, question.max or 0
    # A threshold n tells n-1, n and n+1 apart at most, so these are all the places a band can start.
    edges = {leaf.number + step for leaf in signs for step in (0, 1)}
    candidates = sorted({low} | {edge for edge in edges if low < edge <= high})
    starts: list[int] = []
    for value in candidates:
        if not starts or _holding(signs, value) != _holding(signs, starts[-1]):
            starts.append(value)
    ends = [*starts[1:], high + 1]
    return tuple(range(start, end) for start, end in zip(starts, ends, strict=True))


def _holding(signs: Iterable[Compare], value: int) -> tuple[bool, ...]:
    return tuple(COMPARE[leaf.operator](value, leaf.number) for leaf in signs)
