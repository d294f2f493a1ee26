"""FHIR in, strictly: whatever is wrong with a response is said with its path, and nothing comes of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Result, program, run
from tests.conftest import SMALL
from tests.test_fhir import filled
from triage.errors import AnswerError
from triage.fhir.questionnaire import questionnaire
from triage.fhir.reading import answers_of
from triage.pack import Pack

Json = Any
Change = Callable[[Json], object]

# item[0] is age, item[1] is alarm with fever and black_stool, item[2] is iron, item[3] is hepatitis.
PERSON: Json = {
    "age": 63, "alarm": {"fever": "yes", "black_stool": "unknown"}, "iron": "no", "hepatitis": "b", "benign": "yes",
}  # fmt: skip
HEAD = "QuestionnaireResponse"
AGE, ALARM, IRON, HEPATITIS = (f"{HEAD}.item[{place}]" for place in range(4))


@pytest.fixture
def theirs(small: Pack) -> Json:
    """A response to the small pack that is as it should be."""
    return filled(small, PERSON)


def told(pack: Pack, resource: Json) -> list[str]:
    """What is wrong with a resource, a line for each."""
    try:
        answers_of(pack, resource)
    except AnswerError as error:
        return [str(misfit) for misfit in error.misfits]
    return []


def at(resource: Json, *steps: str | int) -> Json:
    """What stands at a place of a resource."""
    for step in steps:
        resource = resource[step]
    return resource


def test_the_response_that_everything_here_spoils_is_read(small: Pack, theirs: Json) -> None:
    assert answers_of(small, theirs) == PERSON


def put(*steps: str | int, value: Json) -> Change:
    """Puts a value at a place."""
    return lambda resource: at(resource, *steps[:-1]).__setitem__(steps[-1], value)


def drop(*steps: str | int) -> Change:
    """Takes away what stands at a place."""
    return lambda resource: at(resource, *steps[:-1]).__delitem__(steps[-1])


def add(*steps: str | int, value: Json) -> Change:
    """Adds a member to a list."""
    return lambda resource: at(resource, *steps).append(value)


FEVER = ("item", 1, "item", 0)
YES = {"system": "http://terminology.hl7.org/CodeSystem/v2-0136", "code": "Y"}

SPOILT: list[tuple[str, Change, str]] = [
    ("another resource", put("resourceType", value="Patient"), "resourceType: this cannot be 'Patient' (give a QuestionnaireResponse (FHIR R4))"),
    ("the form", put("resourceType", value="Questionnaire"), "that is the form"),
    ("a bundle", put("resourceType", value="Bundle"), "give the QuestionnaireResponse in it"),
    ("no type", drop("resourceType"), "resourceType: this is missing"),
    ("a type that is no text", put("resourceType", value=["Bundle"]), "resourceType: this cannot be"),
    ("no form named", drop("questionnaire"), f"{HEAD}.questionnaire: this is missing"),
    ("another form", put("questionnaire", value="http://example.org/q"), f"{HEAD}.questionnaire: this cannot be 'http://example.org/q'"),
    ("the form as an object", put("questionnaire", value={"reference": "x"}), f"{HEAD}.questionnaire: this cannot be"),
    ("no status", drop("status"), f"{HEAD}.status: this is missing"),
    ("a mistake", put("status", value="entered-in-error"), f"{HEAD}.status: this cannot be 'entered-in-error' (it says of itself"),
    ("a status of nobody", put("status", value="done"), "allowed: completed, amended, in-progress, stopped"),
    ("a status that is a list", put("status", value=["completed"]), f"{HEAD}.status: this cannot be"),
    ("R5", put("identifier", value=[{"value": "1"}]), f"{HEAD}.identifier: R4 has one identifier and no list (this looks like FHIR R5)"),
    ("R5 by its profile", put("meta", value={"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/QuestionnaireResponse"]}), f"{HEAD}.meta.profile: this is FHIR R5 (give a QuestionnaireResponse of R4)"),
    ("an element of nobody", put("items", value=[]), f"{HEAD}.items: R4 has no such element here, or none that this program reads (did you mean 'item'?)"),
    ("a modifier", put("modifierExtension", value=[]), f"{HEAD}.modifierExtension: this can change what the resource means"),
    ("rules of its own", put("implicitRules", value="http://x"), f"{HEAD}.implicitRules: this can change what the resource means"),
    ("items that are no list", put("item", value={"linkId": "age"}), f"{HEAD}.item: this must be a list with something in it"),
    ("no items in the list", put("item", value=[]), f"{HEAD}.item: this must be a list with something in it"),
    ("an item that is no object", put("item", 0, value="age"), f"{AGE}: this must be an object, not 'age'"),
    ("an item that is null", put("item", 0, value=None), f"{AGE}: this must be an object, not 'None'"),
    ("no link id", drop("item", 0, "linkId"), f"{AGE}.linkId: an item needs a link id"),
    ("a link id that is a number", put("item", 0, "linkId", value=7), f"{AGE}.linkId: a link id is a string"),
    ("a link id that is a list", put("item", 0, "linkId", value=["age"]), f"{AGE}.linkId: a link id is a string"),
    ("a misspelt link id", put("item", 3, "linkId", value="hepatitus"), f"{HEPATITIS}.linkId: no item is called 'hepatitus' (did you mean 'hepatitis'?)"),
    ("an unknown item in a group", put(*FEVER, "linkId", value="alarm.fevr"), f"{ALARM}.item[0].linkId: no item is called 'alarm.fevr' (did you mean 'alarm.fever'?)"),
    ("an item at the top", add("item", value={"linkId": "alarm.jaundice"}), f"{HEAD}.item[5].linkId: 'alarm.jaundice' does not stand here (it belongs into 'alarm')"),
    ("a question in a group", add("item", 1, "item", value={"linkId": "benign"}), f"{ALARM}.item[2].linkId: 'benign' does not stand here (it belongs to the top)"),
    ("a question twice", lambda r: add("item", value=r["item"][3])(r), f"{HEAD}.item[5].linkId: 'hepatitis' stands here again (it is already {HEPATITIS})"),
    ("an item twice", lambda r: add("item", 1, "item", value=at(r, *FEVER))(r), f"{ALARM}.item[2].linkId: 'alarm.fever' stands here again"),
    ("an answer to a group", put("item", 1, "answer", value=[{"valueCoding": YES}]), f"{ALARM}.answer: 'alarm' is a group; its items are answered"),
    ("items below a choice", put("item", 3, "item", value=[{"linkId": "x"}]), f"{HEPATITIS}.item: 'hepatitis' has no items below it"),
    ("items below an answer", put("item", 3, "answer", 0, "item", value=[{"linkId": "x"}]), f"{HEPATITIS}.answer[0].item: 'hepatitis' has no items below its answer"),
    ("an answered help", add("item", value={"linkId": "age/help", "answer": [{"valueString": "x"}]}), f"{HEAD}.item[5].linkId: no item is called 'age/help'"),
    ("no answers in the list", put("item", 3, "answer", value=[]), f"{HEPATITIS}.answer: this must be a list with something in it"),
    ("two answers", lambda r: add("item", 3, "answer", value=at(r, "item", 3, "answer", 0))(r), f"{HEPATITIS}.answer: 'hepatitis' takes one answer, not 2"),
    ("an answer without a value", put("item", 3, "answer", 0, value={}), f"{HEPATITIS}.answer[0]: an answer needs a value ('hepatitis' takes valueCoding)"),
    ("a value that is null", put("item", 3, "answer", 0, "valueCoding", value=None), f"{HEPATITIS}.answer[0].valueCoding: null is no value"),
    ("text", put(*FEVER, "answer", 0, value={"valueString": "yes"}), f"{ALARM}.item[0].answer[0].valueString: 'alarm.fever' takes valueCoding, not valueString"),
    ("yes as a boolean", put(*FEVER, "answer", 0, value={"valueBoolean": True}), f"{ALARM}.item[0].answer[0].valueBoolean: 'alarm.fever' takes valueCoding, not valueBoolean"),
    ("two values", put(*FEVER, "answer", 0, "valueBoolean", value=True), f"{ALARM}.item[0].answer[0].valueBoolean: 'alarm.fever' takes valueCoding, not valueBoolean"),
    ("a value of nobody", put(*FEVER, "answer", 0, value={"valueYes": True}), f"{ALARM}.item[0].answer[0].valueYes: R4 has no such element here"),
    ("a coding that is text", put(*FEVER, "answer", 0, "valueCoding", value="Y"), f"{ALARM}.item[0].answer[0].valueCoding: this must be an object, not 'Y'"),
    ("an unknown code", put(*FEVER, "answer", 0, "valueCoding", "code", value="MAYBE"), f"{ALARM}.item[0].answer[0].valueCoding: 'alarm.fever' cannot be 'MAYBE' of 'http://terminology.hl7.org/CodeSystem/v2-0136' (allowed: Y, N, asked-unknown)"),
    ("a code of lower case", put(*FEVER, "answer", 0, "valueCoding", "code", value="y"), "'alarm.fever' cannot be 'y'"),
    ("a code without its system", drop(*FEVER, "answer", 0, "valueCoding", "system"), "(the system of that code is http://terminology.hl7.org/CodeSystem/v2-0136)"),
    ("a code of another system", put(*FEVER, "answer", 0, "valueCoding", "system", value="http://loinc.org"), "'alarm.fever' cannot be 'Y' of 'http://loinc.org'"),
    ("no code", drop(*FEVER, "answer", 0, "valueCoding", "code"), "'alarm.fever' cannot be no code of 'http://terminology.hl7.org/CodeSystem/v2-0136'"),
    ("an option of another question", put("item", 3, "answer", 0, "valueCoding", value=YES), f"{HEPATITIS}.answer[0].valueCoding: 'hepatitis' cannot be 'Y'"),
    ("an age that is text", put("item", 0, "item", 0, "answer", 0, value={"valueString": "63"}), f"{AGE}.item[0].answer[0].valueString: 'age.number' takes valueInteger, not valueString"),
    ("an age that is text as a number", put("item", 0, "item", 0, "answer", 0, "valueInteger", value="63"), f"{AGE}.item[0].answer[0].valueInteger: '63' is no whole number"),
    ("an age that is a word", put("item", 0, "item", 0, "answer", 0, "valueInteger", value="unknown"), "'unknown' is no whole number"),
    ("an age that is a fraction", put("item", 0, "item", 0, "answer", 0, "valueInteger", value=63.5), "'63.5' is no whole number"),
    ("an age that is true", put("item", 0, "item", 0, "answer", 0, "valueInteger", value=True), "'True' is no whole number"),
    ("an age beyond", put("item", 0, "item", 0, "answer", 0, "valueInteger", value=121), f"{AGE}.item[0].answer[0].valueInteger: 'age' cannot be '121' (allowed: a whole number from 0 to 120, or unknown)"),
    ("an age below", put("item", 0, "item", 0, "answer", 0, "valueInteger", value=-1), "'age' cannot be '-1'"),
    ("an age both given and not known", add("item", 0, "item", value={"linkId": "age.not_known", "answer": [{"valueCoding": {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "asked-unknown"}}]}), f"{AGE}.item[1]: 'age' is both given and said to be not known (keep one of the two)"),
    ("an answer beside which another does not apply", put("item", 1, "item", 1, "answer", 0, "valueCoding", "code", value="N"), "'alarm.black_stool' cannot be 'N'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in SPOILT], ids=[row[0] for row in SPOILT])
def test_what_is_wrong_is_said_with_its_path(small: Pack, theirs: Json, change: Change, message: str) -> None:
    change(theirs)
    assert message in "\n".join(told(small, theirs))


def test_an_answer_to_a_question_that_does_not_apply_is_refused_naming_both(
    small: Pack, theirs: Json
) -> None:
    put("item", 1, "item", 1, "answer", 0, "valueCoding", value={**YES, "code": "N"})(theirs)
    assert told(small, theirs) == [
        f"{IRON}: 'iron' (no) does not apply, because of the answer: Black stool: no "
        "(change one of the two answers or leave one out)"
    ]


def test_another_version_of_the_form_is_refused_and_none_is_taken_for_ours(small: Pack, theirs: Json) -> None:
    url, _, version = theirs["questionnaire"].partition("|")
    theirs["questionnaire"] = url
    assert told(small, theirs) == []
    theirs["questionnaire"] = f"{url}|9.9.9"
    message = f"{HEAD}.questionnaire: this answers version 9.9.9 of the Questionnaire (the rules here are version {version})"
    assert told(small, theirs) == [message]


def test_everything_wrong_is_told_in_one_run_in_the_order_of_the_resource(small: Pack, theirs: Json) -> None:
    for change in (
        put("status", value="done"), put("item", 0, "item", 0, "answer", 0, "valueInteger", value=999),
        put(*FEVER, "linkId", value="alarm.x"), put("item", 3, "answer", value=[]),
    ):  # fmt: skip
        change(theirs)
    assert [line.split(": ")[0] for line in told(small, theirs)] == [
        f"{HEAD}.status", f"{AGE}.item[0].answer[0].valueInteger", f"{ALARM}.item[0].linkId", f"{HEPATITIS}.answer",
    ]  # fmt: skip


def test_what_fhir_lets_a_reader_pass_over_is_passed_over(small: Pack, theirs: Json) -> None:
    theirs |= {
        "meta": {"versionId": "3"}, "extension": [{"url": "http://x", "valueString": "y"}], "authored": "2026-11-23T10:00:00Z",
        "subject": {"display": "somebody"}, "source": {"display": "somebody"}, "identifier": {"value": "1"},
    }  # fmt: skip
    at(theirs, *FEVER)["id"] = "a"
    at(theirs, *FEVER, "answer", 0, "valueCoding")["display"] = "Oui"
    add("item", value={"linkId": "age/help", "text": "Age matters."})(theirs)
    add("item", 1, "item", value={"linkId": "alarm.jaundice"})(theirs)
    assert answers_of(small, theirs) == PERSON


def test_a_response_without_items_answers_nothing(small: Pack, theirs: Json) -> None:
    del theirs["item"]
    assert answers_of(small, theirs) == {}


# --- hostile files -------------------------------------------------------------------------------


def refused(tmp_path: Path, content: str | bytes) -> Result:
    """What the program says to a file of answers; whatever it is, it wrote nothing and did not break."""
    file, output = tmp_path / "answers.json", tmp_path / "summary.txt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    result = program("run", str(SMALL), "--answers", str(file), "--output", str(output))
    assert result.code == 2, result
    assert not output.exists()
    assert result.out == ""
    assert "Traceback" not in result.err
    assert all(len(line) <= 500 for line in result.err.splitlines())
    assert all(char.isprintable() or char == "\n" for char in result.err)
    return result


def nested(depth: int) -> str:
    start = '{"resourceType": "QuestionnaireResponse", "status": "completed", "item": ['
    return start + '{"item":[' * depth + "]}" * depth + "]}"


HOSTILE: list[tuple[str, str | bytes, str]] = [
    ("nested items", nested(100_000), "QuestionnaireResponse: it is nested too deeply"),
    ("open brackets", '{"resourceType":' + "[" * 100_000, "QuestionnaireResponse: it is nested too deeply"),
    ("cut off", '{"resourceType": "QuestionnaireResponse",', "line 1, column 42: this is no JSON"),
    ("a comment", '{"resourceType": "QuestionnaireResponse"} // x', "line 1, column 43: this is no JSON: Extra data"),
    ("no number", '{"resourceType": "QuestionnaireResponse", "item": NaN}', "NaN is none in JSON"),
    ("a number without end", '{"resourceType": "QuestionnaireResponse", "item": ' + "9" * 5_000 + "}", "a number cannot be read"),
    ("no text", b'{"resourceType": "\xff"}', "byte 18: this is no text in UTF-8"),
    ("a key twice", '{"resourceType": "QuestionnaireResponse", "status": "completed", "status": "amended"}', "QuestionnaireResponse: 'status' stands twice in one object (keep one)"),
    ("the form", '{"resourceType": "Questionnaire", "status": "draft"}', "that is the form"),
    ("link ids alone", '{"item": [{"linkId": "age"}]}', "resourceType: this is missing"),
    ("a file beyond the limit", '{"resourceType": "' + "x" * 2_000_001 + '"}', "larger than 2 MB"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE]
)
def test_a_hostile_file_is_refused_with_its_place(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert message in refused(tmp_path, content).err


@pytest.mark.parametrize("text", ["x" * 1_000_000, "<script>alert(1)</script>\x1b[2J\u202e", "\ud800"])
@pytest.mark.parametrize("place", [("item", 0, "linkId"), ("status",), ("questionnaire",), ("resourceType",), (*FEVER, "answer", 0, "valueCoding", "code")])  # fmt: skip
def test_a_text_of_any_size_or_kind_is_said_short_and_plain(
    tmp_path: Path, theirs: Json, place: tuple[str | int, ...], text: str
) -> None:
    put(*place, value=text)(theirs)
    refused(tmp_path, json.dumps(theirs))


def test_many_wrong_items_are_counted_and_not_all_told(small: Pack, theirs: Json) -> None:
    theirs["item"] = [{"linkId": f"alarm{n}"} for n in range(50_000)]
    with pytest.raises(AnswerError) as refusal:
        answers_of(small, theirs)
    lines = str(refusal.value).splitlines()
    assert (len(lines), lines[-1]) == (81, "and 49920 more")
    assert "did you mean 'alarm'?" in lines[0]
    assert str(refusal.value.misfits[-1]).endswith("no item is called 'alarm49999'")  # guessing takes time


def test_the_form_itself_is_not_taken_for_answers(tmp_path: Path, small: Pack) -> None:
    assert "that is the form" in refused(tmp_path, json.dumps(questionnaire(small))).err


def test_items_nested_as_deep_as_json_is_read_are_wrong_at_the_first_that_is_unknown(tmp_path: Path) -> None:
    assert f"{HEAD}.item[0].linkId: an item needs a link id" in refused(tmp_path, nested(100)).err


def test_answers_that_are_no_fhir_are_read_as_before(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text('{"age": 63, "alarm": ["fever"]}')
    assert run("run", str(SMALL), "--answers", str(file)).code == 0
