"""A pack's questions as a FHIR R4 Questionnaire."""

from collections.abc import Iterator

from triage.fhir.gates import check_length, enabling
from triage.fhir.names import (
    STATES,
    Resource,
    codings,
    help_link,
    item_link,
    not_known_link,
    number_link,
    questionnaire_url,
    uuid_of,
)
from triage.fhir.narrative import narrative
from triage.pack import Pack, Question
from triage.report.document import Bullets, Heading, Paragraph

CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
LOWEST = "http://hl7.org/fhir/StructureDefinition/minValue"
HIGHEST = "http://hl7.org/fhir/StructureDefinition/maxValue"


def questionnaire(pack: Pack) -> Resource:
    """The Questionnaire (R4) of a pack: every question, option and condition to ask, in the author's order.

    Every question can be answered with "don't know", and none is required. Raises :class:`TooLong` for a
    pack whose conditions would grow beyond all measure.
    """
    about = pack.about
    check_length(pack)
    items = [_item(pack, question) for question in pack.questions]
    return {
        "resourceType": "Questionnaire",
        "id": uuid_of("Questionnaire", about.id, about.version, items),
        "language": "en",
        "text": _narrative(pack),
        "url": questionnaire_url(pack),
        "version": about.version,
        "name": "".join(word.capitalize() for word in about.id.split("_")),
        "title": about.title,
        "status": "draft",
        "subjectType": ["Patient"],
        "date": about.reviewed,
        "description": about.audience,
        "purpose": about.review_note,
        "item": items,
    }


def _narrative(pack: Pack) -> Resource:
    about = pack.about
    return narrative(
        (
            Heading(1, about.title),
            Paragraph(about.audience),
            Paragraph(about.review_note),
            Bullets(tuple(question.ask for question in pack.questions)),
        )
    )


def _item(pack: Pack, question: Question) -> Resource:
    item: Resource = {"linkId": question.id, **enabling(pack, question)}
    help_item = _help(question.id, question.why)
    if question.kind in ("yes_no", "one_of"):
        return {**item, "text": question.ask, **_choice(pack, question), "item": [help_item]}
    parts = _number(question) if question.kind == "number" else _items(question)
    return {**_text_and_type(item, question.ask, "group"), "item": [*parts, help_item]}


def _text_and_type(item: Resource, text: str, kind: str) -> Resource:
    return {**item, "text": text, "type": kind}


def _choice(pack: Pack, question: Question) -> Resource:
    options = [_option(coding) for coding in codings(pack, question).values()]
    return {"type": "choice", "answerOption": options}


def _option(coding: Resource) -> Resource:
    return {"valueCoding": coding}


def _items(question: Question) -> Iterator[Resource]:
    """Each item of a several-of question as a question of its own with three answers."""
    options = [_option(coding) for coding in STATES.values()]
    for choice in question.options:
        link = item_link(question, choice.id)
        item: Resource = {"linkId": link, "text": choice.label, "type": "choice", "answerOption": options}
        yield {**item, "item": [_help(link, choice.plainer)]} if choice.plainer else item


def _number(question: Question) -> Iterator[Resource]:
    """A number, and beside it the answer that it is not known."""
    unknown = not_known_link(question)
    limits = ((LOWEST, question.min), (HIGHEST, question.max))
    extensions: list[Resource] = [{"url": url, "valueInteger": value} for url, value in limits]
    if question.unit:
        extensions.append({"url": UNIT, "valueCoding": {"display": question.unit}})
    yield {
        "extension": extensions,
        "linkId": number_link(question),
        "text": question.label,
        "type": "integer",
        "enableWhen": [{"question": unknown, "operator": "exists", "answerBoolean": False}],
        "enableBehavior": "all",
    }
    yield {
        "linkId": unknown,
        "text": f"{question.label}: not known",
        "type": "choice",
        "answerOption": [_option(STATES["unknown"])],
    }


def _help(link: str, text: str) -> Resource:
    """Words that help with an item, shown when asked for."""
    control = {"coding": [{"system": CONTROLS, "code": "help", "display": "Help-Button"}]}
    return {
        "extension": [{"url": CONTROL, "valueCodeableConcept": control}],
        "linkId": help_link(link),
        "text": text,
        "type": "display",
    }
