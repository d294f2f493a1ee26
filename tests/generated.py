"""Generated packs with every kind of question and condition, and brute force over answers.

The packs are small enough that every completion of a partial set of answers can be tried.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any, TypeAlias

from hypothesis import strategies as st

from triage.answers import Answer, Answers
from triage.condition import All, AnyOf, AtLeast, Compare, Condition, Fact, Item, Not, Option, Said
from triage.loading import SHAPES, _join, vocabulary
from triage.logic import NO
from triage.pack import LEVELS, Cause, Pack, Question
from triage.source import Source
from triage.view import View
from triage.wellformed import faults

JUDGED: dict[str, Any] = {"basis": "judgement"}
ALL_LEVELS = st.sampled_from(LEVELS)


def question(number: int, kind: str, only_if: Condition | None, role: str = "symptom") -> dict[str, Any]:
    """The raw data of one question; number questions go from 0 to 3."""
    raw: dict[str, Any] = {
        "id": f"q{number}", "kind": kind, "section": "S", "ask": "Ask?", "label": f"Label {number}",
        "why": "Why.", "role": role, **JUDGED,
    }  # fmt: skip
    if only_if is not None:
        raw["only_if"] = str(only_if)
    if kind == "number":
        raw |= {"min": 0, "max": 3}
    if kind != "several_of":
        raw["plainer"] = "Plainer?"
    if kind in ("one_of", "several_of"):
        count = 3 if kind == "one_of" else 2
        plainer = {"plainer": "Plainer?"} if kind == "several_of" else {}
        raw["options"] = [
            {"id": f"q{number}_{n}", "label": f"L {number} {n}", **plainer} for n in range(count)
        ]
    return raw


def leaves_of(number: int, kind: str) -> list[Condition]:
    """Every atom of a question."""
    name = f"q{number}"
    if kind == "yes_no":
        return [Said(name)]
    if kind == "one_of":
        return [Option(name, f"{name}_{n}") for n in range(3)]
    if kind == "several_of":
        return [Item(name, f"{name}_{n}") for n in range(2)]
    return [Compare(name, ">=", 2), Compare(name, "<", 1), Compare(name, "=", 2), Compare(name, "!=", 3)]


# Trees whose leaves are numbers; a strategy made once is much cheaper than one for each set of leaves.
Shape: TypeAlias = Any  # a number, or (kind, number, shapes)
KINDS = ("yes_no", "one_of", "several_of", "number")
LEAF = st.sampled_from(range(840))  # any number of leaves up to eight divides it


def _grown(inner: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    one = st.tuples(st.just("not"), st.just(0), st.tuples(inner))
    return one | st.tuples(st.sampled_from(("all", "any", "at least")), st.integers(0, 5), several)


SHAPES_OF_TREES: st.SearchStrategy[Shape] = st.recursive(LEAF, _grown, max_leaves=4)


def planted(shape: Shape, leaves: Sequence[Condition]) -> Condition:
    """The tree of this shape over these leaves."""
    if isinstance(shape, int):
        return leaves[shape % len(leaves)]
    kind, number, inner = shape
    of = tuple(planted(part, leaves) for part in inner)
    match kind:
        case "not":
            return Not(of[0])
        case "all":
            return All(of)
        case "any":
            return AnyOf(of)
    return AtLeast(number % len(of) + 1, of)


def trees(leaves: Sequence[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions over these leaves, of every kind of node."""
    return SHAPES_OF_TREES.map(lambda shape: planted(shape, leaves))


def _lists(of: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, min_size=least, max_size=most)


EVIDENCE = st.tuples(
    st.sampled_from(("weak", "moderate", "strong")),
    st.sampled_from(("age", "exposure", "history", "record", "report")),
    SHAPES_OF_TREES,
)
CAUSES = _lists(st.tuples(_lists(EVIDENCE, 1, 2), _lists(EVIDENCE, 0, 2)), 1, 3)
FLAGS = _lists(st.tuples(ALL_LEVELS, SHAPES_OF_TREES), 1, 4)
FACTS = _lists(SHAPES_OF_TREES, 0, 2)
GATES = st.none() | SHAPES_OF_TREES


@cache
def packs(most: int = 4) -> st.SearchStrategy[Pack]:
    """A pack of up to ``most`` questions with gates, facts, flags on all levels, causes and a guard."""
    asked = _lists(st.tuples(st.sampled_from(KINDS), GATES), 2, most)
    return st.builds(_pack, asked, FACTS, FLAGS, CAUSES, SHAPES_OF_TREES, SHAPES_OF_TREES)


