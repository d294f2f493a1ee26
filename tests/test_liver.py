"""The laws of the liver pack: nothing forgotten, nothing reassured by mistake, nothing lowered, no medicine named."""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

import pytest

from triage.answers import Answer, Answers, normalise
from triage.assess import SUPPORTED, assess
from triage.assessment import Assessment
from triage.condition import Fact, Item, Option, leaves
from triage.interview import Step, next_step
from triage.loading import find_pack, load_cases, load_pack
from triage.logic import NO, YES
from triage.pack import EMERGENCY, RANK, Case, Question
from triage.provenance import carried
from triage.report.document import Bullets, Document, Heading, Paragraph
from triage.report.markdown import to_markdown
from triage.report.summary import summary
from triage.report.text import to_text
from triage.report.wording import cite
from triage.verify.cases import complete, filled
from triage.verify.mutants import mutants
from triage.verify.trial import judged, score
from triage.view import View
from triage.walk import conditions, parts, texts
from triage.worlds import Compiled

FOLDER = find_pack("liver_calcification")
PACK = load_pack(FOLDER)
CASES = {case.id: case for case in load_cases(FOLDER)}
MEDICINES = PACK.about.medicines
CAUSES = (
    "congenital", "age_related", "hepatitis", "bile_duct_stones", "healed_abscess", "parasitic_infection",
    "cirrhosis", "malnutrition", "trauma", "metabolic", "past_infection", "schistosomiasis",
    "alveolar_echinococcosis", "tumour", "vascular", "treated_tissue", "imaging_mimic",
)  # fmt: skip


@cache
def found(case_id: str) -> Assessment:
    return assess(PACK, complete(PACK, CASES[case_id]))


def fired(case_id: str) -> set[str]:
    return {flag.id for flag in found(case_id).red_flags}


Law: TypeAlias = Callable[[str], None]


def walk(law: Law, cases: Iterable[str]) -> None:
    """Hold a law for each of these cases, and name those in which it does not hold."""
    broken = []
    for case_id in cases:
        try:
            law(case_id)
        except AssertionError as error:
            broken.append(f"{case_id}: {error}")
    assert not broken, "\n".join(broken)


def each_case(law: Law) -> Callable[[], None]:
    """One test that walks through all cases: a test for each would cost more than what it tests."""

    def test() -> None:
        walk(law, CASES)

    return test


def some_cases(law: Law) -> Callable[[bool], None]:
    """For laws that cost more: every thirtieth case, and with the slower tests all of them."""

    @pytest.mark.parametrize(
        "every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "all"]
    )
    def test(every: bool) -> None:
        walk(law, [*CASES][:: 1 if every else 30])

    return test


# --- sources ------------------------------------------------------------------------------------


def test_all_130_statements_of_the_documents_are_used_or_withheld_for_a_reason() -> None:
    used = carried(PACK)
    for number in range(1, 131):
        statement = PACK.statement[f"S{number}"]
        assert statement.document in ("D1", "D2", "D3")
        assert (statement.id in used) != (statement.withheld is not None), statement.id


def test_every_statement_of_outside_evidence_carries_something_or_is_withheld() -> None:
    used = carried(PACK)
    assert [one.id for one in PACK.statements if one.id not in used and one.withheld is None] == []


def test_all_36_problems_are_handled_and_named_in_order() -> None:
    assert [problem.id for problem in PACK.problems] == [f"P{number}" for number in range(1, 37)]


def test_every_statement_that_names_a_medicine_is_withheld_or_told_without_the_name() -> None:
    named = {f"S{number}" for number in (*range(77, 83), *range(84, 96))}
    assert {name for name in named if PACK.statement[name].withheld is None} == set()


def test_what_the_documents_disagree_on_names_more_than_one_side() -> None:
    about = {"alcohol", "calcium", "diet", "interval", "monitoring", "outlook", "urgency", "cause_lists"}
    assert about <= {conflict.id for conflict in PACK.conflicts}
    for conflict in PACK.conflicts:
        sides = [set(side.statements) for side in conflict.sides]
        assert not any(one & other for number, one in enumerate(sides) for other in sides[number + 1 :])


# --- words --------------------------------------------------------------------------------------


