"""A FHIR R4 QuestionnaireResponse as answers, strictly: every misfit is told with its path.

What FHIR lets a reader pass over (ids, plain extensions, texts, who and when) is passed over. Everything
else has to be as our Questionnaire has it; nothing is dropped silently, guessed or converted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias, cast

from triage.answers import Answer, normalise
from triage.errors import MOST, AnswerError, Misfit, did_you_mean, shown
from triage.fhir.names import (
    STATES,
    Coding,
    codings,
    help_link,
    item_link,
    not_known_link,
    number_link,
    questionnaire_url,
)
from triage.fhir.wire import KIND, Repeated, stop
from triage.pack import Pack, Question
from triage.view import View, check_live

IGNORED = {
    "id", "meta", "language", "text", "contained", "extension", "identifier", "basedOn", "partOf", "subject",
    "encounter", "authored", "author", "source", "_authored", "_language",
}  # fmt: skip
OF_RESPONSE = {"resourceType", "questionnaire", "_questionnaire", "status", "_status", "item", *IGNORED}
OF_ITEM = {"id", "extension", "linkId", "definition", "text", "_text", "answer", "item"}
OF_ANSWER = {"id", "extension"}
OF_CODING = {"id", "extension", "system", "version", "code", "display", "_display", "userSelected"}
READABLE = ("completed", "amended", "in-progress", "stopped")
REFUSED = {
    "entered-in-error": "it says of itself that it is a mistake",
    "Questionnaire": "that is the form; give the QuestionnaireResponse that was filled in",
    "Bundle": "give the QuestionnaireResponse in it",
}
VALUES = (
    "valueBoolean", "valueDecimal", "valueInteger", "valueDate", "valueDateTime", "valueTime", "valueString",
    "valueUri", "valueAttachment", "valueCoding", "valueQuantity", "valueReference",
)  # fmt: skip


def answers_of(pack: Pack, resource: object) -> dict[str, Answer]:
    """The answers in a QuestionnaireResponse to the pack's Questionnaire, in canonical form.

    Raises :class:`AnswerError` with every misfit, each with its place in the resource.
    """
    return _Reader(pack).read(resource)


def _answers_below(question: Question) -> dict[str, str]:
    """The link ids of the items below a question, with what each answers."""
    if question.kind == "several_of":
        return {item_link(question, item): item for item in question.choices}
    if question.kind == "number":
        return {number_link(question): "number", not_known_link(question): "unknown"}
    return {}


Take: TypeAlias = Callable[[Mapping[str, object], str], None]


class _Reader:
    """Collects answers and misfits on one walk over a resource."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.misfits: list[Misfit] = []
        self.answers: dict[str, Answer] = {}
        self.where: dict[str, str] = {}
        self.helps = {help_link(link) for question in pack.questions for link in _links_of(question)}
        self.home = {link: question.id for question in pack.questions for link in _answers_below(question)}

    def read(self, resource: object) -> dict[str, Answer]:
        kind = resource.get("resourceType") if isinstance(resource, Mapping) else None
        if not isinstance(resource, Mapping) or kind != KIND:
            hint = REFUSED.get(str(kind), f"give a {KIND} (FHIR R4)")
            stop("resourceType", _cannot_be(kind), hint)
        if self.keys(resource, KIND, OF_RESPONSE):
            self.head(resource)
            self.items(resource, KIND, {question.id: self.take(question) for question in self.pack.questions})
        self.finish()
        found = normalise(self.pack, self.answers)
        self.only_live(found)
        return found

    def wrong(self, path: str, message: str, hint: str = "", question: str = "") -> None:
        self.misfits.append(Misfit(question, f"{path}: {message}", hint))

    def near(self, word: str, allowed: Iterable[str]) -> str:
        """A hint for a misspelt word; none for a misfit that is not told any more, because it takes time."""
        return did_you_mean(word[:60], list(allowed)) if len(self.misfits) < MOST else ""

    def finish(self) -> None:
        if self.misfits:
            raise AnswerError(self.misfits)

    def only_live(self, found: Mapping[str, Answer]) -> None:
        """An answer to a question that is not enabled is refused, with its path."""
        try:
            check_live(View(self.pack, found))
        except AnswerError as error:
            for misfit in error.misfits:
                self.wrong(self.where[misfit.question], misfit.message, misfit.hint, misfit.question)
        self.finish()

    # --- the resource itself ---------------------------------------------------------------------

    def head(self, resource: Mapping[str, object]) -> None:
        if isinstance(resource.get("identifier"), list):
            self.wrong(f"{KIND}.identifier", "R4 has one identifier and no list", "this looks like FHIR R5")
        profiles = _profiles(resource.get("meta"))
        if any("hl7.org/fhir/5." in profile for profile in profiles):
            self.wrong(f"{KIND}.meta.profile", "this is FHIR R5", f"give a {KIND} of R4")
        status = resource.get("status")
        if status not in READABLE:
            reason = REFUSED.get(str(status), f"allowed: {', '.join(READABLE)}")
            self.wrong(f"{KIND}.status", _cannot_be(status), reason)
        self.version(resource.get("questionnaire"))

    def version(self, said: object) -> None:
        url, version = questionnaire_url(self.pack), self.pack.about.version
        if not isinstance(said, str) or said.partition("|")[0] != url:
            hint = f"ours is {url}|{version}; `triage fhir questionnaire` prints it"
            self.wrong(f"{KIND}.questionnaire", _cannot_be(said), hint)
        elif said.partition("|")[2] not in ("", version):
            message = f"this answers version {shown(said.partition('|')[2])} of the Questionnaire"
            self.wrong(f"{KIND}.questionnaire", message, f"the rules here are version {version}")

    # --- items -----------------------------------------------------------------------------------

    def items(self, around: Mapping[str, object], path: str, takes: Mapping[str, Take]) -> None:
        """Each item at this place, given to what takes its link id."""
        seen: dict[str, str] = {}
        for item, place in self.listed(around, path, "item", OF_ITEM):
            link = item.get("linkId")
            if not isinstance(link, str) or link not in takes:
                if not (isinstance(link, str) and link in self.helps and not {"answer", "item"} & set(item)):
                    self.unknown_link(link, f"{place}.linkId", takes)
            elif link in seen:
                self.wrong(f"{place}.linkId", f"'{link}' stands here again", f"it is already {seen[link]}")
            else:
                seen[link] = place
                takes[link](item, place)

    def unknown_link(self, link: object, path: str, takes: Mapping[str, Take]) -> None:
        if link is None:
            self.wrong(path, "an item needs a link id")
        elif isinstance(link, str) and link in self.home:
            self.wrong(path, f"'{shown(link)}' does not stand here", f"it belongs into '{self.home[link]}'")
        elif isinstance(link, str) and link in self.pack.question:
            self.wrong(path, f"'{shown(link)}' does not stand here", "it belongs to the top")
        elif isinstance(link, str):
            self.wrong(path, f"no item is called '{shown(link)}'", self.near(link, takes))
        else:
            self.wrong(path, "a link id is a string")

    def take(self, question: Question) -> Take:
        """What takes the item of a question."""

        def group(item: Mapping[str, object], path: str) -> None:
            self.where[question.id] = path
            if "answer" in item:
                self.wrong(f"{path}.answer", f"'{question.id}' is a group; its items are answered")
            below = _answers_below(question).items()
            self.items(item, path, {link: self.take_below(question, link, name) for link, name in below})

        def choice(item: Mapping[str, object], path: str) -> None:
            self.where[question.id] = path
            answer = self.coded(item, path, codings(self.pack, question), question.id)
            if answer is not None:
                self.answers[question.id] = answer

        return group if question.kind in ("several_of", "number") else choice

    def take_below(self, question: Question, link: str, name: str) -> Take:
        """What takes an item of a group: one of several, a number, or that it is not known."""

        def one_of_several(item: Mapping[str, object], path: str) -> None:
            state = self.coded(item, path, STATES, link)
            if state is not None:
                before = self.answers.get(question.id)
                self.answers[question.id] = {**(before if isinstance(before, Mapping) else {}), name: state}

        def not_known(item: Mapping[str, object], path: str) -> None:
            if self.coded(item, path, {"unknown": STATES["unknown"]}, link) is not None:
                self.number_is(question, "unknown", path)

        def number(item: Mapping[str, object], path: str) -> None:
            value, place = self.value(item, path, "valueInteger", link), f"{path}.answer[0].valueInteger"
            if isinstance(value, int) and not isinstance(value, bool):
                self.number_is(question, value, place)
            elif value is not None:
                self.wrong(place, f"'{shown(value)}' is no whole number")

        if question.kind == "several_of":
            return one_of_several
        return number if name == "number" else not_known

    def number_is(self, question: Question, value: str | int, path: str) -> None:
        if question.id in self.answers:
            message = f"'{question.id}' is both given and said to be not known"
            self.wrong(path, message, "keep one of the two", question.id)
        else:
            try:
                self.answers |= normalise(self.pack, {question.id: value})
            except AnswerError as error:
                for misfit in error.misfits:
                    self.wrong(path, misfit.message, misfit.hint, question.id)

    # --- answers ---------------------------------------------------------------------------------

    def coded(
        self, item: Mapping[str, object], path: str, allowed: Mapping[str, Coding], link: str
    ) -> str | None:
        """Which of the allowed answers an item gives; None if it gives none or a wrong one."""
        value = self.value(item, path, "valueCoding", link)
        place = f"{path}.answer[0].valueCoding"
        if value is None or not self.keys(value, place, OF_CODING):
            return None
        coding = cast(Mapping[str, object], value)
        for name, wanted in allowed.items():
            if (coding.get("system"), coding.get("code")) == (wanted["system"], wanted["code"]):
                return name
        self.wrong(place, f"'{link}' cannot be {_told(coding)}", _better(coding, allowed))
        return None

    def value(self, item: Mapping[str, object], path: str, kind: str, link: str) -> object:
        """The one value of an item's answer, which must be of this kind; None if there is none."""
        if "item" in item:
            self.wrong(f"{path}.item", f"'{link}' has no items below it")
        answers = list(self.listed(item, path, "answer", {*OF_ANSWER, *VALUES, "item"}))
        if len(answers) > 1:
            self.wrong(f"{path}.answer", f"'{link}' takes one answer, not {len(answers)}")
        if len(answers) != 1:
            return None
        answer, place = answers[0]
        if "item" in answer:
            self.wrong(f"{place}.item", f"'{link}' has no items below its answer")
        given = [key for key in answer if key in VALUES]
        for key in given:
            if key != kind:
                self.wrong(f"{place}.{key}", f"'{link}' takes {kind}, not {key}")
        if not given:
            self.wrong(place, "an answer needs a value", f"'{link}' takes {kind}")
        if given != [kind]:
            return None
        if answer[kind] is None:
            self.wrong(f"{place}.{kind}", "null is no value", "leave the item out if there is no answer")
        return answer[kind]

    # --- JSON ------------------------------------------------------------------------------------

    def listed(
        self, around: Mapping[str, object], path: str, name: str, keys: set[str]
    ) -> Iterator[tuple[Mapping[str, object], str]]:
        """The objects in a list, each with its path; FHIR has no empty lists."""
        if name not in around:
            return
        members = around[name]
        if not isinstance(members, list) or not members:
            self.wrong(f"{path}.{name}", "this must be a list with something in it")
            return
        for number, member in enumerate(members):
            place = f"{path}.{name}[{number}]"
            if self.keys(member, place, keys):
                yield member, place

    def keys(self, value: object, path: str, allowed: set[str]) -> bool:
        """Whether this is an object with allowed keys alone, each once."""
        if not isinstance(value, Mapping):
            self.wrong(path, f"this must be an object, not '{shown(value)}'")
            return False
        if isinstance(value, Repeated):
            self.wrong(path, f"'{shown(value.key)}' stands twice in one object", "keep one")
        strange = [key for key in value if key not in allowed]
        for key in strange:
            self.wrong(f"{path}.{shown(key)}", _strange(key), self.near(key, sorted(allowed)))
        return not strange and not isinstance(value, Repeated)


