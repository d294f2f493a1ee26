"""What the theorems say of a pack, found the slow way: every answer set is looked at, one after the other.

Nothing of the proof is used here, neither formulas nor the kernel: conditions are judged by three rules on
0 (no), 1 (not known) and 2 (yes), interviews are the real ones, step by step. Only for packs of a few atoms.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, TypeAlias

from triage.answers import Answer
from triage.assess import certain_level
from triage.condition import COMPARE, All, AnyOf, AtLeast, Compare, Condition, Fact, Item, Not, Option, Said
from triage.interview import Step, next_step
from triage.pack import EMERGENCY, FLOOR, LEVELS, RANK, Cause, Pack, RedFlag
from triage.view import View

Unit: TypeAlias = tuple[str, str | None]
Said_: TypeAlias = Mapping[
    Unit, str | int
]  # what was answered, "unknown" among it; what is missing was not asked
NO, UNKNOWN, YES = 0, 1, 2
STRONG = ("weak", "moderate", "strong")


def units(pack: Pack) -> dict[Unit, list[str | int]]:
    """Everything that is answered for itself, with the answers that it can have."""
    found: dict[Unit, list[str | int]] = {}
    for question in pack.questions:
        if question.kind == "several_of":
            found.update({(question.id, item): ["no", "yes"] for item in question.choices})
        elif question.kind == "number":
            found[question.id, None] = [*range(question.min or 0, (question.max or 0) + 1)]
        else:
            found[question.id, None] = [*question.choices] or ["no", "yes"]
    return found


def as_answers(said: Said_) -> dict[str, Answer]:
    """The same in the form of an answers file."""
    found: dict[str, Any] = {}
    for (question, item), value in said.items():
        if item is None:
            found[question] = value
        else:
            found.setdefault(question, {})[item] = value
    return found


def as_said(answers: Mapping[str, Answer]) -> dict[Unit, str | int]:
    """An answers file, taken apart."""
    found: dict[Unit, str | int] = {}
    for question, answer in answers.items():
        if isinstance(answer, Mapping):
            found.update({(question, item): value for item, value in answer.items()})
        else:
            found[question, None] = answer
    return found


class Brute:
    """One pack and all its answer sets."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.units = units(pack)
        self._next: dict[frozenset[tuple[Unit, str | int]], str | None] = {}
        self._levels: dict[frozenset[tuple[Unit, str | int]], str] = {}

    # --- conditions -------------------------------------------------------------------------------

    def truth(self, condition: Condition | None, said: Said_, believed: frozenset[str] = frozenset()) -> int:
        """Whether a condition holds; questions that are ``believed`` apply whatever their gate says."""
        match condition:
            case None:
                return YES
            case Not(of):
                return 2 - self.truth(of, said, believed)
            case All(of):
                return min(self.truth(part, said, believed) for part in of)
            case AnyOf(of):
                return max(self.truth(part, said, believed) for part in of)
            case AtLeast(count, of):
                return sorted((self.truth(part, said, believed) for part in of), reverse=True)[count - 1]
            case Fact(name):
                return self.truth(self.pack.fact[name].when, said, believed)
        if self.applies(condition.question, said, believed) == NO:
            return NO
        value = said.get((condition.question, condition.item if isinstance(condition, Item) else None))
        if value in (None, "unknown"):
            return UNKNOWN
        match condition:
            case Said() | Item():
                holds = value == "yes"
            case Option(_, option):
                holds = value == option
            case Compare(_, sign, number):
                assert isinstance(value, int)
                holds = COMPARE[sign](value, number)
        return YES if holds else NO

    def applies(self, question: str, said: Said_, believed: frozenset[str] = frozenset()) -> int:
        if question in believed:
            return YES
        return self.truth(self.pack.question[question].only_if, said, believed)

    def holds(self, condition: Condition | None, said: Said_) -> bool:
        return self.truth(condition, said) == YES

    # --- answer sets ------------------------------------------------------------------------------

    @cached_property
    def partial(self) -> list[dict[Unit, str | int]]:
        """Every answer set that can be given: some answers, *unknown* among them, none that does not apply."""
        choices = [[None, *values, "unknown"] for values in self.units.values()]
        every = (
            {unit: value for unit, value in zip(self.units, chosen, strict=True) if value is not None}
            for chosen in product(*choices)
        )
        return [said for said in every if all(self.applies(unit[0], said) for unit in said)]

    def full(self, said: Said_, unknown: bool) -> Iterator[dict[Unit, str | int]]:
        """The same with an answer for everything that was not answered."""
        left = [
            [said[unit]] if unit in said else [*values, *(["unknown"] if unknown else [])]
            for unit, values in self.units.items()
        ]
        for chosen in product(*left):
            yield dict(zip(self.units, chosen, strict=True))

    @cached_property
    def people(self) -> list[dict[Unit, str | int]]:
        """Everyone: one answer to everything, *unknown* being one, whether or not it will be asked."""
        return list(self.full({}, unknown=True))

    def alive(self, said: Said_) -> dict[Unit, str | int]:
        return {unit: value for unit, value in said.items() if self.applies(unit[0], said) != NO}

    # --- what they come to ------------------------------------------------------------------------

    def fired(self, said: Said_) -> int:
        return max(
            (RANK[flag.level] for flag in self.pack.red_flags if self.holds(flag.when, said)), default=0
        )

    def reach(self, said: Said_) -> int:
        possible = (RANK[flag.level] for flag in self.pack.red_flags if self.truth(flag.when, said) != NO)
        return max((RANK[self.level(said)], *possible))

    def level(self, said: Said_) -> str:
        key = frozenset(said.items())
        if key not in self._levels:
            rank = self.fired(said)
            unsure = rank < RANK[FLOOR] and any(
                RANK[flag.level] >= EMERGENCY and self.truth(flag.when, said) == UNKNOWN
                for flag in self.pack.red_flags
            )
            # Only whether it was asked to the end is taken from the engine.
            self._levels[key] = (
                certain_level(View(self.pack, as_answers(said)))[0] if unsure else LEVELS[rank]
            )
        return self._levels[key]

    def settling(self, said: Said_) -> bool:
        """Whether asking on could settle an emergency; how far asking goes is taken from the engine."""
        view = View(self.pack, as_answers(said))
        verdicts = (view.judge(flag.when) for flag in self.pack.red_flags if RANK[flag.level] >= EMERGENCY)
        return any(verdict.may_yes or verdict.may_no for verdict in verdicts)

    def reassured(self, said: Said_) -> bool:
        guard = self.pack.about.reassurance
        return (
            guard is not None
            and self.holds(guard.when, said)
            and all(self.truth(off.when, said) == NO for off in guard.switch_off)
            and self.level(said) == LEVELS[0]
            and self.reach(said) == 0
        )

    def support(self, cause: Cause, said: Said_) -> str:
        best, worst = (
            max((STRONG.index(part.strength) for part in side if self.holds(part.when, said)), default=-1)
            for side in (cause.supporting, cause.against)
        )
        if worst == 2:
            return "contested" if best == 2 else "against"
        if best >= 0:
            return STRONG[best]
        if any(self.truth(part.when, said) == UNKNOWN for part in cause.supporting):
            return "none"  # that something is open is not a part of the outcome
        return "none" if worst < 0 else "against"

    def told(self, cause: Cause, said: Said_) -> bool:
        return self.support(cause, said) in ("contested", *STRONG)

    def hidden(self, said: Said_) -> bool:
        withheld = self.pack.about.causes_withheld
        return withheld is not None and self.holds(withheld.when, said)

    def outcome(self, said: Said_) -> tuple[object, ...]:
        """Level, flags, causes with their evidence and sentences, reassurance, general sentences."""
        about, general = self.pack.about, self.pack.general
        causes: list[object] = []
        for cause in () if self.hidden(said) else self.pack.causes:
            sides = (*cause.supporting, *cause.against)
            causes += [self.support(cause, said), *(self.holds(part.when, said) for part in sides)]
            follows = (*cause.about, *cause.handling, *cause.advice, *cause.tests, *cause.follow_up)
            causes += [self.told(cause, said) and self.holds(part.when, said) for part in follows]
        sentences = (*about.finding, *about.not_established, *general.advice, *general.tests,
                     *general.ask_doctor, *general.follow_up)  # fmt: skip
        told = about.levels[self.level(said)].say  # type: ignore[index]
        return (
            self.level(said),
            tuple(self.holds(sentence.when, said) for sentence in told),
            about.carer is not None and self.holds(about.carer.when, said),
            tuple(self.holds(flag.when, said) for flag in self.pack.red_flags),
            self.hidden(said),
            tuple(causes),
            self.reassured(said),
            tuple(self.holds(sentence.when, said) for sentence in sentences),
        )

    # --- interviews -------------------------------------------------------------------------------

    def asks(self, said: Said_) -> str | None:
        """The next question of a real interview; plainer questions change nothing and are skipped."""
        key = frozenset(said.items())
        if key not in self._next:
            answers, plainer = as_answers(said), list[Step]()
            step = next_step(self.pack, answers)
            while step is not None and step.plainer:
                plainer.append(step)
                step = next_step(self.pack, answers, plainer)
            self._next[key] = step.question if step else None
        return self._next[key]

    def interview(self, person: Said_) -> tuple[list[tuple[str, Said_]], Said_]:
        """Each question with what was known when it was asked; and what is known at the end."""
        steps: list[tuple[str, Said_]] = []
        said: dict[Unit, str | int] = {}
        while (question := self.asks(said)) is not None:
            assert question not in [name for name, _ in steps], "asked twice"
            steps.append((question, said))
            said = {**said, **{unit: value for unit, value in person.items() if unit[0] == question}}
        return steps, said

    @cached_property
    def moments(self) -> list[tuple[str, Said_]]:
        """Every moment of any interview: a question, and what is known when it is asked."""
        every = (moment for person in self.people for moment in self.interview(person)[0])
        return list(
            {(question, frozenset(said.items())): (question, said) for question, said in every}.values()
        )

    def in_vain(self, question: str, said: Said_, compared: Callable[[Said_], object]) -> bool:
        """Whether no two answers to the question ever come to something different, however the rest goes on."""
        seen: dict[frozenset[tuple[Unit, str | int]], object] = {}
        for then in self.full(said, unknown=True):
            rest = frozenset((unit, value) for unit, value in then.items() if unit[0] != question)
            if seen.setdefault(rest, compared(then)) != compared(then):
                return False
        return True

    @cached_property
    def _flags_of(self) -> dict[frozenset[tuple[Unit, str | int]], tuple[bool, ...]]:
        urgent = [flag for flag in self.pack.red_flags if RANK[flag.level] >= EMERGENCY]
        return {
            frozenset(said.items()): tuple(self.holds(flag.when, said) for flag in urgent)
            for said in self.people
        }

    @cached_property
    def _outcome_of(self) -> dict[frozenset[tuple[Unit, str | int]], tuple[object, ...]]:
        return {frozenset(said.items()): self.outcome(said) for said in self.people}