def shown() -> Iterator[tuple[str, str]]:
    """Every text of the pack that a person may read, with the file it stands in."""
    for part in parts(PACK):
        if part.file not in ("sources.yaml", "facts.yaml"):
            yield from (
                (part.file, text)
                for loc, text in texts(part)
                if loc[-1] not in ("id", "code", "basis", "level", "evidence", "kind", "role", "way")
            )


@pytest.mark.parametrize("word", [r"just", r"only", r"\d ?%", r"per ?cent"])
def test_no_text_uses_a_word_that_plays_things_down_or_a_percentage(word: str) -> None:
    assert [text for _, text in shown() if re.search(rf"\b{word}(?!\w)", text, re.IGNORECASE)] == []


def test_no_text_calls_a_cause_a_diagnosis() -> None:
    told = [text for _, text in shown() if "diagnos" in text.casefold()]
    assert told == [PACK.about.review_note]


def test_flags_speak_to_a_carer_as_well_as_to_the_person() -> None:
    assert [flag.id for flag in PACK.red_flags if re.search(r"\byou(r|rself)?\b", flag.say)] == []


@pytest.mark.parametrize("level", ["emergency_ambulance", "emergency"])
def test_emergency_texts_say_not_to_drive_and_give_numbers_of_several_regions(level: str) -> None:
    told = " ".join(part.say for part in PACK.about.levels[level].say)  # type: ignore[index]
    assert "Do not drive yourself" in told
    assert all(number in told for number in ("112", "911", "999", "120"))


def test_a_planned_visit_says_within_how_long() -> None:
    words = PACK.about.levels["consultation"]
    assert "4 to 12 weeks" in words.within
    assert any("4 to 12 weeks" in part.say for part in words.say)


def advice(case_id: str) -> str:
    return "\n".join(part.say for part in found(case_id).advice)


@each_case
def test_whoever_is_told_to_avoid_alcohol_is_told_not_to_stop_suddenly(case_id: str) -> None:
    told = advice(case_id)
    if "alcohol" in told.casefold() and "Any alcohol while you are pregnant." not in told:
        assert "do not stop suddenly without medical help" in told


@pytest.mark.parametrize(
    "case_id", ["weight_loss_and_poor_diet", "appetite_lost", "cirrhosis_unexplained", "gut_takes_up_poorly"]
)
def test_who_must_not_limit_food_is_not_told_to(case_id: str) -> None:
    told = advice(case_id)
    assert "Do not limit any food" in told
    assert "less fat" not in told


@each_case
def test_calcium_and_prescribed_medicines_are_left_alone(case_id: str) -> None:
    told = advice(case_id)
    assert "Changing how much calcium or vitamin D you take" in told
    assert "Stopping or changing a prescribed medicine" in told


def test_alcohol_is_none_at_all_where_the_documents_or_the_evidence_demand_it() -> None:
    for case_id in (
        "cirrhosis_unexplained",
        "hepatitis_c",
        "hepatitis_cleared",
        "abnormal_tests",
        "pregnant_well",
    ):
        assert "Any alcohol" in advice(case_id)
        assert "low-risk limit" not in advice(case_id)
    assert "low-risk limit" in advice("ordinary_adult")
    assert "alcohol" not in advice("toddler_well").casefold()


def under(document: Document, title: str) -> str:
    """All that stands under a heading, up to the next one."""
    texts: list[str] = []
    inside = False
    for block in document:
        match block:
            case Heading(_, text):
                inside = text == title
            case Bullets(points) if inside:
                texts += points
            case Paragraph(text) if inside:
                texts.append(text)
    return "\n".join(texts)


@some_cases
def test_no_summary_names_a_medicine_or_tells_what_makes_it_urgent_under_less_urgent(case_id: str) -> None:
    result = found(case_id)
    document = summary(PACK, result)
    for told in (to_text(document), to_markdown(document), result.model_dump_json(by_alias=True)):
        assert [word for word in MEDICINES if word in told.casefold()] == []
    less = under(document, "Less urgent, and also to be told")
    for flag in result.red_flags:
        if flag.level == result.level.id:
            assert cite(flag) not in less, flag.id


# --- questions ----------------------------------------------------------------------------------