def _links_of(question: Question) -> Iterator[str]:
    yield question.id
    yield from _answers_below(question)


def _told(coding: Mapping[str, object]) -> str:
    code, system = (coding.get(name) for name in ("code", "system"))
    return f"{_quoted(code, 'no code')} of {_quoted(system, 'no system')}"


def _quoted(value: object, nothing: str) -> str:
    return nothing if value is None else f"'{shown(value)}'"


def _better(coding: Mapping[str, object], allowed: Mapping[str, Coding]) -> str:
    """What could be meant: the right system for a known code, else the nearest code."""
    systems = {str(wanted["code"]): wanted["system"] for wanted in allowed.values()}
    code = str(coding.get("code"))[:60]
    return (
        f"the system of that code is {systems[code]}"
        if code in systems
        else did_you_mean(code, list(systems))
    )


def _profiles(meta: object) -> list[str]:
    told = meta.get("profile") if isinstance(meta, Mapping) else None
    return [str(profile) for profile in told] if isinstance(told, list) else []


def _cannot_be(value: object) -> str:
    return "this is missing" if value is None else f"this cannot be '{shown(value)}'"


def _strange(key: str) -> str:
    if key in ("modifierExtension", "implicitRules"):
        return "this can change what the resource means, and this program does not know how"
    return "R4 has no such element here, or none that this program reads"
