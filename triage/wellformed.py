"""What every pack must satisfy before it can be used at all: names, order, references, citations.

Each check takes the pack and yields what is wrong as ``(file, loc, code, message, hint)``; the
loader turns a ``loc`` into a line and a column. Questions of quality (is anything dead, can worry
lower a level) are not asked here but in :mod:`triage.verify`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from triage.condition import COMPARE, Compare, Condition, Fact, leaves
from triage.errors import did_you_mean
from triage.pack import JUDGEMENT, LEVELS, Cited, Document, Model, Pack, Question, RedFlag, Statement
from triage.source import Loc

# Words of the interview and of the condition language; none of them may name a thing.
COMMANDS = ("why", "back", "skip", "list", "quit", "help", "stop", "go", "on")
ANSWERS = ("yes", "no", "unknown", "none", "not_sure", "none_other")
RESERVED = frozenset(
    {
        *COMMANDS,
        *ANSWERS,
        "items",
        "closed",
        "true",
        "false",
        "null",
        "and",
        "or",
        "not",
        "in",
        "at",
        "least",
        "of",
    }
)
# Options that `triage run` has of its own; a question may not take one of these names.
OPTIONS = frozenset(
    {"answers", "no_input", "format", "output", "force", "date", "plain", "exit_level", "help", "version",
     "save", "resume", "pack", "session", "items", "closed"}
)  # fmt: skip


class Fault(NamedTuple):
    """Something wrong at ``loc`` in ``file`` of the pack."""

    file: str
    loc: Loc
    code: str
    message: str
    hint: str = ""


Check = Callable[[Pack], Iterator[Fault]]


def faults(pack: Pack) -> Iterator[Fault]:
    """Everything that makes the pack unusable."""
    for check in CHECKS:
        yield from check(pack)


def one_name_each(pack: Pack) -> Iterator[Fault]:
    """Questions, items of several-of questions and facts share one set of names; no name is reserved."""
    seen: dict[str, str] = {}
    for name, what, file, loc in _names(pack):
        if name in RESERVED:
            yield Fault(file, loc, "reserved-name", f"'{name}' is a word of the program", "choose another id")
        if name in seen:
            yield Fault(file, loc, "name-taken", f"'{name}' is already the name of {seen[name]}")
        seen.setdefault(name, what)
    for number, question in enumerate(pack.questions):
        if question.id in OPTIONS:
            message = f"'{question.id}' is an option of the program itself"
            yield Fault(
                "questions.yaml", ("questions", number, "id"), "reserved-name", message, "choose another id"
            )


def _names(pack: Pack) -> Iterator[tuple[str, str, str, Loc]]:
    for number, question in enumerate(pack.questions):
        at: tuple[str | int, ...] = ("questions", number)
        yield question.id, "a question", "questions.yaml", (*at, "id")
        if question.kind == "several_of":
            for place, choice in enumerate(question.options):
                what = f"an item of '{question.id}'"
                yield choice.id, what, "questions.yaml", (*at, "options", place, "id")
    for number, fact in enumerate(pack.facts):
        yield fact.id, "a fact", "facts.yaml", ("facts", number, "id")


def one_id_each(pack: Pack) -> Iterator[Fault]:
    """Flags, documents, statements and the evidence of a cause each have an id of their own."""
    yield from _twice("red_flags.yaml", "red_flags", pack.red_flags)
    yield from _twice("sources.yaml", "documents", pack.documents)
    yield from _twice("sources.yaml", "statements", pack.statements)
    for cause in pack.causes:
        evidence = (*cause.supporting, *cause.against)
        for name, count in Counter(part.id for part in evidence).items():
            if count > 1:
                yield Fault(
                    f"causes/{cause.id}.yaml", (), "name-taken", f"'{name}' names {count} pieces of evidence"
                )


def _twice(file: str, field: str, things: Sequence[RedFlag | Document | Statement]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, thing in enumerate(things):
        name = thing.id
        if name in seen:
            yield Fault(file, (field, number, "id"), "name-taken", f"'{name}' is already used in {field}")
        seen.add(name)


def questions_have_their_parts(pack: Pack) -> Iterator[Fault]:
    """A choice has options, a number has bounds, and nothing has what belongs to another kind."""
    for number, question in enumerate(pack.questions):
        for field, message in _parts(question):
            yield Fault("questions.yaml", ("questions", number, field), "question-parts", message)


def _parts(question: Question) -> Iterator[tuple[str, str]]:
    choice = question.kind in ("one_of", "several_of")
    if choice and len(question.options) < (2 if question.kind == "one_of" else 1):
        yield "options", f"'{question.id}' needs options"
    if not choice and question.options:
        yield "options", f"a {question.kind} question has no options"
    if question.kind == "number" and (
        question.min is None or question.max is None or question.min >= question.max
    ):
        yield "min", f"'{question.id}' needs a 'min' and a larger 'max'"
    if question.kind != "number" and (question.min, question.max, question.unit) != (None, None, None):
        yield "min", f"a {question.kind} question has no 'min', 'max' or 'unit'"
    if question.none is not None and question.none not in (
        question.choices if question.kind == "one_of" else ()
    ):
        yield "none", f"'none' must be an option of a one_of question, not '{question.none}'"


def options_can_be_told_apart(pack: Pack) -> Iterator[Fault]:
    """Within a question, no two options share an id or a label, and none is a word with another meaning."""
    for number, question in enumerate(pack.questions):
        seen: dict[str, str] = {}
        for place, choice in enumerate(question.options):
            loc = ("questions", number, "options", place)
            if choice.id in RESERVED and question.kind == "one_of":
                message = f"'{choice.id}' is a word of the program and cannot be an option"
                yield Fault("questions.yaml", (*loc, "id"), "reserved-name", message, "choose another id")
            for word, field in ((choice.id, "id"), (choice.label.casefold(), "label")):
                if word in seen and seen[word] != choice.id:
                    message = f"'{word}' already means '{seen[word]}' in this question"
                    yield Fault("questions.yaml", (*loc, field), "options-alike", message)
                seen.setdefault(word, choice.id)
                if field == "label" and word in (*COMMANDS, *ANSWERS):
                    message = f"the label '{choice.label}' is a word of the program"
                    yield Fault(
                        "questions.yaml", (*loc, field), "reserved-name", message, "say it in other words"
                    )


def facts_do_not_go_round(pack: Pack) -> Iterator[Fault]:
    """No fact rests on itself."""
    rests_on = {
        fact.id: [leaf.name for leaf, _ in leaves(fact.when) if isinstance(leaf, Fact)] for fact in pack.facts
    }
    for number, fact in enumerate(pack.facts):
        if path := _way_back(fact.id, rests_on):
            yield Fault(
                "facts.yaml", ("facts", number, "when"), "fact-cycle", f"goes round: {' → '.join(path)}"
            )


def _way_back(start: str, rests_on: Mapping[str, Sequence[str]]) -> list[str]:
    """A path from ``start`` back to itself, or []."""
    paths = [[start]]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        for name in rests_on.get(path[-1], ()):
            if name == start:
                return [*path, start]
            if name not in seen:
                seen.add(name)
                paths.append([*path, name])
    return []


def gates_look_back(pack: Pack) -> Iterator[Fault]:
    """``only_if`` names earlier questions only, also through facts."""
    for number, question in enumerate(pack.questions):
        if question.only_if is None:
            continue
        for name in questions_of(pack, question.only_if):
            if pack.position[name] >= number:
                message = f"'only_if' of '{question.id}' needs '{name}', which comes later"
                loc = ("questions", number, "only_if")
                yield Fault("questions.yaml", loc, "gate-looks-ahead", message, f"move '{name}' up")


def questions_of(pack: Pack, condition: Condition) -> dict[str, None]:
    """The questions a condition reads, facts looked through, in reading order."""
    found: dict[str, None] = {}
    waiting = [condition]
    seen: set[str] = set()
    while waiting:
        for leaf, _ in leaves(waiting.pop(0)):
            if not isinstance(leaf, Fact):
                found[leaf.question] = None
            elif leaf.name not in seen:
                seen.add(leaf.name)
                waiting.append(pack.fact[leaf.name].when)
    return found


def numbers_are_in_range(pack: Pack) -> Iterator[Fault]:
    """A threshold outside what can be answered would make a condition always or never hold."""
    for file, loc, condition in conditions(pack):
        for leaf, _ in leaves(condition):
            if not isinstance(leaf, Compare):
                continue
            question = pack.question[leaf.question]
            holds = [COMPARE[leaf.operator](value, leaf.number) for value in _edges(question, leaf.number)]
            if all(holds) or not any(holds):
                message = f"'{leaf}' is always the same for {question.min} to {question.max}"
                yield Fault(file, loc, "threshold-out-of-range", message)


def _edges(question: Question, number: int) -> list[int]:
    low, high = question.min or 0, question.max or 0
    return [value for value in (low, number - 1, number, number + 1, high) if low <= value <= high]


def conditions(pack: Pack) -> Iterator[tuple[str, Loc, Condition]]:
    """Every condition of the pack with the file and place where it stands."""
    for file, loc, value in everything(pack):
        if not isinstance(value, Model):
            continue
        for name in ("when", "only_if"):
            condition = getattr(value, name, None)
            if condition is not None:
                yield file, (*loc, name), condition


def citations_hold(pack: Pack) -> Iterator[Fault]:
    """Every sentence has a basis that carries it; nothing withheld is quoted; documents exist."""
    for file, loc, cited in citations(pack):
        if cited.basis != JUDGEMENT and not cited.sources:
            yield Fault(file, loc, "no-source", f"basis '{cited.basis}' needs sources", "or say 'judgement'")
        if cited.basis == JUDGEMENT and cited.sources:
            yield Fault(file, loc, "judgement-with-source", "a judgement cites nothing", "or say 'derived'")
        for name in cited.sources:
            if name not in pack.statement:
                hint = did_you_mean(name, list(pack.statement))
                yield Fault(file, loc, "unknown-statement", f"there is no statement '{name}'", hint)
            elif reason := pack.statement[name].withheld:
                yield Fault(file, loc, "withheld-quoted", f"'{name}' is withheld: {reason}")
    for number, statement in enumerate(pack.statements):
        if statement.document not in pack.document:
            hint = did_you_mean(statement.document, list(pack.document))
            message = f"there is no document '{statement.document}'"
            yield Fault("sources.yaml", ("statements", number, "document"), "unknown-document", message, hint)
    if not any(document.kind == JUDGEMENT for document in pack.documents):
        message = "the pack needs a document of kind 'judgement' for its own judgements"
        yield Fault("sources.yaml", ("documents",), "no-judgement-document", message)


def citations(pack: Pack) -> Iterator[tuple[str, Loc, Cited]]:
    """Everything that cites, with the file and place where it stands."""
    for file, loc, value in everything(pack):
        if isinstance(value, Cited):
            yield file, loc, value


def everything(pack: Pack) -> Iterator[tuple[str, Loc, object]]:
    """Every model and value of the pack with the file and place where it stands."""
    yield from _inside("pack.yaml", (), pack.about)
    yield from _inside("questions.yaml", ("questions",), pack.questions)
    yield from _inside("facts.yaml", ("facts",), pack.facts)
    yield from _inside("red_flags.yaml", ("red_flags",), pack.red_flags)
    for cause in pack.causes:
        yield from _inside(f"causes/{cause.id}.yaml", (), cause)
    yield from _inside("advice.yaml", (), pack.general)


def _inside(file: str, loc: tuple[str | int, ...], value: object) -> Iterator[tuple[str, Loc, object]]:
    yield file, loc, value
    if isinstance(value, Model):
        for name, field in type(value).model_fields.items():
            yield from _inside(file, (*loc, field.alias or name), getattr(value, name))
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _inside(file, (*loc, name), part)
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from _inside(file, (*loc, number), part)


def everything_is_worded(pack: Pack) -> Iterator[Fault]:
    """Each level has its words, and what a flag adds to exists."""
    for level in LEVELS:
        if level not in pack.about.levels:
            yield Fault("pack.yaml", ("levels",), "missing-level", f"level '{level}' has no words")
    flags = {flag.id for flag in pack.red_flags}
    for number, flag in enumerate(pack.red_flags):
        if flag.adds_to is not None and flag.adds_to not in flags:
            loc = ("red_flags", number, "adds_to")
            hint = did_you_mean(flag.adds_to, sorted(flags))
            yield Fault("red_flags.yaml", loc, "unknown-flag", f"there is no red flag '{flag.adds_to}'", hint)


CHECKS: tuple[Check, ...] = (
    one_name_each,
    one_id_each,
    questions_have_their_parts,
    options_can_be_told_apart,
    facts_do_not_go_round,
    gates_look_back,
    numbers_are_in_range,
    citations_hold,
    everything_is_worded,
)