def test_every_question_and_every_item_can_change_something() -> None:
    read: set[object] = set()
    waiting = [condition for file, _, condition in conditions(PACK) if file != "facts.yaml"]
    while waiting:
        for leaf, _ in leaves(waiting.pop()):
            if isinstance(leaf, Fact):
                waiting.append(PACK.fact[leaf.name].when)
            else:
                read.add((leaf.question, leaf.item) if isinstance(leaf, Item) else leaf.question)
                read.update([(leaf.question, leaf.option)] if isinstance(leaf, Option) else [])
    for question in PACK.questions:
        items = question.choices if question.kind == "several_of" else ()
        wanted = [(question.id, item) for item in items] or [question.id]
        assert [one for one in wanted if one not in read] == []
    assert {("hepatitis", option) for option in PACK.question["hepatitis"].choices} <= read


def test_age_and_pregnancy_are_never_a_question_of_sex() -> None:
    assert str(PACK.question["pregnant"].only_if) == "age >= 10 and age < 60"
    assert not {"sex", "gender"} & set(PACK.question)


Reply = Callable[[Question, Step], Answer]


def prompts(reply: Reply) -> tuple[list[Step], Answers]:
    """The steps of an interview in which every prompt is answered by ``reply``, and its answers."""
    answers: dict[str, Answer] = {}
    steps: list[Step] = []
    while (step := next_step(PACK, answers, [one for one in steps if one.plainer])) is not None:
        steps.append(step)
        answer = reply(PACK.question[step.question], step)
        before = answers.get(step.question)
        if step.item is not None and isinstance(before, dict):
            answers[step.question] = {**before, step.item: str(answer)}
        else:
            answers[step.question] = answer
    return steps, answers


def truthful(case: Case) -> Reply:
    """Answers as the case says; what it does not name is no, none or, for an age, 45."""
    told = normalise(PACK, case.answers)

    def reply(question: Question, step: Step) -> Answer:
        said = told.get(question.id)
        if question.kind == "several_of":
            states = said if isinstance(said, dict) else {}
            if step.item is not None:
                return str(states.get(step.item, "no"))
            return {item: states.get(item, "no") for item in question.choices}
        if said is not None:
            return said
        return 45 if question.kind == "number" else "no" if question.kind == "yes_no" else str(question.none)

    return reply


@pytest.mark.parametrize("age", [42, 75])
def test_a_person_with_nothing_to_report_is_done_within_15_prompts(age: int) -> None:
    """The woman of 42 is asked about pregnancy, the man of 75 is not."""
    case = CASES["nothing_matches"].model_copy(update={"answers": {"age": age}})
    steps, answers = prompts(truthful(case))
    assert ("pregnant" in answers) == (age == 42)
    assert len(steps) <= 15


@some_cases
def test_every_case_is_done_within_25_prompts(case_id: str) -> None:
    """Who does not know anything is asked about each danger sign once more, and needs more."""
    steps, answers = prompts(truthful(CASES[case_id]))
    assert len(steps) <= (100 if case_id == "all_unknown" else 25)
    if CASES[case_id].rest == "no":
        asked, whole = assess(PACK, answers), found(case_id)
        assert (asked.level, asked.could_reach, asked.reassured) == (
            whole.level,
            whole.could_reach,
            whole.reassured,
        )


# --- cases --------------------------------------------------------------------------------------


def test_there_are_at_least_120_cases_and_half_are_near_misses() -> None:
    near = [case for case in CASES.values() if case.near_miss_of]
    assert len(CASES) >= 120
    assert len(near) * 2 >= len(CASES)


def test_no_two_cases_are_the_same_person() -> None:
    people = [
        json.dumps([case.answers, case.rest], sort_keys=True)
        for case in CASES.values()
        if not case.near_miss_of
    ]
    assert len(people) == len(set(people))


COMPILED = Compiled(PACK)
NEAR = {case.id: case.near_miss_of for case in CASES.values() if case.near_miss_of}


@some_cases
def test_a_near_miss_is_exactly_one_answer_short_of_its_flag(case_id: str) -> None:
    if case_id not in NEAR:
        return
    flag = next(flag for flag in PACK.red_flags if flag.id == NEAR[case_id])
    assert flag.id not in fired(case_id)
    assert COMPILED.encode(one_answer_away(CASES[case_id])).planes(flag.when).yes


