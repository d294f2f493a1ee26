"""The interview of a pack as a mermaid flow diagram, for `triage show --graph`."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from triage.condition import Fact, leaves
from triage.pack import EMERGENCY, RANK, Pack, Question


def graph(pack: Pack) -> Iterator[str]:
    """The questions in the order they are asked, as the lines of a flow diagram.

    What an emergency flag reads comes first. A gate labels the way to its question, and both ways meet again
    behind it. What the diagram does not show: a question that can change nothing any more is left out.
    """
    order = ordered(pack)
    yield "flowchart TD"
    yield '  start(["Start"])'
    for number, (section, group) in enumerate(groupby(order, key=lambda question: question.section), start=1):
        yield f'  subgraph s{number}["{_text(section)}"]'
        for question in group:
            yield f'    q_{question.id}["{_text(question.label)}"]'
            if question.only_if is not None:
                yield f"    m_{question.id}(( ))"
        yield "  end"
    yield '  summary(["Summary"])'
    yield from _ways(order)


def _ways(order: Sequence[Question]) -> Iterator[str]:
    """From each question to the next, and around a gated one to the point behind it where both ways meet."""
    here = "start"
    for question in order:
        there = f"q_{question.id}"
        if question.only_if is None:
            yield f"  {here} --> {there}"
            here = there
        else:
            meet = f"m_{question.id}"
            yield f'  {here} -->|"{_text(str(question.only_if))}"| {there}'
            yield f'  {here} -->|"otherwise"| {meet}'
            yield f"  {there} --> {meet}"
            here = meet
    yield f"  {here} --> summary"


def ordered(pack: Pack) -> list[Question]:
    """The questions as they are asked at most: first what an emergency flag reads, its gates included."""
    urgent: set[str] = set()
    waiting = [flag.when for flag in pack.red_flags if RANK[flag.level] >= EMERGENCY]
    seen: set[str] = set()
    while waiting:
        for leaf, _ in leaves(waiting.pop()):
            if isinstance(leaf, Fact):
                if leaf.name not in seen:
                    seen.add(leaf.name)
                    waiting.append(pack.fact[leaf.name].when)
            elif leaf.question not in urgent:
                urgent.add(leaf.question)
                gate = pack.question[leaf.question].only_if
                waiting += [gate] if gate is not None else []
    return sorted(pack.questions, key=lambda question: question.id not in urgent)


def _text(words: str) -> str:
    """Words inside quotes, in which nothing can end them or mean something to the reader of the diagram."""
    named = {'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;", "`": "#96;"}
    return "".join(named.get(char, char) for char in words)
