"""Why a question is asked: what waits on it, and what each answer would do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import build, packs, partial, question
from triage.answers import Answers
from triage.asking import asking
from triage.assess import assess, certain_level
from triage.condition import All, AnyOf, Compare, Condition, Item, Not
from triage.explain import Waiting, how, matters, why
from triage.explain.given import Given, changed, unit_of
from triage.explain.words import atom_in_words, changes_in_words, condition_in_words
from triage.interview import Step, next_step
from triage.loading import find_pack, load_cases
from triage.logic import UNKNOWN
from triage.pack import LEVELS, Case, Pack
from triage.report.reasons import why_lines
from triage.verify.cases import complete
from triage.view import View

NONE = {"fever": "no", "jaundice": "no", "black_stool": "no"}


def test_what_waits_on_a_question_is_what_is_open_now(small: Pack) -> None:
    before = why(small, {}, Step("alarm"))
    assert [(part.kind, part.id) for part in before.waiting] == [
        ("red flag", "bleeding"), ("red flag", "fever_with_jaundice"), ("red flag", "black"),
        ("red flag", "jaundice_alone"), ("cause", "bile_stones"),
    ]  # fmt: skip
    assert (before.why, before.sources) == ("They can be urgent.", ("R1",))


def test_changing_an_earlier_answer_changes_the_reasons(small: Pack) -> None:
    old = why(small, {"alarm": NONE, "past": {"cancer": "yes"}}, Step("age"))
    young = why(small, {"alarm": NONE, "past": {"cancer": "no"}}, Step("age"))
    assert "old_with_cancer" in [part.id for part in old.waiting]
    assert "old_with_cancer" not in [part.id for part in young.waiting]
    assert old.changes != young.changes


def test_a_plainer_question_is_explained_for_its_item_alone(small: Pack) -> None:
    answers = {"alarm": {"fever": "yes", "jaundice": "unknown", "black_stool": "unknown"}}
    reason = why(small, answers, Step("alarm", "jaundice", plainer=True))
    assert [part.id for part in reason.waiting] == ["fever_with_jaundice", "jaundice_alone", "bile_stones"]
    assert [(change.answer, change.level) for change in reason.changes] == [
        ("yes", "emergency"),
        ("no", "consultation"),
    ]


def test_each_answer_of_each_kind_is_tried(small: Pack) -> None:
    def tried(question: str, answers: dict[str, object]) -> list[str]:
        return [change.answer for change in why(small, answers, Step(question)).changes]  # type: ignore[arg-type]

    assert tried("alarm", {}) == ["Fever", "Jaundice", "Black stool", "none of these"]
    assert tried("hepatitis", {}) == ["never", "hepatitis B", "hepatitis C"]
    assert tried("benign", {}) == ["yes", "no"]
    assert tried("age", {}) == ["0 to 17 years", "18 to 49 years", "50 to 59 years", "60 to 120 years"]


def test_what_waits_is_told_with_its_words_level_and_sources(small: Pack) -> None:
    reason = why(small, {"alarm": {**NONE, "fever": "yes", "jaundice": "unknown"}}, Step("past"))
    assert reason.step == Step("past")
    assert reason.waiting == (
        Waiting("red flag", "old_with_cancer", "Tell the cancer team.", "consultation_2w", ()),
        Waiting("cause", "bile_stones", "Bile duct stones", None, ("T2",)),
        Waiting("cause", "scar", "A healed scar", None, ()),
    )
    danger = why(small, {}, Step("alarm")).waiting[1]
    assert danger == Waiting(
        "red flag", "fever_with_jaundice", "It can be an infection.", "emergency", ("R1",)
    )


def test_each_answer_to_a_list_is_tried_with_the_rest_of_the_list_as_no(small: Pack) -> None:
    changes = why(small, {}, Step("alarm")).changes
    assert [(change.answer, change.level, change.could_reach) for change in changes] == [
        ("Fever", "consultation", "consultation_2w"),
        ("Jaundice", "consultation_24", None),
        ("Black stool", "consultation_24", "emergency_ambulance"),
        ("none of these", "consultation", "consultation_2w"),
    ]


def test_what_was_answered_beforehand_stays_as_it_was_said(small: Pack) -> None:
    changes = why(small, {"alarm": {"jaundice": "yes"}}, Step("alarm")).changes
    assert [(change.answer, change.level) for change in changes] == [
        ("Fever", "emergency"),
        ("Black stool", "consultation_24"),
        ("none of these", "consultation_24"),
    ]


def test_bands_begin_at_the_lowest_number_that_can_be_said() -> None:
    asked = {**question(0, "number", None), "min": -2, "max": 9, "unit": "cm"}
    flag = {
        "id": "f",
        "evidence": "t",
        "level": "emergency",
        "when": "q0 >= 5",
        "say": "s",
        "basis": "judgement",
    }
    changes = why(build([asked], [], [flag], []), {}, Step("q0")).changes
    assert [change.answer for change in changes] == ["-2 to 4 cm", "5 to 9 cm"]


def test_a_band_of_one_number_is_that_number() -> None:
    flag = {
        "id": "f",
        "evidence": "t",
        "level": "emergency",
        "when": "q0 = 2",
        "say": "s",
        "basis": "judgement",
    }
    changes = why(build([question(0, "number", None)], [], [flag], []), {}, Step("q0")).changes
    assert [(change.answer, change.level) for change in changes] == [
        ("0 to 1", "consultation"), ("2", "emergency"), ("3", "consultation"),
    ]  # fmt: skip


def test_a_change_names_level_reach_and_the_causes_it_moves(small: Pack) -> None:
    answers = {"age": 55, "alarm": NONE, "past": {"stones": "no", "cancer": "no", "injury": "no"}}
    never, b, _ = why(small, answers, Step("hepatitis")).changes
    assert (never.level, never.could_reach, never.causes) == (
        "consultation",
        None,
        (("A healed scar", "open", "none"),),
    )
    assert b.causes == (("A healed scar", "open", "moderate"),)


@given(packs(), st.data())
def test_every_change_is_what_assessing_that_answer_gives(pack: Pack, data: st.DataObject) -> None:
    answers = data.draw(partial(pack))
    step = next_step(pack, answers)
    if step is None or step.plainer:
        return
    question = pack.question[step.question]
    reason = why(pack, answers, step)
    assert any(view_reads(pack, answers, step) for _ in [0]) == bool(reason.waiting) or pack.about.reassurance
    if question.kind in ("yes_no", "one_of"):
        values = ["yes", "no"] if question.kind == "yes_no" else list(question.choices)
        for value, change in zip(values, reason.changes, strict=True):
            view = View(pack, {**answers, question.id: value})
            level = certain_level(view)[0]
            assert change.level == level
            highest = change.could_reach or level
            assert LEVELS.index(highest) == max(view.possible_rank(), LEVELS.index(level))
            assert change.could_reach != level
    if question.kind == "number":
        first, last = reason.changes[0].answer, reason.changes[-1].answer
        assert first.split()[0] == "0"
        assert last.split()[-1] == "3"


def view_reads(pack: Pack, answers: dict[str, object], step: Step) -> bool:
    view = View(pack, answers)  # type: ignore[arg-type]
    conditions = [flag.when for flag in pack.red_flags]
    conditions += [part.when for cause in pack.causes for part in (*cause.supporting, *cause.against)]
    verdicts = [view.judge(condition) for condition in conditions]
    return any(atom.question == step.question for v in verdicts if v.truth is UNKNOWN for atom, _ in v.open)


# --- one set of open atoms ---------------------------------------------------------------------------


def open_is_the_same_everywhere(pack: Pack, answers: Answers) -> None:
    """Open questions, what could be reached, what causes wait on and what matters: all from the same atoms."""
    view = View(pack, answers)
    person = assess(pack, answers)
    atoms = view.open_atoms()
    units = {unit_of(atom) for atom, _ in atoms}
    assert {question.id for question in person.open_questions} == {atom.question for atom, _ in atoms}
    for one in person.open_questions:
        assert set(one.items) == {item for name, item in units if name == one.id and item}
        unasked = any(atom.question == one.id and status == "unasked" for atom, status in atoms)
        assert one.status == ("unasked" if unasked else "unknown")
    assert person.status == ("incomplete" if asking(view) else "unsettled" if atoms else "complete")
    assert set(asking(view)) <= {still for still in atoms if still.status == "unasked"}
    waits = {flag.id: {(one.question, one.item) for one in flag.open} for flag in person.possible_flags}
    assert (person.could_reach is not None) is bool(waits)
    if person.could_reach is not None:
        flags = {flag.id: flag for flag in pack.red_flags}
        assert person.could_reach == max((flags[name].level for name in waits), key=LEVELS.index)
    assert set(matters(pack, answers).open) == set().union(*waits.values())
    assert {one.rule: set(one.waits_on) for one in how(pack, answers).open} == waits
    assert set().union(*waits.values()) <= units
    for cause in person.causes:
        assert {(one.question, one.item) for one in cause.open} <= units
        told = how(pack, answers, cause.id)
        assert {unit for one in told.open for unit in one.waits_on} <= {
            (o.question, o.item) for o in cause.open
        }
        assert (told.verdict == "open") is bool(told.open)
    step = next_step(pack, answers)
    if step is not None and not step.plainer:
        assert step.question in {question.id for question in person.open_questions}


@given(packs(), st.data())
def test_what_is_open_is_the_same_everywhere(pack: Pack, data: st.DataObject) -> None:
    open_is_the_same_everywhere(pack, data.draw(partial(pack)))


CASES = load_cases(find_pack("liver_calcification"))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[pytest.mark.slow] if number % 5 else [], id=case.id)
        for number, case in enumerate(CASES[::20])
    ],
)
def test_what_is_open_is_the_same_everywhere_on_the_shipped_pack(liver: Pack, case: Case) -> None:
    answers = complete(liver, case)
    open_is_the_same_everywhere(liver, answers)
    half = {name: answers[name] for name in list(answers)[::2] if liver.question[name].only_if is None}
    open_is_the_same_everywhere(liver, half)
    doubtful = {**answers, "alarm": dict.fromkeys(liver.question["alarm"].choices, "unknown")}
    open_is_the_same_everywhere(liver, changed(liver, doubtful, ())[0])


# --- questions that do not apply, and words ------------------------------------------------------------


def test_a_question_that_does_not_apply_says_because_of_which_answer(small: Pack) -> None:
    reason = why(small, {"alarm": NONE}, Step("iron"))
    assert reason.set_aside == (Given("alarm", "black_stool", "no"),)
    assert (reason.waiting, reason.changes) == ((), ())
    assert why_lines(small, reason)[1] == "It does not apply to you, because you said: “Black stool: no”."
    assert why(small, {}, Step("iron")).set_aside == ()


def test_no_cause_moves_where_causes_are_not_told(small: Pack) -> None:
    child, *grown = why(small, {}, Step("age")).changes
    assert (child.answer, child.causes) == ("0 to 17 years", ())
    assert all(change.causes for change in grown if change.answer != "50 to 59 years")


def test_neighbouring_numbers_are_told_as_one_range_and_others_for_themselves(small: Pack) -> None:
    def age(number: int) -> Given:
        return Given("age", None, number)

    fever = Given("alarm", "fever", "yes")
    all_ages = [(age(number),) for number in (0, 18, 50, 60)]
    assert list(changes_in_words(small, all_ages)) == ["Age: 0 to 120 years"]
    apart = [(age(0),), (age(60),), (fever,), (fever, age(0))]
    assert list(changes_in_words(small, apart)) == [
        "Age: 0 to 17 years",
        "Age: 60 to 120 years",
        "Fever: yes",
        "Fever: yes and Age: 0 to 17 years",
    ]


def test_conditions_read_as_sentences_with_brackets_only_where_they_matter(small: Pack) -> None:
    fever, jaundice = Item("alarm", "fever"), Item("alarm", "jaundice")
    stool = Item("alarm", "black_stool")

    def words(condition: Condition) -> str:
        return condition_in_words(small, condition)

    names = [words(one) for one in (fever, jaundice, stool)]
    assert words(All((fever, jaundice))) == f"{names[0]} and {names[1]}"
    assert words(AnyOf((fever, jaundice))) == f"{names[0]} or {names[1]}"
    assert words(All((fever, AnyOf((jaundice, stool))))) == f"{names[0]} and ({names[1]} or {names[2]})"
    assert words(AnyOf((fever, All((jaundice, stool))))) == f"{names[0]} or ({names[1]} and {names[2]})"
    assert words(Not(AnyOf((fever, jaundice)))) == f"not ({names[0]} or {names[1]})"
    assert words(Not(fever)) == f"not {names[0]}"


def test_a_number_without_a_unit_is_told_as_the_number_alone(small: Pack) -> None:
    age = small.question["age"].model_copy(update={"unit": None})
    others = [question for question in small.questions if question.id != "age"]
    pack = small.with_parts(questions=(age, *others))
    assert atom_in_words(pack, Compare("age", ">=", 60)) == "Age: 60 or more"
    assert atom_in_words(small, Compare("age", ">=", 60)) == "Age: 60 years or more"