def one_answer_away(case: Case) -> Iterator[Answers]:
    """Everyone who differs from the case in one answer; what then opens is answered no."""
    for question in PACK.questions:
        for answer in others(question, case.answers.get(question.id)):
            yield filled(PACK, case.model_copy(update={"answers": {**case.answers, question.id: answer}}))


def others(question: Question, said: object) -> Iterator[Any]:
    if question.kind == "several_of":
        before = dict.fromkeys(question.choices, "unknown") if said == "unknown" else said or {}
        assert isinstance(before, dict)
        yield from ({**before, item: state} for item in question.choices for state in ("yes", "no"))
    elif question.kind == "number":
        yield from (4, 17, 18, 40, 55, 60, 65)
    else:
        yield from (question.choices or ("yes", "no"))


def test_every_flag_fires_in_some_case_and_its_absence_in_another() -> None:
    assert {flag.id for flag in PACK.red_flags} == {flag for case_id in CASES for flag in fired(case_id)}
    weaker = {flag.id for flag in PACK.red_flags if flag.weaker_form_of}
    assert {flag.id for flag in PACK.red_flags} - set(NEAR.values()) <= weaker


def test_each_emergency_flag_is_demanded_by_name_in_a_case() -> None:
    for flag in PACK.red_flags:
        if RANK[flag.level] >= EMERGENCY:
            named = [case.id for case in CASES.values() if flag.id in (case.expect.red_flags or ())]
            assert named, flag.id


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_is_supported_in_one_case_and_spoken_against_in_another(cause: str) -> None:
    support = {part.support for case_id in CASES for part in found(case_id).causes if part.id == cause}
    assert support & SUPPORTED
    assert "against" in support


def test_the_causes_are_the_ones_agreed() -> None:
    assert {cause.id for cause in PACK.causes} == set(CAUSES)


@pytest.mark.parametrize(
    ("case_id", "flags", "level", "reassured"),
    [
        ("fever_and_jaundice", {"infected_bile_ducts"}, "emergency", False),
        ("fever_and_pain", {"infected_bile_ducts"}, "emergency", False),
        ("black_stool_with_iron", {"black_stool_any"}, "consultation_24", False),
        ("hives_with_hydatid", {"allergy_with_hydatid"}, "emergency_ambulance", False),
        ("cirrhosis_and_fever", {"infected_belly_fluid"}, "emergency", False),
        ("weight_loss_and_poor_diet", {"losing_weight"}, "consultation_2w", False),
        ("cancer_and_benign_report", {"cancer_history"}, "consultation_2w", False),
        ("young_with_mass", {"report_needs_more"}, "consultation_2w", False),
        ("dialysis_and_diffuse", set(), "consultation", False),
        ("pregnant_upper_pain", {"pregnancy_danger"}, "emergency", False),
        ("teenager", {"under_18"}, "consultation_2w", False),
        ("nothing_matches", set(), "consultation", False),
        ("ordinary_adult", set(), "consultation", True),
    ],
)
def test_the_traps_of_the_evidence_file_and_the_ordinary_adult(
    case_id: str, flags: set[str], level: str, reassured: bool
) -> None:
    result = found(case_id)
    assert (result.level.id, result.reassured) == (level, reassured)
    assert flags <= fired(case_id)


@pytest.mark.parametrize(
    ("group", "case_ids"),
    [
        ("pregnancy", ["pregnant_well", "pregnant_itch", "after_birth_headache"]),
        ("children", ["toddler_well", "teenager_seen", "baby_floppy"]),
        ("weak immune system", ["weak_defence_no_fever", "fever_on_chemotherapy"]),
        ("dialysis", ["dialysis_benign", "fever_on_dialysis"]),
        ("cirrhosis", ["benign_but_cirrhosis", "cirrhosis_and_worse"]),
        ("cancer", ["cancer_cleared", "cancer_and_mass"]),
    ],
)
def test_special_groups_are_never_reassured(group: str, case_ids: list[str]) -> None:
    for case_id in case_ids:
        assert not found(case_id).reassured
        assert found(case_id).not_reassured


