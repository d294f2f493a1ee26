"""On small packs at random every theorem says what trying all answer sets one by one says."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.brute import BY_BRUTE_FORCE, Brute, as_said, lengths, reliefs
from tests.generated import JUDGED, build, question
from tests.test_proof import decide
from triage.condition import All, AnyOf, AtLeast, Compare, Condition, Fact, Item, Not, Option, Said
from triage.pack import LEVELS, RANK, Advice, Pack, Sentence, Whenever
from triage.verify.theorems.claim import Counterexample

WEIGHT = {"yes_no": 1, "one_of": 2, "several_of": 2, "number": 2}  # the atoms of a question
ROLES = ("symptom", "risk", "relieving", "neutral")


class Maker:
    """Makes one pack of up to six atoms: gates, several-of, numbers, facts, sentences with conditions."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.leaves: list[Condition] = []

    def pack(self) -> Pack:
        questions = self._questions(self.chance.randint(2, 6))
        atoms = list(self.leaves)
        facts = [{"id": f"f{n}", "when": str(self.condition()), "says": "fact"} for n in range(self.chance.choice((0, 0, 1, 2)))]  # fmt: skip
        self.leaves += [Fact(str(fact["id"])) for fact in facts]
        flags = [self._flag(number) for number in range(self.chance.randint(1, 4))]
        causes = [self._cause(number) for number in range(self.chance.randint(0, 2))]
        guarded = self.chance.random() < 0.5
        guard = [str(self.condition()), str(self.condition())] if guarded else []
        self.leaves = atoms
        return self._sentences(build(questions, facts, flags, causes, *guard))

    def _questions(self, left: int) -> list[dict[str, Any]]:
        made = []
        while left:
            kind = self.chance.choice([kind for kind, weight in WEIGHT.items() if weight <= left])
            left -= WEIGHT[kind]
            gate = self.condition() if self.leaves and self.chance.random() < 0.4 else None
            name = f"q{len(made)}"
            raw = question(len(made), kind, gate, self.chance.choice(ROLES))
            if kind == "one_of":
                if self.chance.random() < 0.6:
                    raw["none"] = raw["options"][0]["id"]
                self.leaves += [Option(name, f"{name}_{n}") for n in (1, 2)]
            elif kind == "several_of":
                self.leaves += [Item(name, f"{name}_{n}") for n in (0, 1)]
            elif kind == "number":
                signs = self.chance.sample(((">=", 2), ("<", 1), ("=", 2), ("!=", 3), ("<=", 0)), 2)
                self.leaves += [Compare(name, sign, at) for sign, at in signs]  # type: ignore[arg-type]
            else:
                self.leaves.append(Said(name))
            for option in raw.get("options", ()):
                if self.chance.random() < 0.3:
                    option["role"] = self.chance.choice(ROLES)
            made.append(raw)
        return made

    def condition(self, deep: int = 2) -> Condition:
        kind = self.chance.choice(("leaf", "leaf", "not", "all", "any", "at least")) if deep else "leaf"
        if kind == "leaf":
            return self.chance.choice(self.leaves)
        if kind == "not":
            return Not(self.condition(deep - 1))
        of = tuple(self.condition(deep - 1) for _ in range(self.chance.randint(2, 3)))
        if kind == "at least":
            return AtLeast(self.chance.randint(1, len(of)), of)
        return All(of) if kind == "all" else AnyOf(of)

    def _flag(self, number: int) -> dict[str, Any]:
        raw = {"id": f"flag{number}", "evidence": "test", "level": self.chance.choice(LEVELS),
               "when": str(self.condition()), "say": "Flag.", **JUDGED}  # fmt: skip
        if number and self.chance.random() < 0.3:
            raw["adds_to"] = f"flag{self.chance.randrange(number)}"
        return raw

    def _cause(self, number: int) -> dict[str, Any]:
        sides = {key: [self._evidence(f"{key[0]}{n}", n) for n in range(self.chance.randint(least, 2))]
                 for key, least in (("for", 1), ("against", 0))}  # fmt: skip
        about = [{"say": "About.", **JUDGED}, {"say": "More.", "when": str(self.condition()), **JUDGED}]
        return {"id": f"cause{number}", "title": f"Cause {number}", "code": "C00", "about": about, **sides}

    def _evidence(self, name: str, number: int) -> dict[str, Any]:
        strength = self.chance.choice(("weak", "moderate", "strong"))
        adds = {"adds_to": f"{name[0]}0"} if number and self.chance.random() < 0.3 else {}
        return {"id": name, "when": str(self.condition()), "strength": strength, "origin": "age",
                "say": self.chance.choice(("Evidence.", "Take Examplamycin.")), **adds, **JUDGED}  # fmt: skip

    def _sentences(self, pack: Pack) -> Pack:
        """The same pack with sentences under conditions in all its files."""
        changes: dict[str, Any] = {}
        if self.chance.random() < 0.3:
            changes["medicines"] = ("examplamycin", "medicinol")
        if self.chance.random() < 0.3:
            level = self.chance.choice(LEVELS)
            words = pack.about.levels[level].model_copy(update={"say": (self._said(Sentence),)})
            changes["levels"] = {**pack.about.levels, level: words}
        for key in ("carer", "causes_withheld"):
            if self.chance.random() < 0.2:
                changes[key] = self._said(Whenever)
        if self.chance.random() < 0.3:
            changes["not_established"] = (*pack.about.not_established, self._said(Sentence))
        advice = (*pack.general.advice, self._said(Advice, kind="do", id=None))
        general = pack.general.model_copy(update={"advice": advice, "tests": (self._said(Sentence),)})
        return pack.with_parts(about=pack.about.model_copy(update=changes), general=general)

    def _said(self, shape: Any, **more: Any) -> Any:
        return shape.model_construct(
            say="Said.", when=self.condition(), basis="judgement", sources=(), **more
        )


