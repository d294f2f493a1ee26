"""The proof of a pack: every theorem, held against all answer sets there can be."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from triage.errors import Issue
from triage.loading import Reading
from triage.pack import Pack
from triage.verify.theorems.claim import Claim, Counterexample, Person
from triage.verify.theorems.contradiction import nothing_contradicts
from triage.verify.theorems.dead import nothing_is_dead
from triage.verify.theorems.ends import every_interview_ends
from triage.verify.theorems.flags import red_flags
from triage.verify.theorems.pruning import pruning
from triage.verify.theorems.shadow import nothing_is_shadowed
from triage.verify.theorems.unknown import unknown_is_exact
from triage.verify.theorems.worry import worry_never_lowers
from triage.walk import Fault


@dataclass(frozen=True, slots=True)
class Theorem:
    """One theorem: its name, what it says, and what decides it."""

    id: str
    says: str
    decide: Callable[[Pack], Claim]


THEOREMS: tuple[Theorem, ...] = (
    Theorem("interview-ends", "Every interview ends, in exactly one level.", every_interview_ends),
    Theorem(
        "red-flags-hold", "A red flag gives its level, and emergencies are asked about first.", red_flags
    ),
    Theorem("unknown-is-exact", "Certain and possible are what every completion says.", unknown_is_exact),
    Theorem("worry-never-lowers", "A worry never makes it less urgent.", worry_never_lowers),
    Theorem("nothing-is-dead", "Everything can matter, and nobody is asked in vain.", nothing_is_dead),
    Theorem("nothing-contradicts", "Nothing that is said contradicts itself.", nothing_contradicts),
    Theorem("nothing-is-shadowed", "Nothing only repeats what is said already.", nothing_is_shadowed),
    Theorem("pruning-is-honest", "What is left out would change nothing.", pruning),
)


@dataclass(frozen=True, slots=True)
class Proven:
    """One theorem as far as it was decided."""

    theorem: Theorem
    claim: Claim


def prove(pack: Pack, theorem: Theorem) -> Proven:
    """Decide one theorem. Raises :class:`triage.errors.MissingExtra` without a solver."""
    return Proven(theorem, theorem.decide(pack))


def issues(reading: Reading, proven: Proven) -> list[Issue]:
    """The counterexamples of a theorem as issues, each at the first of its places."""
    return [_issue(reading, proven.theorem.id, example) for example in proven.claim.counterexamples]


def _issue(reading: Reading, code: str, example: Counterexample) -> Issue:
    file, loc = example.places[0] if example.places else ("pack.yaml", ())
    return reading.place(Fault(file, loc, code, example.message, example.hint))


def as_data(reading: Reading, done: list[Proven], folder: Path) -> dict[str, object]:
    """The proof for a report: pack, digest, and of each theorem its outcome, counts and people.

    A theorem that is not among those done is *not proven*.
    """
    assert reading.pack is not None
    outcomes = {proven.theorem.id: proven.claim for proven in done}
    return {
        "pack": {
            "id": reading.pack.about.id,
            "version": reading.pack.about.version,
            "digest": reading.pack.digest,
        },
        "proven": all(
            theorem.id in outcomes and outcomes[theorem.id].outcome == "holds" for theorem in THEOREMS
        ),
        "theorems": [_theorem(reading, theorem, outcomes.get(theorem.id), folder) for theorem in THEOREMS],
    }


def _theorem(reading: Reading, theorem: Theorem, claim: Claim | None, folder: Path) -> dict[str, object]:
    head: dict[str, object] = {"id": theorem.id, "says": theorem.says}
    if claim is None:
        return {**head, "outcome": "not proven", "open": ["interrupted before it was decided"]}
    return {
        **head,
        "outcome": claim.outcome,
        "counts": claim.counts,
        "open": claim.open,
        "counterexamples": [_example(reading, example, folder) for example in claim.counterexamples],
        "witnesses": {name: _person(person) for name, person in claim.witnesses.items()},
    }


def _example(reading: Reading, example: Counterexample, folder: Path) -> dict[str, object]:
    places = [reading.where(*place) for place in example.places]
    return {
        "message": example.message,
        "hint": example.hint,
        "places": [f"{Path(place.path).relative_to(folder)}:{place.line}:{place.column}" for place in places],
        "people": [_person(person) for person in example.people],
    }


def _person(person: Person) -> dict[str, object]:
    return {"answers": person.answers, "level": person.level, "could_reach": person.could_reach}