@pytest.mark.parametrize("case_id", ["teenager", "toddler_fever", "teenager_seen"])
def test_causes_are_not_ranked_for_children_and_the_carer_is_addressed(case_id: str) -> None:
    result = found(case_id)
    assert result.causes == ()
    assert result.causes_withheld is not None
    assert result.carer is not None


@pytest.mark.parametrize("case_id", ["pregnant_and_mass", "pregnant_and_granuloma", "pregnant_well"])
def test_no_summary_of_a_pregnancy_names_a_ct_scan_among_the_tests(case_id: str) -> None:
    result = found(case_id)
    tests = [test.say for cause in result.causes for test in cause.tests] + [
        test.say for test in result.tests
    ]
    assert [test for test in tests if re.search(r"\bCT\b", test)] == []
    assert any("ultrasound" in test for test in tests)


def test_the_reassuring_sentence_keeps_the_conditions_of_its_source() -> None:
    told = [case_id for case_id in CASES if found(case_id).reassured]
    assert told
    for case_id in told:
        reassurance = found(case_id).reassurance
        assert reassurance is not None
        assert "With check-ups" in reassurance.say
        assert "Your doctor should confirm" in reassurance.say


TO_THE_TEENAGER = "If you are the teenager"


@pytest.mark.parametrize(
    ("case_id", "told"),
    [
        ("child_of_9", False),
        ("child_of_9_fever", False),
        ("baby_floppy", False),
        ("girl_of_13_seen", True),
        ("teenager", True),
        ("aged_18", False),
    ],
)
def test_teenagers_alone_are_spoken_to_as_teenagers(case_id: str, told: bool) -> None:
    text = to_text(summary(PACK, found(case_id)))
    assert (TO_THE_TEENAGER in text) == told


def test_who_answers_for_a_child_is_told_to_give_the_age_of_the_child() -> None:
    assert "child" in PACK.question["age"].ask
    assert "child" in (PACK.question["age"].plainer or "")


@pytest.mark.parametrize(
    "case_id", ["pregnant_itch", "after_birth_itch", "pregnant_itch_unknown", "pregnant_well"]
)
def test_who_is_pregnant_reads_that_itching_is_for_the_midwife_or_the_maternity_unit_today(
    case_id: str,
) -> None:
    assert "call your midwife or maternity unit today" in advice(case_id)
    flags = {flag.id: flag.say for flag in found(case_id).red_flags}
    assert "midwife or maternity unit" in flags.get("itch_in_pregnancy", "midwife or maternity unit")


# --- the guard ----------------------------------------------------------------------------------


def calm_sentences() -> set[str]:
    """Sentences that reassure: they stand under the fact that repeats the guard."""
    return {
        getattr(part.model, "say", "")
        for part in parts(PACK)
        if str(getattr(part.model, "when", "")) == "calm" and part.file != "facts.yaml"
    }


def test_every_sentence_that_says_nothing_is_needed_stands_under_the_guard() -> None:
    guarded = calm_sentences()
    assert len(guarded) >= 4
    for part in parts(PACK):
        if getattr(part.model, "way", None) == "nothing":
            assert part.model.say in guarded  # type: ignore[attr-defined]
    told = re.compile(r"needs? no (special )?treatment|no more (scans|tests)|mostly harmless")
    loose = {text for _, text in shown() if told.search(text)} - guarded
    assert loose == {PACK.about.reassurance.say}  # type: ignore[union-attr]


SWITCHES = (
    "cancer", "mass", "growth", "suspicious", "complex_cyst", "ducts", "child", "pregnant", "immune", "dialysis",
    "cirrhosis", "hepatitis", "echinococcus", "diffuse", "weight_loss",
)  # fmt: skip


def test_the_guard_has_every_switch_off_that_the_design_demands() -> None:
    guard = PACK.about.reassurance
    assert guard is not None
    assert set(SWITCHES) <= {off.id for off in guard.switch_off}


