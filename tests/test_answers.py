"""Answers in every form a file may use, and every refusal."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import loose, packs, written
from triage.answers import Answer, describe, describe_answer, is_answered, normalise, shown, truth_of
from triage.condition import Compare, Item, Option, Said
from triage.errors import AnswerError
from triage.logic import NO, UNKNOWN, YES
from triage.pack import Pack

ALL_NO = {"fever": "no", "jaundice": "no", "black_stool": "no"}


@pytest.mark.parametrize(
    ("given_form", "canonical"),
    [
        ({"iron": "yes"}, {"iron": "yes"}),
        ({"iron": True}, {"iron": "yes"}),
        ({"iron": False}, {"iron": "no"}),
        ({"iron": "unknown"}, {"iron": "unknown"}),
        ({"iron": None}, {}),
        ({"age": 63}, {"age": 63}),
        ({"age": "63"}, {"age": 63}),
        ({"age": 0}, {"age": 0}),
        ({"age": 120}, {"age": 120}),
        ({"age": "unknown"}, {"age": "unknown"}),
        ({"hepatitis": "b"}, {"hepatitis": "b"}),
        ({"hepatitis": "unknown"}, {"hepatitis": "unknown"}),
        ({"alarm": "none"}, {"alarm": ALL_NO}),
        ({"alarm": False}, {"alarm": ALL_NO}),
        ({"alarm": "unknown"}, {"alarm": dict.fromkeys(ALL_NO, "unknown")}),
        ({"alarm": "fever"}, {"alarm": {"fever": "yes"}}),
        ({"alarm": ["?black_stool", "fever", "!jaundice"]}, {"alarm": {"fever": "yes", "jaundice": "no", "black_stool": "unknown"}}),
        ({"alarm": {"jaundice": "no", "fever": True}}, {"alarm": {"fever": "yes", "jaundice": "no"}}),
        ({"alarm": {"fever": None, "jaundice": False}}, {"alarm": {"jaundice": "no"}}),
        ({"alarm": {"items": ["fever", "?jaundice"], "closed": True}}, {"alarm": {"fever": "yes", "jaundice": "unknown", "black_stool": "no"}}),
        ({"alarm": {"items": ["fever"], "closed": False}}, {"alarm": {"fever": "yes"}}),
        ({"alarm": {"yes": ["fever"], "unknown": ["jaundice"], "no": ["black_stool"]}}, {"alarm": {"fever": "yes", "jaundice": "unknown", "black_stool": "no"}}),
        ({"alarm": {"fever": "yes", "closed": True}}, {"alarm": {"fever": "yes", "jaundice": "no", "black_stool": "no"}}),
        ({"alarm": {"closed": True, "fever": "yes"}}, {"alarm": {"fever": "yes", "jaundice": "no", "black_stool": "no"}}),
        ({"alarm": {}}, {}),
        ({"hepatitis": "c", "age": 4}, {"age": 4, "hepatitis": "c"}),
    ],
)  # fmt: skip
def test_forms_of_answers(small: Pack, given_form: dict[str, object], canonical: dict[str, Answer]) -> None:
    found = normalise(small, given_form)
    assert found == canonical
    assert list(found) == list(canonical)
    assert normalise(small, found) == canonical


@pytest.mark.parametrize(
    ("given_form", "said"),
    [
        ({"agee": 1}, "there is no question 'agee' (did you mean 'age'?)"),
        ({"age": -1}, "'age' cannot be '-1' (allowed: a whole number from 0 to 120, or unknown)"),
        ({"age": 121}, "'age' cannot be '121' (allowed: a whole number from 0 to 120, or unknown)"),
        ({"age": 4.5}, "'age' cannot be '4.5' (allowed: a whole number from 0 to 120, or unknown)"),
        ({"age": "٣"}, "'age' cannot be '٣' (allowed: a whole number from 0 to 120, or unknown)"),
        (
            {"age": "0" * 8 + "63"},
            "'age' cannot be '0000000063' (allowed: a whole number from 0 to 120, or unknown)",
        ),
        (
            {"age": "1" * 10},
            "'age' cannot be '1111111111' (allowed: a whole number from 0 to 120, or unknown)",
        ),
        ({"age": True}, "'age' cannot be 'yes' (allowed: a whole number from 0 to 120, or unknown)"),
        ({"iron": "maybe"}, "'iron' cannot be 'maybe' (allowed: yes, no, unknown)"),
        ({"iron": 1}, "'iron' cannot be '1' (allowed: yes, no, unknown)"),
        ({"hepatitis": "nevr"}, "'hepatitis' cannot be 'nevr' (did you mean 'never'?)"),
        ({"hepatitis": ["b"]}, "'hepatitis' cannot be '['b']' (allowed: never, b, c, unknown)"),
        ({"alarm": ["fevr"]}, "'alarm' cannot be 'fevr' (did you mean 'fever'?)"),
        ({"alarm": [3]}, "'alarm' cannot be '3' (a list names items)"),
        (
            {"alarm": 3},
            "'alarm' cannot be '3' (give a list of items, or a map from item to yes, no or unknown)",
        ),
        (
            {"alarm": True},
            "'alarm' cannot be 'True' (give a list of items, or a map from item to yes, no or unknown)",
        ),
        ({"alarm": {"fever": "maybe"}}, "'alarm' cannot be 'fever: maybe' (allowed: yes, no, unknown)"),
        ({"alarm": {"fever": 1}}, "'alarm' cannot be 'fever: 1' (allowed: yes, no, unknown)"),
        ({"alarm": {"items": "fever"}}, "'alarm' cannot be 'items: fever' (allowed: yes, no, unknown)"),
        ({"alarm": {"fever": ["yes"]}}, "'alarm' cannot be 'fever: ['yes']' (allowed: yes, no, unknown)"),
        (
            {"alarm": ["fever", "?fever"]},
            "'alarm' says both yes and unknown to 'fever' (keep one of the two)",
        ),
        (
            {"alarm": {"no": ["fever"], "fever": "yes"}},
            "'alarm' says both no and yes to 'fever' (keep one of the two)",
        ),
    ],
)
def test_refusals_say_what_is_allowed(small: Pack, given_form: dict[str, object], said: str) -> None:
    with pytest.raises(AnswerError) as caught:
        normalise(small, given_form)
    assert str(caught.value) == said


def test_a_contradiction_names_its_question(small: Pack) -> None:
    with pytest.raises(AnswerError) as caught:
        normalise(small, {"alarm": ["fever", "!fever"]})
    assert [misfit.question for misfit in caught.value.misfits] == ["alarm"]


def test_every_misfit_is_reported_at_once(small: Pack) -> None:
    with pytest.raises(AnswerError) as caught:
        normalise(small, {"age": 900, "agee": 1, "alarm": ["x"]})
    assert [misfit.question for misfit in caught.value.misfits] == ["age", "agee", "alarm"]


@given(packs(), st.data())
def test_every_form_of_an_answer_means_the_same(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(loose(pack))
    names = data.draw(st.permutations(list(pack.question)))
    file = {
        name: data.draw(written(pack.question[name], answers[name])) if name in answers else None
        for name in names
    }
    found = normalise(pack, file)
    assert found == answers
    assert list(found) == [name for name in pack.question if name in answers]
    assert [list(items) for items in found.values() if isinstance(items, dict)] == [
        [item for item in pack.question[name].choices if item in items]
        for name, items in found.items()
        if isinstance(items, dict)
    ]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["fever", "yes", "unknown", "closed"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.sampled_from(["fever", "items", "closed"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["age", "alarm", "iron", "hepatitis", "x"]), ANYTHING, max_size=4))
def test_no_data_whatever_does_more_than_being_refused(small: Pack, data: dict[str, object]) -> None:
    with suppress(AnswerError):
        found = normalise(small, data)
        assert normalise(small, found) == found


@pytest.mark.parametrize(
    ("atom", "answer", "truth"),
    [
        (Said("iron"), "yes", YES), (Said("iron"), "no", NO), (Said("iron"), "unknown", UNKNOWN),
        (Item("alarm", "fever"), {"fever": "no"}, NO), (Item("alarm", "fever"), {}, UNKNOWN), (Item("alarm", "fever"), "?", UNKNOWN),
        (Option("hepatitis", "b"), "b", YES), (Option("hepatitis", "b"), "c", NO), (Option("hepatitis", "b"), "unknown", UNKNOWN),
        (Compare("age", ">=", 60), 60, YES), (Compare("age", ">", 60), 60, NO), (Compare("age", "<", 60), 59, YES),
        (Compare("age", "<=", 60), 61, NO), (Compare("age", "=", 60), 60, YES), (Compare("age", "!=", 60), 60, NO),
        (Compare("age", ">=", 60), "unknown", UNKNOWN),
    ],
)  # fmt: skip
def test_what_an_answer_says_about_an_atom(atom: Said, answer: Answer, truth: object) -> None:
    assert truth_of(atom, answer) is truth


def test_answered_is_not_the_same_as_known() -> None:
    assert not is_answered(Said("iron"), None)
    assert is_answered(Said("iron"), "unknown")
    assert is_answered(Item("alarm", "fever"), {"fever": "unknown"})
    assert not is_answered(Item("alarm", "fever"), {"jaundice": "yes"})
    assert not is_answered(Item("alarm", "fever"), None)


def test_answers_are_told_in_the_words_the_person_saw(small: Pack) -> None:
    ask = small.question
    assert describe_answer(ask["age"], 63) == "63 years"
    assert describe_answer(ask["age"], "unknown") == "not sure"
    assert describe_answer(ask["hepatitis"], "b") == "hepatitis B"
    assert describe_answer(ask["iron"], "no") == "no"
    mixed = {"fever": "no", "jaundice": "unknown", "black_stool": "no"}
    assert describe_answer(ask["alarm"], mixed) == "Not sure: Jaundice. No: Fever; Black stool."
    assert describe_answer(ask["alarm"], {"fever": "yes"}) == "Yes: Fever."
    assert describe(small, Item("alarm", "fever")) == "Fever"
    assert describe(small, Option("hepatitis", "b")) == "Hepatitis: hepatitis B"
    assert describe(small, Compare("age", ">=", 60)) == "Age"
    assert describe(small, Said("iron")) == "Iron tablets"


def test_an_item_behind_a_gate_is_told_with_its_question(liver: Pack) -> None:
    label = liver.question["pain"].choices["pain_severe"].label
    assert describe(liver, Item("pain", "pain_severe")) == f"{liver.question['pain'].label}: {label}"


def test_what_a_person_typed_is_shown_short_and_harmless() -> None:
    assert shown("a\x1b[31mb\u202e") == "a\ufffd[31mb\ufffd"
    assert shown("x" * 60) == "x" * 60
    assert shown("x" * 61) == "x" * 57 + "..."
