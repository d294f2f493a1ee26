"""A pack with some of its values replaced, and everything else as it was."""

from collections.abc import Mapping

from triage.pack import Model, Pack
from triage.walk import fields_of

Where = tuple[str, tuple[str | int, ...]]


def rewritten(pack: Pack, changes: Mapping[Where, object]) -> Pack:
    """The pack with other values at these places, each given as file and place as :mod:`triage.walk` does.

    Nothing is checked: the result may break what every pack must satisfy. What is not on the way to a
    change is the same object as before.
    """

    ways = {(file, loc[:depth]) for file, loc in changes for depth in range(len(loc) + 1)}

    def part(file: str, loc: tuple[str | int, ...], value: object) -> object:
        if (file, loc) in changes:
            return changes[file, loc]
        if (file, loc) not in ways:
            return value
        if isinstance(value, tuple):
            return tuple(part(file, (*loc, number), inner) for number, inner in enumerate(value))
        if isinstance(value, dict):
            return {name: part(file, (*loc, name), inner) for name, inner in value.items()}
        assert isinstance(value, Model)  # a place leads through models, lists and maps alone
        fields = [(name, (*loc, written)) for name, written in fields_of(type(value))]
        changed = {name: part(file, inner, vars(value)[name]) for name, inner in fields}
        return value.model_copy(update=changed)

    changed = {
        "about": part("pack.yaml", (), pack.about),
        "questions": part("questions.yaml", ("questions",), pack.questions),
        "facts": part("facts.yaml", ("facts",), pack.facts),
        "red_flags": part("red_flags.yaml", ("red_flags",), pack.red_flags),
        "causes": tuple(part(f"causes/{cause.id}.yaml", (), cause) for cause in pack.causes),
        "general": part("advice.yaml", (), pack.general),
    }
    return Pack.model_construct(**{**{name: vars(pack)[name] for name in Pack.model_fields}, **changed})