def assert_guarded(view: View, result: Assessment) -> None:
    """If anything reassures, the guard holds, taken from the rules one by one and not from the engine."""
    guard = PACK.about.reassurance
    assert guard is not None
    holds = (
        view.judge(guard.when).truth is YES
        and (result.level.id, result.could_reach) == ("consultation", None)
        and all(view.judge(off.when).truth is NO for off in guard.switch_off)
    )
    assert result.reassured == holds
    assert (result.reassurance is not None) == holds
    told = {statement.say for statement in every_sentence(result)}
    if told & calm_sentences():
        assert holds


def every_sentence(result: Assessment) -> Iterator[Any]:
    yield from (*result.finding, *result.advice, *result.tests, *result.follow_up)
    for cause in result.causes:
        yield from (*cause.about, *cause.handling, *cause.advice, *cause.tests, *cause.follow_up)


@each_case
def test_a_case_is_reassured_if_and_only_if_the_guard_holds(case_id: str) -> None:
    view = View(PACK, complete(PACK, CASES[case_id]))
    assert_guarded(view, found(case_id))


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("state", ["yes", "unknown"])
def test_each_switch_off_ends_reassurance_when_it_is_so_and_when_it_is_not_known(
    switch: str, state: str
) -> None:
    calm: dict[str, Any] = complete(PACK, CASES["ordinary_adult"])
    items = {
        "cancer": ("body", "cancer"), "mass": ("report_urgent", "report_mass"), "growth": ("report_urgent", "report_growing"),
        "suspicious": ("report_urgent", "report_suspicious"), "complex_cyst": ("report_kind", "report_complex_cyst"),
        "ducts": ("report_urgent", "report_ducts"), "immune": ("body", "immune_weak"), "dialysis": ("body", "dialysis"),
        "cirrhosis": ("liver_history", "cirrhosis"), "echinococcus": ("liver_history", "hydatid"),
        "diffuse": ("report_kind", "report_diffuse"), "weight_loss": ("slow", "weight_loss"),
    }  # fmt: skip
    if switch in items:
        question, item = items[switch]
        answers = {**calm, question: {**calm[question], item: state}}
    else:
        alone = {"child": ("age", 12), "pregnant": ("pregnant", "yes"), "hepatitis": ("hepatitis", "cleared")}
        question, value = alone[switch]
        answers = {**calm, question: value if state == "yes" else "unknown"}
    result = assess(PACK, answers)
    assert not result.reassured
    assert switch in {doubt.id for doubt in result.not_reassured}


# --- random people ------------------------------------------------------------------------------


def random_person(seed: int) -> dict[str, Answer]:
    """Answers on a live path, most of them no, some yes, some unknown, some not asked."""
    dice = random.Random(seed)
    calm = dice.choice((0.0, 0.01, 0.04, 0.2))
    doubt = dice.choice((0.0, 0.0, 0.05))
    answers: dict[str, Answer] = {}
    for question in PACK.questions:
        if View(PACK, answers).applies(question.id).truth is NO or dice.random() < doubt / 2:
            continue
        if question.kind == "several_of":
            answers[question.id] = {item: one(dice, calm, doubt) for item in question.choices}
        elif question.kind == "number":
            answers[question.id] = dice.choice((0, 4, 5, 17, 18, 39, 40, 50, 54, 55, 60, 64, 65, 90))
        elif question.kind == "yes_no":
            answers[question.id] = one(dice, calm, doubt)
        else:
            answers[question.id] = (
                dice.choice(list(question.choices)) if dice.random() < calm else str(question.none)
            )
    kind = answers.get("report_kind")
    if isinstance(kind, dict) and dice.random() < 0.7:
        answers["report_kind"] = {**kind, "report_benign": "yes"}
    return answers


def one(dice: random.Random, yes: float, unknown: float) -> str:
    drawn = dice.random()
    return "yes" if drawn < yes else "unknown" if drawn < yes + unknown else "no"


PEOPLE = range(300)


@cache
def person(seed: int) -> tuple[dict[str, Answer], Assessment]:
    answers = random_person(seed)
    return answers, assess(PACK, answers)


def test_nobody_is_reassured_outside_the_guard_and_some_are() -> None:
    reassured = 0
    for seed in PEOPLE:
        answers, result = person(seed)
        assert_guarded(View(PACK, answers), result)
        reassured += result.reassured
    assert reassured >= 20