# --- the theorems -----------------------------------------------------------------------------------


def interview_ends(brute: Brute) -> set[str]:
    untold = set()
    for person in brute.people:
        _, said = brute.interview(person)
        level = brute.level(said)
        if not any(brute.holds(part.when, said) for part in brute.pack.about.levels[level].say):  # type: ignore[index]
            untold.add(f"somebody ends in '{level}' and is not told what to do")
    return untold


def lengths(brute: Brute) -> tuple[int, int, Fraction, int]:
    """The fewest, the most and the mean number of questions, and how many levels are reached."""
    ends = [brute.interview(person) for person in brute.people]
    counts = [len(steps) for steps, _ in ends]
    return (
        min(counts),
        max(counts),
        Fraction(sum(counts), len(counts)),
        len({brute.level(end) for _, end in ends}),
    )


def red_flags_hold(brute: Brute) -> set[str]:
    found = set()
    urgent = [flag for flag in brute.pack.red_flags if RANK[flag.level] >= EMERGENCY]
    for person in brute.people:
        _, end = brute.interview(person)
        for flag in brute.pack.red_flags:
            if brute.holds(flag.when, person) and RANK[brute.level(end)] < RANK[flag.level]:
                found.add(f"'{flag.id}' would fire if everything were asked, and the interview ends lower")
    for question, said in brute.moments:
        higher = [number for number, flag in enumerate(urgent) if RANK[flag.level] > brute.fired(said)]

        def raised(then: Said_, higher: Sequence[int] = higher) -> tuple[bool, ...]:
            flags = brute._flags_of[frozenset(then.items())]
            return tuple(flags[number] for number in higher)

        could = any(any(raised(then)) for then in brute.full(said, unknown=True))
        if could and brute.in_vain(question, said, raised):
            found.add(f"'{question}' is asked before questions that could still raise the level")
    return found