def _pack(
    asked: list[tuple[str, Shape]],
    facts: list[Shape],
    flags: list[tuple[str, Shape]],
    causes: list[tuple[list[tuple[str, str, Shape]], list[tuple[str, str, Shape]]]],
    guard: Shape,
    off: Shape,
) -> Pack:
    leaves: list[Condition] = []
    questions = []
    for number, (kind, gate) in enumerate(asked):
        gated = leaves and gate is not None
        questions.append(question(number, kind, planted(gate, leaves) if gated else None))
        leaves += leaves_of(number, kind)
    named = [
        {"id": f"f{n}", "when": str(planted(shape, leaves)), "says": "fact"} for n, shape in enumerate(facts)
    ]
    leaves += [Fact(str(fact["id"])) for fact in named]
    raised = [
        {
            "id": f"flag{n}", "evidence": "test", "level": level, "when": str(planted(shape, leaves)),
            "say": "Flag.", **JUDGED,
        }
        for n, (level, shape) in enumerate(flags)
    ]  # fmt: skip
    told = [
        {
            "id": f"cause{n}", "title": f"Cause {n}", "code": "C00", "about": [{"say": "About.", **JUDGED}],
            "for": [_evidence(f"e{m}", part, leaves) for m, part in enumerate(speaking)],
            "against": [_evidence(f"a{m}", part, leaves) for m, part in enumerate(against)],
        }
        for n, (speaking, against) in enumerate(causes)
    ]  # fmt: skip
    guarded, switched = str(planted(guard, leaves)), str(planted(off, leaves))
    return build(questions, named, raised, told, guard=guarded, off=switched)


def _evidence(name: str, part: tuple[str, str, Shape], leaves: Sequence[Condition]) -> dict[str, Any]:
    """The raw data of one piece of evidence."""
    strength, origin, shape = part
    when = str(planted(shape, leaves))
    return {"id": name, "when": when, "strength": strength, "origin": origin, "say": "Evidence.", **JUDGED}


def build(
    questions: list[dict[str, Any]],
    facts: list[dict[str, Any]],
    flags: list[dict[str, Any]],
    causes: list[dict[str, Any]],
    guard: str | None = None,
    off: str | None = None,
) -> Pack:
    """A pack from raw data, through the real models and the real checks."""
    words = {"title": "Title", "within": "soon", "say": [{"say": "Level.", **JUDGED}]}
    about: dict[str, Any] = {
        "id": "made", "version": "1.0.0", "title": "Made", "reviewed": "2026-11-23", "review_note": "None.",
        "audience": "Nobody.", "subject": "something", "levels": dict.fromkeys(LEVELS, words),
        "finding": [{"say": "Finding.", **JUDGED}], "not_established": [{"say": "Open.", **JUDGED}],
        "weak_alone": {"say": "Little.", **JUDGED},
    }  # fmt: skip
    if guard and off:
        switch = {"id": "off", "when": off, "because": "Because.", **JUDGED}
        about["reassurance"] = {"when": guard, "say": "Fine.", "switch_off": [switch], **JUDGED}
    judgement = {
        "id": "judgement",
        "title": "J",
        "publisher": "P",
        "date": "D",
        "kind": "judgement",
        "read": "R",
    }
    files: dict[str, Any] = {
        "pack.yaml": about,
        "questions.yaml": {"questions": questions},
        "facts.yaml": {"facts": facts},
        "red_flags.yaml": {"red_flags": flags},
        "advice.yaml": {"advice": [{"kind": "do", "say": "Advice.", **JUDGED}]},
        "sources.yaml": {"documents": [judgement], "statements": []},
        **{f"causes/{cause['id']}.yaml": cause for cause in causes},
    }
    names = vocabulary({name: Source(name, "", data) for name, data in files.items()})
    shapes = {name: Cause if name.startswith("causes/") else SHAPES[name] for name in files}
    pack = _join(
        {name: shapes[name].model_validate(data, context=names) for name, data in files.items()}, "0" * 64
    )
    assert list(faults(pack)) == []
    return pack


