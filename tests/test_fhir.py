"""FHIR out and in: the same answers either way, the same questions enabled, nothing lost and nothing made up."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.command import program, run
from tests.conftest import ROOT, SMALL
from tests.generated import build, packs, partial, question
from triage.answers import Answer, Answers
from triage.assess import assess
from triage.condition import All, AnyOf, AtLeast, Compare, Condition, Item, Not, Option, Said
from triage.fhir.bundle import document
from triage.fhir.gates import ALWAYS, Some, Tests, TooLong, applies, enabling
from triage.fhir.gates import Test as One
from triage.fhir.questionnaire import questionnaire
from triage.fhir.reading import answers_of
from triage.fhir.response import response
from triage.loading import find_pack, load_cases
from triage.logic import NO
from triage.pack import EMERGENCY, RANK, Pack
from triage.verify.cases import complete
from triage.view import View

DATE = "2026-11-23"
LIVER = find_pack("liver_calcification")
XHTML = "{http://www.w3.org/1999/xhtml}"
# The tags of a narrative that our blocks need; none of them runs, links or fetches.
TAGS = {"div", "h1", "h2", "h3", "p", "b", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}

Json = Any


def filled(pack: Pack, answers: Answers) -> Json:
    """The QuestionnaireResponse of some answers, as another program reads it."""
    return json.loads(json.dumps(response(pack, answers, date=DATE, complete=True)))


def bundle(pack: Pack, answers: Mapping[str, object]) -> Json:
    """The document of some answers, as another program reads it."""
    made = document(pack, assess(pack, answers, date=DATE), date=DATE, program="1.2.3")
    return json.loads(json.dumps(made))


def resources(found: Json, kind: str = "") -> list[Json]:
    """The resources in a document, of one kind or all."""
    every = [entry["resource"] for entry in found["entry"]]
    return [one for one in every if kind in ("", one["resourceType"])]


def walk(value: Json) -> Iterator[Json]:
    """Every object in a resource, from the outside in."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def items(resource: Json) -> dict[str, Json]:
    """The items of a Questionnaire or a response by link id."""
    return {one["linkId"]: one for one in walk(resource) if "linkId" in one}


def values(answered: Mapping[str, Json], link: str) -> list[Json]:
    """The values of an item's answers; none if it has none."""
    answers = answered[link].get("answer", []) if link in answered else []
    return [value for answer in answers for value in answer.values()]


# --- which questions apply, by the letter of R4 ---------------------------------------------------

MEETS = {
    ">=": lambda a, b: a >= b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
}  # fmt: skip


def code(value: Json) -> Json:
    return (value["system"], value["code"]) if isinstance(value, dict) else value


def holds(test: Json, answered: Mapping[str, Json]) -> bool:
    """One ``enableWhen`` as R4 defines its operators: `!=` holds if no answer is equal, so also if there is none."""
    given = [code(value) for value in values(answered, test["question"])]
    (wanted,) = (code(value) for key, value in test.items() if key.startswith("answer"))
    if test["operator"] == "exists":
        return bool(given) == wanted
    if test["operator"] == "!=":
        return wanted not in given
    return any(MEETS[test["operator"]](value, wanted) for value in given)


def enabled(item: Json, answered: Mapping[str, Json]) -> bool:
    """Whether an item's ``enableWhen`` is met."""
    met = [holds(test, answered) for test in item.get("enableWhen", [])]
    return not met or (any(met) if item["enableBehavior"] == "any" else all(met))


def met(tests: Tests, answered: Mapping[str, Json]) -> bool:
    """Whether the tests behind an expression are met; what the expression itself says is tried by NLM's FHIRPath."""
    if isinstance(tests, One):
        kind = "answerBoolean" if tests.answer is None else "answerX"
        wanted: Json = False if tests.answer is None else tests.answer
        if isinstance(wanted, tuple):
            wanted = dict(zip(("system", "code"), wanted, strict=True))
        return holds({"question": tests.link, "operator": tests.operator, kind: wanted}, answered)
    return sum(met(part, answered) for part in tests.of) >= tests.count


@given(st.data())
def test_a_question_is_enabled_exactly_if_it_applies(data: st.DataObject) -> None:
    pack = data.draw(packs())
    answers = data.draw(partial(pack))
    form, answered = items(questionnaire(pack)), items(filled(pack, answers))
    for one in pack.questions:
        applying = View(pack, answers).applies(one.id).truth is not NO
        assert met(applies(pack, one), answered) == applying
        if not form[one.id].get("extension"):
            assert enabled(form[one.id], answered) == applying