def unknown_is_exact(brute: Brute) -> set[str]:
    found = set()
    worlds: dict[tuple[frozenset[tuple[Unit, str | int]], frozenset[str]], int] = {}

    def reached(world: Said_, believed: frozenset[str]) -> int:
        key = frozenset(world.items()), believed
        if key not in worlds:
            worlds[key] = max(
                (
                    RANK[flag.level]
                    for flag in brute.pack.red_flags
                    if brute.truth(flag.when, world, believed)
                ),
                default=-1,
            )
        return worlds[key]

    for said in brute.partial:
        if "unknown" in said.values():
            continue  # the same as not asked, for what is certain and what is possible
        told = frozenset(question for question, _ in said)
        ways = {reached(world, told) for world in brute.full(said, unknown=False)}
        for rank in range(1, len(LEVELS)):
            if brute.fired(said) < rank <= min(ways):
                found.add(
                    f"however the rest turns out, the level is {LEVELS[rank]}; but it is not said to be certain"
                )
        for flag in brute.pack.red_flags:
            if brute.truth(flag.when, said) != NO and max(ways) < RANK[flag.level]:
                found.add(
                    f"'{flag.id}' is not excluded, but however the rest turns out no flag of its level fires"
                )
    return found


def worry_never_lowers(brute: Brute) -> set[str]:
    found = set()
    for before in brute.partial:
        for unit, value, name in _answers_of(brute, "symptom", "risk"):
            if not _calm(brute, before, unit):
                continue
            opened = [one for one in brute.units if brute.applies(one[0], before) == NO]
            for rest in product(*([*brute.units[one], "unknown"] for one in opened)):
                after = {**before, **dict(zip(opened, rest, strict=True)), unit: value}
                if _less_urgent(brute, before, after):
                    found.add(f"'{name}' lowers the level")
                if brute.reach(after) < brute.reach(before):
                    found.add(f"'{name}' lowers could_reach")
    return found