def domain(asked: Question) -> list[Answer]:
    """Every full answer to a question."""
    if asked.kind == "yes_no":
        return ["yes", "no"]
    if asked.kind == "number":
        return list(range(asked.min or 0, (asked.max or 0) + 1))
    if asked.kind == "one_of":
        return list(asked.choices)
    states = product(("yes", "no"), repeat=len(asked.choices))
    return [dict(zip(asked.choices, some, strict=True)) for some in states]


def agrees(full: Answer, said: Answer | None) -> bool:
    """Whether a full answer is one that a partial answer leaves possible."""
    if said is None or said == "unknown":
        return True
    if isinstance(said, Mapping) and isinstance(full, Mapping):
        return all(state in ("unknown", full[item]) for item, state in said.items())
    return full == said


def completions(pack: Pack, answers: Answers) -> Iterator[dict[str, Answer]]:
    """Every full set of answers on the live path that agrees with partial ones (brute force)."""

    def grow(done: dict[str, Answer], left: tuple[Question, ...]) -> Iterator[dict[str, Answer]]:
        if not left:
            yield done
            return
        asked, rest = left[0], left[1:]
        if View(pack, done).applies(asked.id).truth is NO:
            if asked.id not in answers or _says_nothing(answers[asked.id]):
                yield from grow(done, rest)
            return
        for full in domain(asked):
            if agrees(full, answers.get(asked.id)):
                yield from grow({**done, asked.id: full}, rest)

    yield from grow({}, pack.questions)


def _says_nothing(said: Answer) -> bool:
    states = set(said.values()) if isinstance(said, Mapping) else {said}
    return states <= {"unknown"}


STATES = st.sampled_from(("yes", "no", "unknown"))


def _one_of(draw: st.DrawFn, answers: Sequence[Answer]) -> Answer:
    return answers[draw(LEAF) % len(answers)]


@st.composite
def partial(draw: st.DrawFn, pack: Pack) -> dict[str, Answer]:
    """Some answers, on the live path, with unknowns and gaps."""
    answers: dict[str, Answer] = {}
    for asked in pack.questions:
        if View(pack, answers).applies(asked.id).truth is NO or draw(st.integers(0, 3)) == 0:
            continue
        if asked.kind == "several_of":
            chosen = {item: draw(STATES) for item in asked.choices if draw(st.booleans())}
            if chosen:
                answers[asked.id] = chosen
        else:
            answers[asked.id] = _one_of(draw, [*domain(asked), "unknown"])
    return answers


@st.composite
def loose(draw: st.DrawFn, pack: Pack) -> dict[str, Answer]:
    """Some answers to any questions, whether they apply beside each other or not."""
    answers: dict[str, Answer] = {}
    for asked in pack.questions:
        if draw(st.booleans()):
            answers[asked.id] = _one_of(draw, [*domain(asked), _not_known(asked)])
    return answers


def _not_known(asked: Question) -> Answer:
    return dict.fromkeys(asked.choices, "unknown") if asked.kind == "several_of" else "unknown"


@st.composite
def written(draw: st.DrawFn, asked: Question, answer: Answer) -> object:
    """A canonical answer in one of the forms that a file may use for it."""
    if not isinstance(answer, Mapping):
        forms: list[object] = [answer, str(answer)]
        forms += [answer == "yes"] if asked.kind == "yes_no" and answer != "unknown" else []
        return draw(st.sampled_from(forms))
    items = list(answer)
    by_state = {
        state: [item for item in items if answer[item] == state] for state in ("yes", "no", "unknown")
    }
    marks = {"yes": "", "no": "!", "unknown": "?"}
    marked = [f"{marks[answer[item]]}{item}" for item in items]
    forms = [
        dict(draw(st.permutations(list(answer.items())))),
        {item: {"yes": True, "no": False}.get(state, state) for item, state in answer.items()},
        {**dict.fromkeys(asked.choices), **answer},
        draw(st.permutations(marked)),
        [*marked, *marked],
        {"items": marked, "closed": False},
        by_state,
    ]
    if len(items) == len(asked.choices):
        some = [item for item in marked if not item.startswith("!")]
        forms += [
            {"items": some, "closed": True},
            {**dict.fromkeys(by_state["yes"], "yes"), "unknown": by_state["unknown"], "closed": True},
        ]
        for state, word in (("no", "none"), ("no", False), ("unknown", "unknown")):
            forms += [word] if len(by_state[state]) == len(items) else []
    if len(items) == 1:
        forms += marked
    return draw(st.sampled_from(forms))