Q0, Q1 = Item("q0", "q0_0"), Item("q0", "q0_1")
OLD, SAME = Compare("q1", ">=", 2), Compare("q1", "=", 1)
NESTED: list[Condition] = [
    Not(All((Q0, Q1))), Not(AnyOf((Q0, Q1))), Not(Not(Q0)), All((Q0, Not(Q1))), AnyOf((Not(Q0), OLD)),
    AtLeast(2, (Q0, Q1, OLD)), Not(AtLeast(2, (Q0, Q1, OLD))), Not(AtLeast(2, (Q0, Q1, OLD, SAME))),
    AtLeast(2, (All((Q0, OLD)), Not(Q1), SAME)), Not(All((AnyOf((Q0, OLD)), AnyOf((Q1, Not(SAME)))))),
    AnyOf((All((Q0, Q1)), All((Q0, OLD)))), All((AnyOf((Q0, Q1)), AnyOf((Q0, OLD)))),
]  # fmt: skip


@pytest.mark.parametrize("only_if", NESTED, ids=str)
def test_a_condition_of_any_shape_is_met_exactly_unless_it_is_surely_not_so(only_if: Condition) -> None:
    asked = [question(0, "several_of", None), question(1, "number", None), question(2, "yes_no", only_if)]
    pack = build(asked, [], [], [_cause(only_if)])
    for first, second, number in product((None, "yes", "no", "unknown"), (None, "yes", "no", "unknown"), (None, 0, 1, 2, "unknown")):  # fmt: skip
        states = {item: state for item, state in (("q0_0", first), ("q0_1", second)) if state}
        answers: dict[str, Answer] = {
            **({"q0": states} if states else {}),
            **({} if number is None else {"q1": number}),
        }
        answered = items(filled(pack, answers))
        applying = View(pack, answers).applies("q2").truth is not NO
        assert met(applies(pack, pack.question["q2"]), answered) == applying
        form: Json = enabling(pack, pack.question["q2"])
        assert "extension" in form or enabled(form, answered) == applying


BLACK, TWO = Item("q0", "q0_0"), tuple(Item("q0", f"q0_{n}") for n in range(2))


@pytest.mark.parametrize(
    ("kind", "only_if", "operators"),
    [
        ("several_of", BLACK, ["!="]),
        ("several_of", AnyOf(TWO), ["!=", "!="]),
        ("several_of", All(TWO), ["!=", "!="]),
        ("several_of", Not(BLACK), ["!="]),
        ("yes_no", Said("q0"), ["!="]),
        ("yes_no", Not(Said("q0")), ["!="]),
        ("one_of", Option("q0", "q0_1"), ["=", "=", "exists"]),
        ("one_of", Not(Option("q0", "q0_1")), ["!="]),
        ("number", Compare("q0", "<", 2), ["<", "exists"]),
        ("number", Not(Compare("q0", "<", 2)), [">=", "exists"]),
        ("number", Compare("q0", "!=", 2), ["!="]),
    ],
)  # fmt: skip
def test_plain_conditions_are_plain_enable_when(kind: str, only_if: Condition, operators: list[str]) -> None:
    pack = _gated(kind, only_if)
    said: Json = enabling(pack, pack.questions[1])
    assert [test["operator"] for test in said["enableWhen"]] == operators
    behaviour = "any" if isinstance(only_if, AnyOf) or "exists" in operators else "all"
    assert said["enableBehavior"] == behaviour


def _gated(kind: str, only_if: Condition) -> Pack:
    asked = [question(0, kind, None), question(1, "yes_no", only_if)]
    return build(asked, [], [], [_cause(only_if)])


def _cause(when: Condition) -> Json:
    part = {
        "id": "e",
        "when": str(when),
        "strength": "weak",
        "origin": "age",
        "say": "E.",
        "basis": "judgement",
    }
    about = [{"say": "About.", "basis": "judgement"}]
    return {"id": "cause0", "title": "Cause", "code": "C", "about": about, "for": [part]}


NUMBER = "%resource.item.where(linkId = 'q0').item.where(linkId = 'q0.number').answer.value"


