"""Generated packs with every kind of question and condition, and brute force over answers.

The packs are small enough that every completion of a partial set of answers can be tried.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

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


def trees(leaves: list[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions over these leaves, of every kind of node."""
    parts = st.sampled_from(leaves)

    def grow(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        counted = several.flatmap(lambda of: st.integers(1, len(of)).map(lambda count: AtLeast(count, of)))
        return st.one_of(inner.map(Not), several.map(All), several.map(AnyOf), counted)

    return st.recursive(parts, grow, max_leaves=4)


@st.composite
def packs(draw: st.DrawFn, most: int = 4) -> Pack:
    """A pack of up to ``most`` questions with gates, facts, flags on all levels, causes and a guard."""
    kinds = draw(
        st.lists(st.sampled_from(["yes_no", "one_of", "several_of", "number"]), min_size=2, max_size=most)
    )
    leaves: list[Condition] = []
    questions = []
    for number, kind in enumerate(kinds):
        gate = draw(st.none() | trees(leaves)) if leaves else None
        questions.append(question(number, kind, gate))
        leaves += leaves_of(number, kind)
    facts = [
        {"id": f"f{n}", "when": str(draw(trees(leaves))), "says": "fact"}
        for n in range(draw(st.integers(0, 2)))
    ]
    leaves += [Fact(str(fact["id"])) for fact in facts]
    anything = trees(leaves)
    flags = [
        {
            "id": f"flag{n}",
            "evidence": "test",
            "level": draw(ALL_LEVELS),
            "when": str(draw(anything)),
            "say": "Flag.",
            **JUDGED,
        }
        for n in range(draw(st.integers(1, 4)))
    ]
    causes = [draw(raw_causes(number, anything)) for number in range(draw(st.integers(1, 3)))]
    return build(questions, facts, flags, causes, guard=str(draw(anything)), off=str(draw(anything)))


@st.composite
def raw_causes(draw: st.DrawFn, number: int, anything: st.SearchStrategy[Condition]) -> dict[str, Any]:
    """The raw data of one cause."""

    def evidence(name: str) -> dict[str, Any]:
        strength = draw(st.sampled_from(["weak", "moderate", "strong"]))
        origin = draw(st.sampled_from(["age", "exposure", "history", "record", "report"]))
        when = str(draw(anything))
        return {
            "id": name,
            "when": when,
            "strength": strength,
            "origin": origin,
            "say": "Evidence.",
            **JUDGED,
        }

    return {
        "id": f"cause{number}", "title": f"Cause {number}", "code": "C00", "about": [{"say": "About.", **JUDGED}],
        "for": [evidence(f"e{n}") for n in range(draw(st.integers(1, 2)))],
        "against": [evidence(f"a{n}") for n in range(draw(st.integers(0, 2)))],
    }  # fmt: skip


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


@st.composite
def partial(draw: st.DrawFn, pack: Pack) -> dict[str, Answer]:
    """Some answers, on the live path, with unknowns and gaps."""
    answers: dict[str, Answer] = {}
    for asked in pack.questions:
        if View(pack, answers).applies(asked.id).truth is NO or draw(st.integers(0, 3)) == 0:
            continue
        if asked.kind == "several_of":
            states = st.sampled_from(["yes", "no", "unknown"])
            chosen = {item: draw(states) for item in asked.choices if draw(st.booleans())}
            if chosen:
                answers[asked.id] = chosen
        else:
            answers[asked.id] = draw(st.sampled_from([*domain(asked), "unknown"]))
    return answers


@st.composite
def loose(draw: st.DrawFn, pack: Pack) -> dict[str, Answer]:
    """Some answers to any questions, whether they apply beside each other or not."""
    answers: dict[str, Answer] = {}
    for asked in pack.questions:
        if draw(st.booleans()):
            answers[asked.id] = draw(st.sampled_from([*domain(asked), _not_known(asked)]))
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