def _less_urgent(brute: Brute, before: Said_, after: Said_) -> bool:
    """The level is lower; a floor may go where there is more to ask about an emergency now."""
    level = RANK[brute.level(after)]
    return level < brute.fired(before) or (level < RANK[brute.level(before)] and not brute.settling(after))


def _calm(brute: Brute, before: Said_, unit: Unit) -> bool:
    """The question applies, and the worry is not there; of a one-of question *none* was chosen."""
    question = brute.pack.question[unit[0]]
    if brute.applies(question.id, before) == NO:
        return False
    if question.kind == "one_of":
        return question.none is not None and before.get(unit) == question.none
    return before.get(unit) != "yes"


def _answers_of(brute: Brute, *roles: str) -> Iterator[tuple[Unit, str, str]]:
    for question in brute.pack.questions:
        if question.kind == "yes_no" and question.role in roles:
            yield (question.id, None), "yes", question.id
        for option in question.options:
            if (option.role or question.role) in roles and question.kind == "several_of":
                yield (question.id, option.id), "yes", option.id
            elif (option.role or question.role) in roles and question.none not in (None, option.id):
                yield (question.id, None), option.id, f"{question.id} = {option.id}"


def reliefs(brute: Brute) -> dict[str, set[str]]:
    """For each relieving answer the flags that it takes away."""
    found: dict[str, set[str]] = {}
    for unit, value, name in _answers_of(brute, "relieving"):
        lost = found.setdefault(name, set())
        for said in brute.partial:
            after = {**said, unit: value}
            if _calm(brute, said, unit):
                flags = (flag for flag in brute.pack.red_flags if brute.holds(flag.when, said))
                lost.update(flag.id for flag in flags if not brute.holds(flag.when, after))
    return found


def nothing_is_dead(brute: Brute) -> set[str]:
    alive: set[str] = set()
    for said in brute.partial:
        alive.update(name for name, when in _shown(brute, said) if when)
    everything = {name for name, _ in _shown(brute, {})} | {name for name, _, _ in _answers(brute)}
    for name, unit, value in _answers(brute):
        if name not in alive and _can_matter(brute, unit, value):
            alive.add(name)
    for fact in brute.pack.facts:
        everything.add(f"fact {fact.id}")
        facts = tuple(
            one if one is not fact else one.model_copy(update={"when": Not(fact.when)})
            for one in brute.pack.facts
        )
        opposite = Brute(brute.pack.with_parts(facts=facts))
        if any(brute.outcome(said) != opposite.outcome(said) for said in brute.partial):
            alive.add(f"fact {fact.id}")
    found = {_dead(name) for name in everything - alive}
    for question, said in brute.moments:
        if brute.in_vain(question, said, lambda then: brute._outcome_of[frozenset(then.items())]):
            found.add(f"'{question}' is asked although no answer to it can change anything")
    return found


def _dead(name: str) -> str:
    nothing = name.split()[0] in ("option", "question", "item", "fact")
    return f"{name} can {'change nothing' if nothing else 'never be shown'}"


def _answers(brute: Brute) -> Iterator[tuple[str, Unit, str | int | None]]:
    for (name, item), values in brute.units.items():
        kind = brute.pack.question[name].kind
        if kind == "one_of":
            yield from ((f"option {name} = {value}", (name, None), value) for value in values)
        elif kind == "number":
            yield f"question {name}", (name, None), None
        else:
            yield f"item {item}" if item else f"question {name}", (name, item), "yes"