@pytest.mark.parametrize(
    ("only_if", "expression"),
    [
        (
            All((Compare("q0", ">=", 1), Compare("q0", "<", 3))),
            f"{NUMBER}.where($this < 1).empty() and {NUMBER}.where($this >= 3).empty()",
        ),
        (
            AtLeast(2, (Compare("q0", "!=", 1), Compare("q0", "!=", 2), Compare("q0", "!=", 3))),
            f"(iif({NUMBER}.where($this = 1).empty(), 1, 0) + iif({NUMBER}.where($this = 2).empty(), 1, 0)"
            f" + iif({NUMBER}.where($this = 3).empty(), 1, 0)) >= 2",
        ),
    ],
)
def test_what_enable_when_cannot_say_is_an_expression_and_nothing_else(
    only_if: Condition, expression: str
) -> None:
    pack = _gated("number", only_if)
    said: Json = enabling(pack, pack.questions[1])
    assert set(said) == {"extension"}
    assert said["extension"][0]["valueExpression"] == {"language": "text/fhirpath", "expression": expression}


def test_a_question_that_always_applies_has_no_condition(small: Pack) -> None:
    assert enabling(small, small.question["age"]) == {}
    assert applies(small, small.question["age"]) == ALWAYS == Some(0, ())


def test_a_pack_whose_conditions_grow_without_measure_is_refused_at_once() -> None:
    # Each question rests on the two before it, so that written out they grow as Fibonacci's numbers do.
    gates = [None, None, *(AnyOf((Said(f"q{n - 1}"), Said(f"q{n - 2}"))) for n in range(2, 15))]
    pack = build([question(n, "yes_no", gate) for n, gate in enumerate(gates)], [], [], [_cause(Said("q14"))])
    with pytest.raises(TooLong, match="'q14' rests on more than 1,000 tests"):
        questionnaire(pack)


# --- the Questionnaire ---------------------------------------------------------------------------


@given(packs())
def test_each_link_id_is_there_once_and_each_condition_looks_back(pack: Pack) -> None:
    links = [one["linkId"] for one in walk(json.loads(json.dumps(questionnaire(pack)))) if "linkId" in one]
    assert len(links) == len(set(links))
    for place, one in enumerate(pack.questions):
        earlier = {asked.id for asked in pack.questions[:place]}
        said: Json = enabling(pack, one)
        asked = {test["question"].split(".")[0] for test in said.get("enableWhen", [])}
        written = json.dumps(said)
        assert asked | set(re.findall(r"linkId = '(\w+)", written)) <= earlier


def test_every_question_and_option_of_the_pack_is_in_the_form_and_can_be_not_known(liver: Pack) -> None:
    form = items(json.loads(json.dumps(questionnaire(liver))))
    for one in liver.questions:
        if one.kind == "several_of":
            answered = [form[f"{one.id}.{item}"] for item in one.choices]
            assert [item["text"] for item in answered] == [choice.label for choice in one.options]
        elif one.kind == "number":
            answered = [form[f"{one.id}.not_known"]]
        else:
            answered = [form[one.id]]
        for item in answered:
            options = [option["valueCoding"]["display"] for option in item["answerOption"]]
            assert options[-1] == "Don't know"
            if one.kind == "one_of":
                assert options[:-1] == [choice.label for choice in one.options]
            elif one.kind != "number":
                assert options[:-1] == ["Yes", "No"]


def test_nothing_is_required_and_nothing_is_a_box_to_tick(liver: Pack) -> None:
    for item in items(questionnaire(liver)).values():
        assert "required" not in item
        assert item["type"] in ("group", "choice", "integer", "display")


def test_only_three_questions_of_the_pack_need_an_expression(liver: Pack) -> None:
    form = items(questionnaire(liver))
    told = {
        one.id
        for one in liver.questions
        if "enableWhenExpression" in json.dumps(form[one.id].get("extension"))
    }
    assert told == {"allergy", "pregnant", "itch_severe"}


# --- answers out and in --------------------------------------------------------------------------


@given(st.data())
def test_answers_that_went_out_come_in_again_as_they_were(data: st.DataObject) -> None:
    pack = data.draw(packs())
    answers = data.draw(partial(pack))
    assert answers_of(pack, filled(pack, answers)) == answers


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "all"])
def test_the_answers_of_every_case_come_in_again_as_they_were(liver: Pack, every: bool) -> None:
    for case in load_cases(LIVER)[:: 1 if every else 10]:
        answers = complete(liver, case)
        assert answers_of(liver, filled(liver, answers)) == answers, case.id


