"""From bytes to the JSON of a FHIR resource, or to the place where it is none."""

import json
from typing import NoReturn

from triage.errors import AnswerError, Misfit

KIND = "QuestionnaireResponse"


class Repeated(dict[str, object]):
    """An object in which a key stood twice."""

    key: str = ""


def is_fhir(content: bytes) -> bool:
    """Whether a file of answers is meant as FHIR: JSON that names a resource or link ids."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return start == b"{" and (b'"resourceType"' in content or b'"linkId"' in content)


def resource_in(content: bytes) -> object:
    """The JSON in ``content``. Raises :class:`AnswerError` with line and column for what is none."""
    try:
        return json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_such_number
        )
    except json.JSONDecodeError as error:
        stop(f"line {error.lineno}, column {error.colno}", f"this is no JSON: {error.msg}")
    except UnicodeDecodeError as error:
        stop(f"byte {error.start}", "this is no text in UTF-8")
    except RecursionError:
        stop(KIND, "it is nested too deeply", "items of this Questionnaire are at most two deep")
    except ValueError as error:
        stop(KIND, f"a number cannot be read: {error}")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, value in pairs:
        if key in made:
            made = Repeated(dict(pairs))
            made.key = key
            break
        made[key] = value
    return made


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is none in JSON")


def stop(path: str, message: str, hint: str = "") -> NoReturn:
    """Refuse the whole resource for what is wrong at this place."""
    raise AnswerError([Misfit("", f"{path}: {message}", hint)])
