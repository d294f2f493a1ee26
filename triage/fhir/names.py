"""How things are called in FHIR: link ids, codings, addresses and ids made from content.

A question's link id is its own id. Below it stand ``alarm.fever`` for an item, ``age.number`` and
``age.not_known`` for a number, and ``age/help`` for words that help. Own ids know neither ``.`` nor ``/``,
so no two of these can be the same.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import TypeAlias

from triage.pack import Pack, Question

Resource: TypeAlias = dict[str, object]
Coding: TypeAlias = dict[str, object]

YES_NO = "http://terminology.hl7.org/CodeSystem/v2-0136"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
# HL7's own "yes, no, don't know" (the value set yesnodontknow of R4), answer by answer.
STATES: Mapping[str, Coding] = {
    "yes": {"system": YES_NO, "code": "Y", "display": "Yes"},
    "no": {"system": YES_NO, "code": "N", "display": "No"},
    "unknown": {"system": ABSENT, "code": "asked-unknown", "display": "Don't know"},
}
_NAMESPACE = bytes.fromhex("5d6cbe5fb0b650a88c9b6c0f6e6b6d31")


def uuid_of(*parts: object) -> str:
    """A UUID (version 5) of this content: the same content always has the same one."""
    content = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    made = bytearray(hashlib.sha1(_NAMESPACE + content.encode(), usedforsecurity=False).digest()[:16])
    made[6] = made[6] & 0x0F | 0x50
    made[8] = made[8] & 0x3F | 0x80
    text = made.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def urn(*parts: object) -> str:
    """The address of this content."""
    return f"urn:uuid:{uuid_of(*parts)}"


def questionnaire_url(pack: Pack) -> str:
    """The canonical address of the pack's Questionnaire, without its version."""
    return urn("Questionnaire", pack.about.id)


def code_system(pack: Pack) -> str:
    """The system of the codes that the pack itself defines."""
    return urn("CodeSystem", pack.about.id)


def own(pack: Pack, code: str, display: str) -> Coding:
    """A coding in the pack's own system, such as ``hepatitis.b`` or ``level.emergency``."""
    return {"system": code_system(pack), "code": code, "display": display}


def item_link(question: Question, item: str) -> str:
    """The link id of one item of a several-of question."""
    return f"{question.id}.{item}"


def number_link(question: Question) -> str:
    """The link id under which a number is given."""
    return f"{question.id}.number"


def not_known_link(question: Question) -> str:
    """The link id under which a number is said to be not known."""
    return f"{question.id}.not_known"


def help_link(link: str) -> str:
    """The link id of the words that help with another link id."""
    return f"{link}/help"


def option_coding(pack: Pack, question: Question, option: str) -> Coding:
    """The coding of an option of a one-of question; ``unknown`` is "don't know"."""
    if option == "unknown":
        return STATES["unknown"]
    return own(pack, f"{question.id}.{option}", question.choices[option].label)


def codings(pack: Pack, question: Question) -> dict[str, Coding]:
    """Every answer that a yes/no or one-of question takes, as a coding; "don't know" stands last."""
    if question.kind != "one_of":
        return dict(STATES)
    return {option: option_coding(pack, question, option) for option in (*question.choices, "unknown")}
