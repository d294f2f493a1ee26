"""What every pack must satisfy before it can be used at all: names, order, references, thresholds.

Each check takes the pack and yields what is wrong as ``(file, loc, code, message, hint)``; the
loader turns a ``loc`` into a line and a column. Questions of quality (is anything dead, can worry
lower a level) are not asked here but in :mod:`triage.verify`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from triage.condition import COMPARE, Compare, Fact, leaves
from triage.errors import did_you_mean
from triage.pack import LEVELS, Choice, Conflict, Document, Pack, Problem, Question, RedFlag, Statement
from triage.provenance import citations_hold, documents_exist, problems_and_conflicts_are_dealt_with
from triage.source import Loc
from triage.walk import Fault, conditions, questions_of

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
    {"answers", "no_input", "format", "font_path", "output", "force", "date", "plain", "exit_level", "help",
     "version", "save", "resume", "accept_changes", "pack", "session", "items", "closed"}
)  # fmt: skip


MAX_DEPTH = 20


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
    """Flags, what sources.yaml lists, and the evidence of a cause each have an id of their own."""
    yield from _twice("red_flags.yaml", "red_flags", pack.red_flags)
    yield from _twice("sources.yaml", "documents", pack.documents)
    yield from _twice("sources.yaml", "statements", pack.statements)
    yield from _twice("sources.yaml", "problems", pack.problems)
    yield from _twice("sources.yaml", "conflicts", pack.conflicts)
    for cause in pack.causes:
        evidence = (*cause.supporting, *cause.against)
        for name, count in Counter(part.id for part in evidence).items():
            if count > 1:
                yield Fault(
                    f"causes/{cause.id}.yaml", (), "name-taken", f"'{name}' names {count} pieces of evidence"
                )


def _twice(
    file: str, field: str, things: Sequence[RedFlag | Document | Statement | Problem | Conflict]
) -> Iterator[Fault]:
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
        seen: dict[str, Choice] = {}
        for place, choice in enumerate(question.options):
            loc = ("questions", number, "options", place)
            if choice.id in RESERVED and question.kind == "one_of":
                message = f"'{choice.id}' is a word of the program and cannot be an option"
                yield Fault("questions.yaml", (*loc, "id"), "reserved-name", message, "choose another id")
            for word, field in ((choice.id, "id"), (choice.label.casefold(), "label")):
                if word in seen and seen[word] is not choice:
                    message = f"'{word}' already means '{seen[word].id}' in this question"
                    yield Fault("questions.yaml", (*loc, field), "options-alike", message)
                seen.setdefault(word, choice)
                if field == "label" and word in (*COMMANDS, *ANSWERS):
                    message = f"the label '{choice.label}' is a word of the program"
                    yield Fault(
                        "questions.yaml", (*loc, field), "reserved-name", message, "say it in other words"
                    )


def facts_do_not_go_round(pack: Pack) -> Iterator[Fault]:
    """No fact rests on itself, and none rests on facts that rest on facts without an end."""
    place = {fact.id: ("facts", number, "when") for number, fact in enumerate(pack.facts)}
    rests_on = {
        fact.id: [leaf.name for leaf, _ in leaves(fact.when) if isinstance(leaf, Fact)] for fact in pack.facts
    }
    circles, order = circles_in(rests_on)
    for circle in circles:
        yield Fault("facts.yaml", place[circle[0]], "fact-cycle", f"goes round: {_path(circle)}")
    depth: dict[str, int] = {}
    for name in order:
        depth[name] = 1 + max((depth.get(other, 0) for other in rests_on[name]), default=0)
        if depth[name] == MAX_DEPTH + 1:
            message = f"'{name}' rests on facts more than {MAX_DEPTH} deep"
            yield Fault("facts.yaml", place[name], "facts-too-deep", message, "say it more directly")


def circles_in(rests_on: Mapping[str, Sequence[str]]) -> tuple[list[list[str]], list[str]]:
    """Circles that share no name, each from its first name round to it, and the other names in order."""
    number = {name: place for place, name in enumerate(rests_on)}
    circles: list[list[str]] = []
    in_circle: set[str] = set()
    order: dict[str, None] = {}
    for start in rests_on:
        way = {} if start in order or start in in_circle else {start: iter(rests_on[start])}
        while way:
            name = next(reversed(way))
            other = None if name in in_circle else next(way[name], None)
            if other is None:
                way.pop(name)
                if name not in in_circle:
                    order[name] = None
            elif other in way:
                circle = list(way)[list(way).index(other) :]
                in_circle.update(circle)
                first = circle.index(min(circle, key=number.__getitem__))
                circles.append([*circle[first:], *circle[: first + 1]])
            elif other not in order and other not in in_circle:
                way[other] = iter(rests_on[other])
    return sorted(circles, key=lambda circle: number[circle[0]]), list(order)


def _path(names: Sequence[str]) -> str:
    return " → ".join(names if len(names) <= 12 else [*names[:10], f"… ({len(names) - 11} more)", names[-1]])


def gates_look_back(pack: Pack) -> Iterator[Fault]:
    """``only_if`` names earlier questions only, also through facts, and not gate behind gate without end."""
    depth: dict[str, int] = {}
    for number, question in enumerate(pack.questions):
        if question.only_if is None:
            continue
        read = questions_of(pack, question.only_if)
        depth[question.id] = 1 + max((depth.get(name, 0) for name in read), default=0)
        if depth[question.id] == MAX_DEPTH + 1:
            message = f"'{question.id}' stands behind more than {MAX_DEPTH} gates, one behind the other"
            loc: Loc = ("questions", number, "only_if")
            yield Fault("questions.yaml", loc, "gates-too-deep", message, "say it more directly")
        for name in read:
            if pack.position[name] >= number:
                message = f"'only_if' of '{question.id}' needs '{name}', which comes later"
                loc = ("questions", number, "only_if")
                yield Fault("questions.yaml", loc, "gate-looks-ahead", message, f"move '{name}' up")


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


def everything_is_worded(pack: Pack) -> Iterator[Fault]:
    """Each level has its words, and the flags that a flag refers to exist."""
    for level in LEVELS:
        if level not in pack.about.levels:
            yield Fault("pack.yaml", ("levels",), "missing-level", f"level '{level}' has no words")
    flags = {flag.id for flag in pack.red_flags}
    for number, flag in enumerate(pack.red_flags):
        for field in ("adds_to", "weaker_form_of"):
            other = getattr(flag, field)
            if other is not None and other not in flags:
                hint = did_you_mean(other, sorted(flags))
                message = f"there is no red flag '{other}'"
                yield Fault("red_flags.yaml", ("red_flags", number, field), "unknown-flag", message, hint)


def evidence_adds_to_evidence(pack: Pack) -> Iterator[Fault]:
    """What a piece of evidence adds to stands before it on the same side; so none goes round."""
    for cause in pack.causes:
        for key, side in (("for", cause.supporting), ("against", cause.against)):
            for number, part in enumerate(side):
                before = [other.id for other in side[:number]]
                if part.adds_to is not None and part.adds_to not in before:
                    hint = did_you_mean(part.adds_to, before) or "put it behind what it adds to"
                    message = f"no evidence '{part.adds_to}' stands before '{part.id}' on its side"
                    loc = (key, number, "adds_to")
                    yield Fault(f"causes/{cause.id}.yaml", loc, "unknown-evidence", message, hint)


def flags_do_not_go_round(pack: Pack) -> Iterator[Fault]:
    """No flag adds to itself or is a weaker form of itself, also not through other flags."""
    place = {flag.id: number for number, flag in enumerate(pack.red_flags)}
    points_at = {
        flag.id: {
            other: field
            for field, other in (("weaker_form_of", flag.weaker_form_of), ("adds_to", flag.adds_to))
            if other in place
        }
        for flag in pack.red_flags
    }
    circles, _ = circles_in({name: list(others) for name, others in points_at.items()})
    for circle in circles:
        loc = ("red_flags", place[circle[0]], points_at[circle[0]][circle[1]])
        message = f"goes round: {_path(circle)}"
        hint = "take one link out"
        yield Fault("red_flags.yaml", loc, "flag-cycle", message, hint)


CHECKS: tuple[Check, ...] = (
    one_name_each,
    one_id_each,
    questions_have_their_parts,
    options_can_be_told_apart,
    facts_do_not_go_round,
    gates_look_back,
    numbers_are_in_range,
    citations_hold,
    documents_exist,
    problems_and_conflicts_are_dealt_with,
    everything_is_worded,
    evidence_adds_to_evidence,
    flags_do_not_go_round,
)
