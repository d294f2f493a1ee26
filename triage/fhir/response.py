"""One person's answers as a FHIR R4 QuestionnaireResponse."""

from collections.abc import Iterator, Mapping

from triage.answers import Answer, Answers, describe_answer
from triage.fhir.names import (
    STATES,
    Resource,
    codings,
    item_link,
    not_known_link,
    number_link,
    questionnaire_url,
    uuid_of,
)
from triage.fhir.narrative import narrative
from triage.pack import Pack, Question
from triage.report.document import Bullets, Paragraph


def response(pack: Pack, answers: Answers, *, date: str, complete: bool) -> Resource:
    """The QuestionnaireResponse (R4) of canonical answers, with an item for each and for nothing else.

    ``date`` is the day (YYYY-MM-DD) on which they were given; ``complete`` says that no question was left.
    """
    items = [
        _item(pack, question, answers[question.id]) for question in pack.questions if question.id in answers
    ]
    made: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": uuid_of("QuestionnaireResponse", pack.digest, date, complete, items),
        "language": "en",
        "text": _narrative(pack, answers),
        "questionnaire": f"{questionnaire_url(pack)}|{pack.about.version}",
        "status": "completed" if complete else "in-progress",
        "authored": date,
    }
    return {**made, "item": items} if items else made


def _narrative(pack: Pack, answers: Answers) -> Resource:
    told = tuple(
        f"{pack.question[name].label}: {describe_answer(pack.question[name], value)}"
        for name, value in answers.items()
    )
    return narrative([Bullets(told) if told else Paragraph("No question was answered.")])


def _item(pack: Pack, question: Question, answer: Answer) -> Resource:
    if question.kind in ("several_of", "number"):
        parts = list(_items(question, answer) if isinstance(answer, Mapping) else _number(question, answer))
        return {"linkId": question.id, "text": question.ask, "item": parts}
    return _answered(question.id, question.ask, "valueCoding", codings(pack, question)[str(answer)])


def _items(question: Question, answer: Mapping[str, str]) -> Iterator[Resource]:
    for item, state in answer.items():
        label = question.choices[item].label
        yield _answered(item_link(question, item), label, "valueCoding", STATES[state])


def _number(question: Question, answer: Answer) -> Iterator[Resource]:
    if answer == "unknown":
        unknown = f"{question.label}: not known"
        yield _answered(not_known_link(question), unknown, "valueCoding", STATES["unknown"])
    else:
        yield _answered(number_link(question), question.label, "valueInteger", answer)


def _answered(link: str, text: str, kind: str, value: object) -> Resource:
    return {"linkId": link, "text": text, "answer": [{kind: value}]}
