"""The whole tree: every kind of condition and of part, and each part true to its own parts."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import packs, partial
from tests.test_forcing import every_condition
from triage.condition import All, AnyOf, AtLeast, Compare, Condition, Fact, Item, Not, Option, Said
from triage.explain import Node, tree
from triage.explain.how import conditions_behind
from triage.explain.tree import Kind, kinds
from triage.logic import NO, UNKNOWN, YES, Truth
from triage.pack import EMERGENCY, RANK, Pack
from triage.report.reasons import tree_told
from triage.report.text import to_text
from triage.view import View

FEVER, JAUNDICE = Item("alarm", "fever"), Item("alarm", "jaundice")
EXAMPLES: dict[type, tuple[Condition, str]] = {
    Said: (Said("benign"), "yes, given: The report says harmless"),
    Item: (JAUNDICE, "no, given: Jaundice"),
    Option: (Option("hepatitis", "b"), "yes, given: Hepatitis: hepatitis B (you said: hepatitis B)"),
    Compare: (Compare("age", ">=", 60), "no, given: Age: 60 years or more (you said: 40 years)"),
    Fact: (Fact("viral_hepatitis"), "yes, derived: hepatitis B or C"),
    Not: (Not(FEVER), "no, derived: not"),
    All: (All((FEVER, JAUNDICE)), "no, derived: all of"),
    AnyOf: (AnyOf((FEVER, JAUNDICE)), "yes, derived: any of"),
    AtLeast: (AtLeast(2, (FEVER, JAUNDICE)), "no, derived: at least 2 of"),
}
ANSWERS = {
    "age": 40, "alarm": {"fever": "yes", "jaundice": "no", "black_stool": "no"}, "hepatitis": "b", "benign": "yes",
    "past": {"stones": "unknown"},
}  # fmt: skip


def told(pack: Pack, condition: Condition) -> str:
    return to_text(tree_told(tree(View(pack, ANSWERS), condition)), width=200)


def test_there_is_an_example_of_every_kind_of_condition() -> None:
    assert set(EXAMPLES) == set(get_args(Condition))


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_every_kind_of_condition_is_told(small: Pack, kind: type) -> None:
    condition, line = EXAMPLES[kind]
    assert isinstance(condition, kind)
    assert told(small, condition).splitlines()[3] == f"- {line}"


def test_every_kind_of_part_is_told(small: Pack) -> None:
    conditions = tuple(condition for condition, _ in EXAMPLES.values())
    rest = (Fact("viral_hepatitis"), Said("iron"), Item("past", "stones"), Item("past", "cancer"))
    whole = tree(View(small, ANSWERS), All((*conditions, *rest)))
    assert set(kinds(whole)) == set(get_args(Kind))
    lines = told(small, All((*conditions, *rest))).splitlines()
    for line in (
        "- | yes, derived: hepatitis B or C (told above)",
        "- | no, does not apply: Iron tablets",
        "- | | no, given: Black stool",
        "- | open, not known: Bile duct stones",
        "- | open, not asked: Cancer",
    ):
        assert line in lines


def test_a_fact_is_told_where_it_stands_first_and_not_again(small: Pack) -> None:
    fact = Fact("viral_hepatitis")
    first, second = tree(View(small, ANSWERS), All((fact, fact))).parts
    assert (first.kind, len(first.parts)) == ("fact", 1)
    assert second == Node("fact told above", first.text, first.truth, rule="viral_hepatitis")


def test_a_part_names_its_rule_for_who_writes_rules(small: Pack) -> None:
    whole = tree(View(small, ANSWERS), All((FEVER, Fact("viral_hepatitis"), Compare("age", "<", 18))))
    assert [(part.rule, part.said) for part in whole.parts] == [("fever", "yes"), ("viral_hepatitis", None), ("age < 18", "40 years")]  # fmt: skip


def from_parts(node: Node) -> Truth:
    """What the truth of a part must be, from the truths of its own parts."""
    truths = [part.truth for part in node.parts]
    if node.kind == "not":
        return ~truths[0]
    if node.kind == "all of":
        return min(truths)
    if node.kind == "any of":
        return max(truths)
    if node.kind == "at least":
        count = int(node.text.split()[2])
        return sorted(truths, reverse=True)[count - 1]
    return truths[0]


def true_to_its_parts(node: Node) -> None:
    match node.kind:
        case "given":
            assert node.truth in (YES, NO)
        case "not known" | "not asked":
            assert node.truth is UNKNOWN
        case "does not apply":
            assert node.truth is NO
            assert [part.truth for part in node.parts] == [NO]
        case "fact told above":
            assert node.parts == ()
        case _:
            assert node.truth is from_parts(node)
    for part in node.parts:
        true_to_its_parts(part)


@given(packs(), st.data())
def test_each_part_of_a_tree_follows_from_its_parts(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    view = View(pack, answers)
    for condition in every_condition(pack):
        whole = tree(view, condition)
        assert whole.truth is view.judge(condition).truth
        true_to_its_parts(whole)


# --- what a subject stands on ----------------------------------------------------------------------


def test_a_level_on_the_floor_stands_on_the_emergencies_that_are_in_doubt(small: Pack) -> None:
    doubtful = View(
        small, {"alarm": dict.fromkeys(small.question["alarm"].choices, "unknown"), "iron": "unknown"}
    )
    flags = [flag for flag in small.red_flags if doubtful.judge(flag.when).truth is UNKNOWN]
    in_doubt = [flag.when for flag in flags if RANK[flag.level] >= EMERGENCY]
    assert conditions_behind(doubtful, "level") == AnyOf(tuple(in_doubt))


def test_a_cause_stands_on_all_its_evidence(small: Pack) -> None:
    cause = next(cause for cause in small.causes if cause.against)
    evidence = tuple(part.when for part in (*cause.supporting, *cause.against))
    assert conditions_behind(View(small, ANSWERS), cause.id) == AnyOf(evidence)