def _can_matter(brute: Brute, unit: Unit, value: str | int | None) -> bool:
    for said in brute.partial:
        if unit not in said or (value is not None and said[unit] != value):
            continue
        others = [{**said, unit: other} for other in (*brute.units[unit], "unknown")]
        others.append({one: held for one, held in said.items() if one != unit})
        if any(brute.outcome(other) != brute.outcome(said) for other in others):
            return True
    return False


def _shown(brute: Brute, said: Said_) -> Iterator[tuple[str, bool]]:
    pack, holds = brute.pack, brute.holds
    for flag in pack.red_flags:
        yield f"flag {flag.id}", holds(flag.when, said)
    causes = not brute.hidden(said)
    for cause in pack.causes:
        for part in (*cause.supporting, *cause.against):
            yield f"evidence {cause.id}/{part.id}", causes and holds(part.when, said)
        told = causes and brute.told(cause, said)
        for key in ("about", "handling", "advice", "tests", "follow_up"):
            for number, sentence in enumerate(getattr(cause, key), start=1):
                yield f"{cause.id} {key} {number}", told and holds(sentence.when, said)
    for level in LEVELS:
        used = level == LEVELS[0] or any(flag.level == level for flag in pack.red_flags)
        for number, sentence in enumerate(pack.about.levels[level].say, start=1):
            if used or sentence.when is not None:
                shown = brute.level(said) == level and holds(sentence.when, said)
                yield f"sentence {number} of level {level}", shown
    nothing = causes and not any(brute.told(cause, said) for cause in pack.causes)
    for key, sentences, where in (
        ("finding", pack.about.finding, True),
        ("not_established", pack.about.not_established, nothing),
        ("advice", pack.general.advice, True),
        ("tests", pack.general.tests, True),
        ("ask_doctor", pack.general.ask_doctor, True),
        ("follow_up", pack.general.follow_up, True),
    ):
        for number, part_ in enumerate(sentences, start=1):
            yield f"{key} {number}", where and holds(part_.when, said)
    for key, whenever in (("carer", pack.about.carer), ("causes_withheld", pack.about.causes_withheld)):
        if whenever is not None:
            yield key, holds(whenever.when, said)
    guard = pack.about.reassurance
    if guard is not None:
        yield "reassurance", brute.reassured(said)
        for off in guard.switch_off:
            yield f"switch-off {off.id}", holds(guard.when, said) and holds(off.when, said)


def nothing_contradicts(brute: Brute) -> set[str]:
    """That no medicine is named in what is said; the rest is held by the outcome itself."""
    told = brute.pack.model_dump(mode="json", exclude={"documents", "statements", "problems", "conflicts"})
    told["about"].pop("medicines")
    return {
        f"'{word}' is on the list of medicines not to be shown"
        for word in brute.pack.about.medicines
        if word.casefold() in str(told).casefold()
    }


def nothing_is_shadowed(brute: Brute) -> set[str]:
    sides = [part for cause in brute.pack.causes for part in (cause.supporting, cause.against)]
    found = set()
    for group, least in ((brute.pack.red_flags, 0), *((side, 1) for side in sides)):
        for rule in group:
            for other in group:
                if other is rule or other.id in _line(group, rule) or _strong(other) < _strong(rule) + least:
                    continue
                those = [said for said in brute.partial if brute.holds(rule.when, said)]
                if those and all(brute.holds(other.when, said) for said in those):
                    found.add(f"whenever '{rule.id}' holds, so does '{other.id}', which is as strong")
    return found


def _strong(rule: Any) -> int:
    return RANK[rule.level] if isinstance(rule, RedFlag) else STRONG.index(rule.strength)


def _line(group: Sequence[Any], rule: Any) -> list[str]:
    found: list[str] = []
    while rule is not None and rule.adds_to is not None and rule.adds_to not in found:
        found.append(rule.adds_to)
        rule = next((one for one in group if one.id == found[-1]), None)
    return found


def pruning_is_honest(brute: Brute) -> set[str]:
    for person in brute.people:
        if brute.outcome(brute.interview(person)[1]) != brute.outcome(person):
            return {"the interview ends with another outcome than asking everything"}
    return set()


BY_BRUTE_FORCE: dict[str, Callable[[Brute], set[str]]] = {
    "interview-ends": interview_ends,
    "red-flags-hold": red_flags_hold,
    "unknown-is-exact": unknown_is_exact,
    "worry-never-lowers": worry_never_lowers,
    "nothing-is-dead": nothing_is_dead,
    "nothing-contradicts": nothing_contradicts,
    "nothing-is-shadowed": nothing_is_shadowed,
    "pruning-is-honest": pruning_is_honest,
}