def test_the_level_is_never_below_a_flag_that_fires_nor_above_what_could_be_reached() -> None:
    for seed in PEOPLE:
        _, result = person(seed)
        level = RANK[result.level.id]
        assert level >= max((RANK[flag.level] for flag in result.red_flags), default=0)
        assert result.could_reach is None or RANK[result.could_reach] > level


def test_one_more_symptom_or_risk_never_lowers_the_level() -> None:
    for seed in PEOPLE:
        answers, result = person(seed)
        dice = random.Random(seed)
        question = dice.choice(
            [one for one in PACK.questions if one.id in answers and one.kind == "several_of"]
        )
        worse = [item for item in question.choices if question.role_of(item) in ("symptom", "risk")]
        if worse:
            more = {**answers, question.id: {**states(answers[question.id]), dice.choice(worse): "yes"}}
            assert RANK[assess(PACK, more).level.id] >= RANK[result.level.id]


def states(answer: Answer) -> Mapping[str, str]:
    assert isinstance(answer, dict)
    return answer


def test_who_has_a_relieving_answer_keeps_the_weaker_flag() -> None:
    by_id = {flag.id: flag for flag in PACK.red_flags}
    weaker = {flag.weaker_form_of: flag for flag in PACK.red_flags if flag.weaker_form_of}
    relieved = {"black_stool_without_iron", "cancer_history", "spot_in_sick_liver", "under_18"}
    assert set(weaker) == relieved
    for seed in PEOPLE:
        flags = {flag.id for flag in person(seed)[1].red_flags}
        for strong in relieved & flags:
            assert weaker[strong].id in flags
            assert RANK[weaker[strong].level] < RANK[by_id[strong].level]


def test_a_weaker_flag_names_the_time_that_counts_if_the_relief_is_not_known() -> None:
    """It fires for a yes and for a "not sure"; who is not sure must read how soon it may have to be."""
    by_id = {flag.id: flag for flag in PACK.red_flags}
    for flag in PACK.red_flags:
        if flag.weaker_form_of and RANK[by_id[flag.weaker_form_of].level] < EMERGENCY:
            assert PACK.about.levels[by_id[flag.weaker_form_of].level].within in flag.say
            assert " If " in flag.say


@pytest.mark.parametrize("said", ["no", "unknown", "yes"])
def test_after_cancer_a_growth_is_spoken_for_unless_the_cancer_team_has_cleared_the_spot(said: str) -> None:
    for seed in range(60):
        answers = random_person(seed)
        if isinstance(body := answers.get("body"), dict):
            result = assess(PACK, {**answers, "body": {**body, "cancer": "yes"}, "oncology_cleared": said})
            allowed = {"no": {"strong"}, "unknown": {"strong", "moderate"}, "yes": {"against", "contested"}}
            assert {cause.support for cause in result.causes if cause.id == "tumour"} <= allowed[said]
            assert not result.reassured


def test_whoever_shows_signs_of_illness_is_not_told_that_age_explains_the_spot() -> None:
    signs = [("alarm", "fever"), ("alarm", "jaundice")]
    signs += [("slow", item) for item in ("weight_loss", "night_sweats", "lump", "anaemia", "bile_signs")]
    for question, item in signs:
        case = CASES["old_age_alone"].model_copy(update={"answers": {"age": 75, question: {item: "yes"}}})
        support = {cause.id: cause.support for cause in assess(PACK, complete(PACK, case)).causes}
        assert support["age_related"] == "against", item


# --- nothing in the pack is dead ----------------------------------------------------------------


def test_every_condition_of_the_pack_holds_for_someone_and_not_for_everyone() -> None:
    views = [View(PACK, complete(PACK, case)) for case in CASES.values()]
    for file, loc, condition in conditions(PACK):
        truths = {view.judge(condition).truth for view in views}
        assert {NO, YES} <= truths, (file, loc)


@pytest.mark.slow
def test_the_cases_notice_at_least_95_of_100_faults_that_change_something() -> None:
    found = [*judged(PACK, [*CASES.values()], [*mutants(PACK)])]
    assert score(found).planted > 2_000
    assert score(found).share >= 95
    assert not [
        str(one.mutant) for one in found if one.change == "level lower" and "red_flags" in one.mutant.rule
    ]