def shows(brute: Brute, example: Counterexample) -> bool:
    """Whether the people of a counterexample show what it says, looked at one by one."""
    people = [as_said(person.answers) for person in example.people]
    if "however the rest turns out" in example.message:
        (said,) = people
        told = frozenset(question for (question, _), value in said.items() if value != "unknown")
        known = {unit: value for unit, value in said.items() if value != "unknown"}
        ways = [
            max(
                (RANK[flag.level] for flag in brute.pack.red_flags if brute.truth(flag.when, world, told)),
                default=-1,
            )
            for world in brute.full(known, unknown=False)
        ]
        for flag in brute.pack.red_flags:
            if example.message.startswith(f"'{flag.id}' is not excluded"):
                return brute.truth(flag.when, said) != 0 and max(ways) < RANK[flag.level]
        return any(f"the level is {level};" in example.message and brute.fired(said) < RANK[level] <= min(ways)
                   for level in LEVELS)  # fmt: skip
    if "lowers" in example.message:
        calm, worried = people
        if example.message.endswith("the level"):
            return RANK[brute.level(worried)] < RANK[brute.level(calm)]
        return brute.reach(worried) < brute.reach(calm)
    if "can change anything" in example.message:
        return brute.in_vain(example.message.split("'")[1], people[0], brute.outcome)
    if "so does" in example.message:
        return all(brute.holds(rule, people[0]) for rule in rules_at(brute.pack, example))
    return True


def rules_at(pack: Pack, example: Counterexample) -> Iterator[Condition]:
    """The conditions at the places of a counterexample."""
    for file, loc in example.places:
        if file == "red_flags.yaml":
            yield pack.red_flags[int(loc[1])].when
        else:
            (cause,) = (cause for cause in pack.causes if file == f"causes/{cause.id}.yaml")
            yield (cause.supporting if loc[0] == "for" else cause.against)[int(loc[1])].when


def agree(seed: int) -> None:
    pack = Maker(seed).pack()
    brute = Brute(pack)
    for theorem, by_brute_force in BY_BRUTE_FORCE.items():
        claim = decide(pack, theorem)
        said = {example.message for example in claim.counterexamples}
        assert all(shows(brute, example) for example in claim.counterexamples), (seed, theorem)
        assert (claim.open, said) == ([], by_brute_force(brute)), (seed, theorem)
        assert claim.outcome == ("fails" if said else "holds")
        if theorem == "interview-ends":
            fewest, most, mean, levels = lengths(brute)
            assert claim.counts["fewest_questions"] == fewest
            assert claim.counts["most_questions"] == most
            assert claim.counts["levels_reached"] == levels
            told = claim.counts["mean_questions"]
            low, high = told if isinstance(told, list) else (told, told)
            assert low - 1e-9 <= mean <= high + 1e-9
            assert (claim.counts["mean_is"] == "exact") is not isinstance(told, list)
        if theorem == "worry-never-lowers":
            listed = claim.counts["relieving"]
            assert isinstance(listed, dict)
            assert {name: set(flags) for name, flags in listed.items()} == reliefs(brute)


@pytest.mark.parametrize("seed", [*range(6), 102, 272, 656])  # the last: worries that open more to ask
def test_a_pack_at_random_is_judged_as_by_trying_everything(seed: int) -> None:
    agree(seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 700, 20))
def test_many_packs_at_random_are_judged_as_by_trying_everything(start: int) -> None:
    for seed in range(start, start + 20):
        agree(seed)