def test_not_known_is_never_a_no_and_what_was_not_answered_is_not_there(small: Pack) -> None:
    answered = items(filled(small, {"age": "unknown", "alarm": {"fever": "unknown", "jaundice": "no"}}))
    assert set(answered) == {"age", "age.not_known", "alarm", "alarm.fever", "alarm.jaundice"}
    assert [value["code"] for value in values(answered, "age.not_known")] == ["asked-unknown"]
    assert [value["code"] for value in values(answered, "alarm.fever")] == ["asked-unknown"]
    assert [value["code"] for value in values(answered, "alarm.jaundice")] == ["N"]


# --- the document --------------------------------------------------------------------------------


@given(st.data())
def test_every_reference_in_a_document_leads_to_a_resource_of_its_type(data: st.DataObject) -> None:
    pack = data.draw(packs())
    found = bundle(pack, data.draw(partial(pack)))
    kinds = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in found["entry"]}
    assert len(kinds) == len(found["entry"])
    for one in walk(found):
        if "reference" in one:
            assert kinds[one["reference"]] == one["type"]
    listed = {one["reference"] for one in walk(resources(found, "Composition")) if "reference" in one}
    assert listed == set(kinds) - {found["entry"][0]["fullUrl"]}


@given(st.data())
def test_the_document_says_what_the_assessment_says(data: st.DataObject) -> None:
    pack = data.draw(packs())
    answers = data.draw(partial(pack))
    result, found = assess(pack, answers), bundle(pack, answers)
    issues, (impression,) = resources(found, "DetectedIssue"), resources(found, "ClinicalImpression")
    codes = [one["itemCodeableConcept"]["coding"][0]["code"] for one in impression["finding"]]
    assert [issue["code"]["coding"][0]["code"] for issue in issues] == [
        f"flag.{one.id}" for one in result.red_flags
    ]
    for issue, flag in zip(issues, result.red_flags, strict=True):
        assert issue["code"]["text"] == issue["code"]["coding"][0]["display"] == flag.say
        assert issue["meta"]["tag"][0]["code"] == f"level.{flag.level}"
        assert issue.get("severity") == ("high" if RANK[flag.level] >= EMERGENCY else None)
    told = [f"at_least.{result.level.id}", f"not_ruled_out.{result.could_reach}"]
    told = told if result.could_reach else [f"level.{result.level.id}"]
    told += [
        f"cause.{one.id}"
        for one in result.causes
        if one.support in ("strong", "moderate", "weak", "contested")
    ]
    assert codes == told
    assert ("Not ruled out" in impression["summary"]) == (result.could_reach is not None)
    assert all(issue["detail"].endswith(impression["summary"]) for issue in issues)
    (answered,) = resources(found, "QuestionnaireResponse")
    assert answers_of(pack, answered) == answers
    finished = result.status != "incomplete"
    assert [one["status"] for one in (answered, impression)] == [
        "completed" if finished else "in-progress"
    ] * 2
    assert resources(found, "Composition")[0]["status"] == ("final" if finished else "preliminary")


def test_causes_that_the_pack_keeps_back_are_kept_back(liver: Pack) -> None:
    answers = {"age": 9, "slow": ["fatigue"]}
    assert assess(liver, answers).causes_withheld
    assert not re.search(r"\bcause\.\w", json.dumps(bundle(liver, answers)))


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "more"])
def test_a_cause_is_called_no_diagnosis_and_nothing_has_a_probability(liver: Pack, every: bool) -> None:
    for case in load_cases(LIVER)[:: 12 if every else 60]:
        found = bundle(liver, complete(liver, case))
        for one in walk(found):
            assert not [key for key in one if re.search("probab|likel|risk|prognos", key, re.IGNORECASE)]
        for finding in resources(found, "ClinicalImpression")[0]["finding"]:
            concept = finding["itemCodeableConcept"]
            if concept["coding"][0]["code"].startswith("cause."):
                assert concept["text"].startswith("To discuss, not a diagnosis: ")
                assert finding["basis"]


def test_nothing_tells_who_the_person_is(liver: Pack) -> None:
    found = bundle(liver, {"age": 63, "alarm": ["fever"]})
    (patient,) = resources(found, "Patient")
    assert set(patient) == {"resourceType", "id", "language", "text"}
    for one in walk(found):
        assert not {"name", "birthDate", "telecom", "address", "photo", "source"} & set(one) or "type" in one


