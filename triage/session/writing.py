"""Writing a session as text: JSON Lines, the header first, then one line an event, in order.

{"session": 1, "program": "0.1.0", "pack": "small", "version": "1.0.0", "digest": "…", …, "questions": {…}}
{"event": "given", "answers": {"age": 63}}
{"event": "asked", "question": "alarm"}
{"event": "answered", "question": "alarm", "answer": {"fever": "unknown", "jaundice": "no"}}
{"event": "asked", "question": "alarm", "item": "fever", "plainer": true}
{"event": "back"}
{"event": "rules changed", "header": {…}, "dropped": ["age", "alarm.jaundice"]}
{"event": "end", "how": "finished"}
"""

import json
from collections.abc import Mapping
from typing import TypeAlias

from triage.interview import Answered, Step, WentBack
from triage.session.record import Asked, Ended, Entry, Given, Header, Part, RulesChanged, Wording

FORMAT = 1
Fields: TypeAlias = dict[str, object]


def header_line(header: Header) -> str:
    """The first line of a session file."""
    return _line({"session": FORMAT, **_header_fields(header)})


def entry_line(entry: Entry) -> str:
    """One event as a line."""
    return _line({"event": _WORDS[type(entry)], **_entry_fields(entry)})


def _line(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


_WORDS: dict[type[Entry], str] = {
    Given: "given", Asked: "asked", Answered: "answered", WentBack: "back", RulesChanged: "rules changed",
    Ended: "end",
}  # fmt: skip


def _entry_fields(entry: Entry) -> Fields:
    match entry:
        case Given(answers):
            return {"answers": dict(answers)}
        case Asked(step):
            return _step_fields(step)
        case Answered(step, answer):
            return {**_step_fields(step), "answer": answer}
        case WentBack():
            return {}
        case RulesChanged(header, dropped):
            return {"header": _header_fields(header), "dropped": [_part_text(part) for part in dropped]}
        case Ended(how):
            return {"how": how}


def _step_fields(step: Step) -> Fields:
    item = {} if step.item is None else {"item": step.item}
    return {"question": step.question, **item, **({"plainer": True} if step.plainer else {})}


def _part_text(part: Part) -> str:
    return part.question if part.item is None else f"{part.question}.{part.item}"


def _header_fields(header: Header) -> Fields:
    return {
        "program": header.program,
        "pack": header.pack,
        "version": header.version,
        "digest": header.digest,
        "date": header.date,
        "questions": {name: _wording_fields(asked) for name, asked in header.questions.items()},
    }


def _wording_fields(asked: Wording) -> Fields:
    fields = {"min": asked.min, "max": asked.max, "unit": asked.unit, "options": dict(asked.options) or None}
    return {"kind": asked.kind, "ask": asked.ask} | {
        name: value for name, value in fields.items() if value is not None
    }
