"""Walking through a pack: every part of it, with the file and place where it stands."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from triage.condition import Condition, Fact, Leaf, leaves
from triage.pack import Cited, Model, Pack, once
from triage.source import Loc

HOLDS = (Model, tuple, dict)


class Fault(NamedTuple):
    """Something wrong at ``loc`` in ``file`` of the pack."""

    file: str
    loc: Loc
    code: str
    message: str
    hint: str = ""


class Part(NamedTuple):
    """A model of the pack and the place where it was written."""

    file: str
    loc: Loc
    model: Model


@once
def parts(pack: Pack) -> tuple[Part, ...]:
    """Every model that the pack is made of, outer ones first, in the order of the files."""
    return tuple(_parts(pack))


def _parts(pack: Pack) -> Iterator[Part]:
    yield from _inside("pack.yaml", (), pack.about)
    yield from _inside("questions.yaml", ("questions",), pack.questions)
    yield from _inside("facts.yaml", ("facts",), pack.facts)
    yield from _inside("red_flags.yaml", ("red_flags",), pack.red_flags)
    for cause in pack.causes:
        yield from _inside(f"causes/{cause.id}.yaml", (), cause)
    yield from _inside("advice.yaml", (), pack.general)
    yield from _inside("sources.yaml", ("conflicts",), pack.conflicts)


def _inside(file: str, loc: tuple[str | int, ...], value: object) -> Iterator[Part]:
    if isinstance(value, Model):
        yield Part(file, loc, value)
        for name, written in fields_of(type(value)):
            inner = vars(value)[name]
            if isinstance(inner, HOLDS):
                yield from _inside(file, (*loc, written), inner)
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            if isinstance(inner, HOLDS):
                yield from _inside(file, (*loc, number), inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _inside(file, (*loc, name), inner)


@cache
def fields_of(shape: type[Model]) -> tuple[tuple[str, str], ...]:
    """The fields of a model: by name, and as they are written."""
    return tuple((name, field.alias or name) for name, field in shape.model_fields.items())


def texts(part: Part) -> Iterator[tuple[Loc, str]]:
    """What a part says itself, word for word, with the place of each text."""
    for name, written in fields_of(type(part.model)):
        at, value = (*part.loc, written), vars(part.model)[name]
        if isinstance(value, str):
            yield at, value
        elif isinstance(value, dict):
            yield from (((*at, key), text) for key, text in value.items() if isinstance(text, str))


def conditions(pack: Pack) -> Iterator[tuple[str, Loc, Condition]]:
    """Every condition of the pack with the file and place where it stands."""
    for file, loc, model in parts(pack):
        for name in ("when", "only_if"):
            condition = vars(model).get(name)
            if condition is not None:
                yield file, (*loc, name), condition


def citations(pack: Pack) -> Iterator[tuple[str, Loc, Cited]]:
    """Everything that cites, with the file and place where it stands."""
    for file, loc, model in parts(pack):
        if isinstance(model, Cited):
            yield file, loc, model


def questions_of(pack: Pack, condition: Condition) -> dict[str, None]:
    """The questions a condition reads, facts looked through, in reading order."""
    return {leaf.question: None for leaf in _read(pack, condition) if not isinstance(leaf, Fact)}


def facts_of(pack: Pack, condition: Condition) -> dict[str, None]:
    """The facts a condition reads, those that its facts read among them."""
    return {leaf.name: None for leaf in _read(pack, condition) if isinstance(leaf, Fact)}


def _read(pack: Pack, condition: Condition) -> Iterator[Leaf]:
    waiting = [condition]
    seen: set[str] = set()
    while waiting:
        for leaf, _ in leaves(waiting.pop(0)):
            yield leaf
            if isinstance(leaf, Fact) and leaf.name not in seen:
                seen.add(leaf.name)
                waiting.append(pack.fact[leaf.name].when)


@once
def gated_by(pack: Pack) -> dict[str, tuple[str, ...]]:
    """For each question those that apply or not because of it, through others too."""
    found: dict[str, dict[str, None]] = {question.id: {} for question in pack.questions}
    for question in pack.questions:
        waiting = [question.id]
        while waiting:
            gate = pack.question[waiting.pop()].only_if
            for name in () if gate is None else questions_of(pack, gate):
                if question.id not in found[name]:
                    found[name][question.id] = None
                    waiting.append(name)
    return {name: tuple(gated) for name, gated in found.items()}


@once
def readers(pack: Pack) -> dict[str, frozenset[int]]:
    """For each question the identities of the conditions that read it, facts and gates looked through."""
    gated = gated_by(pack)
    found: dict[str, set[int]] = {question.id: set() for question in pack.questions}
    for _, _, condition in conditions(pack):
        for question in questions_of(pack, condition):
            found[question].add(id(condition))
    return {
        question: frozenset().union(found[question], *(found[name] for name in gated[question]))
        for question in found
    }