def test_every_resource_has_a_narrative_of_harmless_markup(small: Pack) -> None:
    hostile = "<script>alert(1)</script> & ]]> <b onclick='x'>\x00\x1b[2J"
    about = small.about.model_copy(update={"review_note": hostile, "audience": hostile})
    flags = tuple(flag.model_copy(update={"say": hostile, "evidence": hostile}) for flag in small.red_flags)
    asked = tuple(one.model_copy(update={"ask": hostile, "label": hostile}) for one in small.questions)
    pack = small.model_copy(update={"about": about, "red_flags": flags, "questions": asked})
    found = bundle(pack, {"age": 63, "alarm": ["fever", "jaundice"]})
    assert resources(found, "DetectedIssue")
    for resource in (*resources(found), json.loads(json.dumps(questionnaire(pack)))):
        for one in walk(resource):
            if "div" in one:
                tree = ElementTree.fromstring(one["div"])
                assert all(not element.attrib for element in tree.iter())
                assert {element.tag.removeprefix(XHTML) for element in tree.iter()} <= TAGS
                assert "".join(tree.itertext()).strip()
        assert resource["text"]["status"] == "generated"


def test_the_same_answers_and_date_give_the_same_bytes_and_others_give_other_ids(small: Pack) -> None:
    args = ("run", str(SMALL), "--age", "63", "--alarm", "fever", "--format", "fhir", "--date")
    first, second = program(*args, DATE, PYTHONHASHSEED="1"), program(*args, DATE, PYTHONHASHSEED="2")
    assert first.out == second.out
    ids = {one["id"] for one in resources(first.json)} | {first.json["id"]}
    other = {one["id"] for one in resources(run(*args, "2026-11-24").json)}
    assert not ids & other
    assert first.json["timestamp"] == f"{DATE}T00:00:00Z"


def told(found: Json) -> str:
    """A resource to be read and kept: ids numbered as they come, digests and narratives left out."""
    numbers: dict[str, str] = {}
    text = json.dumps(found, indent=2, ensure_ascii=False)
    text = re.sub(r'("div": ").*(")', r"\1…\2", text)
    text = re.sub(r"[0-9a-f]{64}", "…", text)
    uuid = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    return uuid.sub(lambda match: numbers.setdefault(match[0], f"{len(numbers) + 1}"), text) + "\n"


def fever(pack: Pack) -> Json:
    """The document of somebody with a fever; of the summary, which is kept elsewhere, only its first and last part."""
    answers = {"age": 63, "alarm": ["fever", "jaundice", "?black_stool"], "hepatitis": "b"}
    found = bundle(pack, answers)
    del resources(found, "Composition")[0]["section"][1:-1]
    return found


@pytest.mark.parametrize(
    ("name", "made"),
    [("small.questionnaire", questionnaire), ("small-fever.document", fever)],
)
def test_what_goes_out_is_what_was_kept(
    request: pytest.FixtureRequest, small: Pack, name: str, made: Callable[[Pack], Json]
) -> None:
    kept = ROOT / "tests" / "fhir" / f"{name}.json"
    if request.config.getoption("--update-golden"):
        kept.write_text(told(made(small)), encoding="utf-8")
    assert told(made(small)) == kept.read_text(encoding="utf-8")


# --- the command line ----------------------------------------------------------------------------


def test_the_command_prints_the_questionnaire_of_the_pack_it_is_given(liver: Pack, small: Pack) -> None:
    assert run("fhir", "questionnaire").json == json.loads(json.dumps(questionnaire(liver)))
    assert run("fhir", "questionnaire", str(SMALL)).json == json.loads(json.dumps(questionnaire(small)))
    assert run("fhir", "questionnaire", "nowhere").code == 3


def test_answers_of_other_software_give_the_summary_that_the_same_answers_give(
    tmp_path: Any, small: Pack
) -> None:
    answers = {"age": 63, "alarm": {"fever": "yes", "black_stool": "unknown"}, "hepatitis": "b"}
    theirs, ours = tmp_path / "response.json", tmp_path / "answers.json"
    theirs.write_text(json.dumps(filled(small, answers)))
    ours.write_text(json.dumps(answers))
    for more in ([], ["--alarm", "none-other"]):
        told = [
            run("run", str(SMALL), "--answers", str(file), "--date", DATE, *more) for file in (theirs, ours)
        ]
        assert told[0].code == 0
        assert told[0].out == told[1].out
    piped = run("run", str(SMALL), "--answers", "-", "--date", DATE, stdin="\ufeff\n" + theirs.read_text())
    assert piped.out == run("run", str(SMALL), "--answers", str(ours), "--date", DATE).out
    explained = [run("explain", str(SMALL), "--answers", str(file), "matters") for file in (theirs, ours)]
    assert explained[0] == explained[1]
