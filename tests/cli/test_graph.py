"""`triage show --graph`: a flow diagram that can be read, and in which nothing is missing."""

import re

import pytest
from hypothesis import given

from tests.cli.command import run
from tests.generated import packs
from triage.cli.graph import graph
from triage.pack import Pack

NODE = re.compile(r'(\w+)(?:\["[^"]*"\]|\(\["[^"]*"\]\)|\(\( \)\))')
WAY = re.compile(r'(\w+) -->(?:\|"([^"]*)"\|)? (\w+)')


def read(lines: list[str]) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """The nodes with the section they stand in, and the ways; fails at a line that is neither."""
    assert lines[0] == "flowchart TD"
    nodes: dict[str, str] = {}
    ways = []
    inside = ""
    for line in (line.strip() for line in lines[1:]):
        if found := re.fullmatch(r'subgraph (s\d+)\["[^"]*"\]', line):
            assert not inside
            inside = found[1]
        elif line == "end":
            assert inside
            inside = ""
        elif found := WAY.fullmatch(line):
            ways.append((found[1], found[2] or "", found[3]))
        else:
            node = NODE.fullmatch(line)
            assert node, line
            assert node[1] not in nodes
            nodes[node[1]] = inside
    return nodes, ways


def sound(pack: Pack) -> None:
    lines = [*graph(pack)]
    assert lines == [*graph(pack)]
    nodes, ways = read(lines)
    assert {name for name in nodes if name.startswith("q_")} == {
        f"q_{question.id}" for question in pack.questions
    }
    assert all(one in nodes and other in nodes for one, _, other in ways)
    for question in pack.questions:
        (label,) = {said for _, said, there in ways if there == f"q_{question.id}"}
        assert bool(label) is (question.only_if is not None)
    reached, waiting = {"start"}, ["start"]
    while waiting:
        here = waiting.pop()
        after = [there for one, _, there in ways if one == here]
        assert bool(after) is (here != "summary")
        waiting += [there for there in after if there not in reached]
        reached.update(after)
    assert reached == nodes.keys()


@given(packs())
def test_every_question_of_any_pack_is_in_the_diagram_and_on_a_way_to_the_end(pack: Pack) -> None:
    sound(pack)


def test_so_is_every_question_of_the_shipped_pack_with_its_gate(liver: Pack) -> None:
    sound(liver)
    said = run("show", "--graph").out
    assert '|"black_stool"| q_iron_tablets' in said
    assert '|"age #gt;= 10 and age #lt; 60"| q_pregnant' in said


@pytest.mark.parametrize("other", [["--review"], ["--format", "json"]])
def test_a_diagram_goes_with_no_other_form(other: list[str]) -> None:
    result = run("show", "--graph", *other)
    assert (result.code, "--graph prints a diagram" in result.err) == (2, True)
