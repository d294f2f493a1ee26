"""One person under generated rules, beside other rule engines: the same answers in, the same output from all.

In: a map from question to text, empty for not known. Out: for each cause whether it surely is so and whether
it surely is not. Engines of two values get both as rules of their own, with negations at the leaves.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.kernel import pack_of
from benchmarks.packs import OPTIONS, SIZES, Made, make
from benchmarks.tell import machine, record, table
from triage.condition import All, AnyOf, Condition, Not, Option
from triage.worlds import Compiled, Planes

PEOPLE = 200
Person = dict[str, str]
Answers = list[tuple[bool, bool]]
Ask = Callable[[Person], Answers]


def people(made: Made, count: int) -> list[Person]:
    """A fifth of the answers not known, the others evenly."""
    import random

    chance = random.Random(5)

    def answer(number: int, options: int) -> str:
        if chance.random() < 0.2:
            return ""
        return f"q{number}_{chance.randrange(options)}" if options else chance.choice(["yes", "no"])

    return [{f"q{n}": answer(n, options) for n, options in enumerate(made.questions)} for _ in range(count)]


class Say:
    """How another language says *and*, *or* and that a question has one of some answers."""

    def __init__(self, both: Callable[[list[Any]], Any], either: Callable[[list[Any]], Any],
                 among: Callable[[str, list[str]], Any]) -> None:  # fmt: skip
        self.both, self.either, self.among = both, either, among

    def surely(self, condition: Condition, so: bool) -> Any:
        """That a condition surely is so, or surely is not."""
        match condition:
            case Not(of):
                return self.surely(of, not so)
            case All(of) | AnyOf(of):
                parts = [self.surely(part, so) for part in of]
                return (self.both if isinstance(condition, All) is so else self.either)(parts)
            case _:
                return self.among(condition.question, answers_of(condition, so))  # type: ignore[union-attr]


def answers_of(atom: Condition, so: bool) -> list[str]:
    """The answers with which an atom is so, or is not."""
    if isinstance(atom, Option):
        every = [f"{atom.question}_{n}" for n in range(OPTIONS)]
        return [one for one in every if (one == atom.option) is so]
    return ["yes" if so else "no"]


def whole(rules: list[Condition]) -> Condition:
    return AnyOf(tuple(rules))


def pairs(flat: list[Any]) -> Answers:
    return [(bool(yes), bool(no)) for yes, no in zip(flat[::2], flat[1::2], strict=True)]


def with_triage(made: Made) -> Ask:
    causes = [whole(rules) for rules in made.causes]
    compiled = Compiled(pack_of(made), causes, asks=())
    places: dict[str, dict[str, int]] = {}
    for number, slot in enumerate(compiled.slots):
        places.setdefault(slot.question, {})["" if slot.value == "unknown" else slot.value] = number
    kernel, count, width = compiled._kernel, len(compiled.slots), len(Planes._fields)

    def ask(person: Person) -> Answers:
        planes = [0] * count
        for question, value in person.items():
            planes[places[question][value]] = 1
        found = kernel(planes, 1)
        return list(zip(found[::width], found[1::width], strict=True))  # type: ignore[arg-type]

    return ask


def with_python(made: Made) -> Ask:
    """All rules as one expression of Python, which stops as soon as something is decided."""

    def among(question: str, values: list[str]) -> str:
        return (
            f"p[{question!r}] in {tuple(values)!r}"
            if len(values) > 1
            else f"p[{question!r}] == {values[0]!r}"
        )

    say = Say(lambda parts: f"({' and '.join(parts)})", lambda parts: f"({' or '.join(parts)})", among)
    texts = [f"({say.surely(whole(r), True)}, {say.surely(whole(r), False)})" for r in made.causes]
    made_function: Ask = eval(f"lambda p: [{', '.join(texts)}]")
    return made_function


def logic(made: Made) -> list[Any]:
    """The rules as JsonLogic: one list with both sides of every cause."""

    def among(question: str, values: list[str]) -> Any:
        parts = [{"==": [{"var": question}, value]} for value in values]
        return parts[0] if len(parts) == 1 else {"or": parts}

    say = Say(lambda parts: {"and": parts}, lambda parts: {"or": parts}, among)
    return [say.surely(whole(rules), so) for rules in made.causes for so in (True, False)]


def with_datalogic(made: Made) -> Ask:
    from datalogic_py import Engine

    rule = Engine().compile(logic(made))
    return lambda person: pairs(rule.evaluate(person))


def with_json_logic(made: Made) -> Ask:
    from json_logic import jsonLogic  # type: ignore[import-not-found]

    rules = logic(made)
    return lambda person: pairs([jsonLogic(rule, person) for rule in rules])


def with_cel(made: Made) -> Ask:
    import cel  # type: ignore[import-not-found]

    def among(question: str, values: list[str]) -> str:
        return "(" + " || ".join(f'{question} == "{value}"' for value in values) + ")"

    say = Say(lambda parts: f"({' && '.join(parts)})", lambda parts: f"({' || '.join(parts)})", among)
    programs = [cel.compile(say.surely(whole(r), so)) for r in made.causes for so in (True, False)]
    return lambda person: pairs([program.execute(person) for program in programs])


def with_rule_engine(made: Made) -> Ask:
    import rule_engine  # type: ignore[import-not-found]

    def among(question: str, values: list[str]) -> str:
        return "(" + " or ".join(f'{question} == "{value}"' for value in values) + ")"

    say = Say(lambda parts: f"({' and '.join(parts)})", lambda parts: f"({' or '.join(parts)})", among)
    rules = [rule_engine.Rule(say.surely(whole(r), so)) for r in made.causes for so in (True, False)]
    return lambda person: pairs([rule.matches(person) for rule in rules])


def with_zen(made: Made) -> Ask:
    import zen  # type: ignore[import-not-found]

    def among(question: str, values: list[str]) -> str:
        return "(" + " or ".join(f'{question} == "{value}"' for value in values) + ")"

    say = Say(lambda parts: f"({' and '.join(parts)})", lambda parts: f"({' or '.join(parts)})", among)
    rules = [zen.compile_expression(say.surely(whole(r), so)) for r in made.causes for so in (True, False)]
    return lambda person: pairs([rule.evaluate(person) for rule in rules])


def with_clips(made: Made) -> Ask:
    """Rules assert that they are so or not; those of a cause together say the cause."""
    import clips  # type: ignore[import-not-found]

    def among(question: str, values: list[str]) -> str:
        return f"({question} {'|'.join(values)})"

    say = Say(lambda parts: f"(and {' '.join(parts)})", lambda parts: f"(or {' '.join(parts)})", among)
    environment = clips.Environment()
    for cause, rules in enumerate(made.causes):
        for number, rule in enumerate(rules):
            name = f"{cause}-{number}"
            environment.build(f"(defrule y{name} {say.surely(rule, True)} => (assert (yes {cause})))")
            environment.build(
                f"(defrule n{name} {say.surely(rule, False)} => (assert (not {name})))".replace(
                    "(not ", "(isnt "
                )
            )
        every = " ".join(f"(isnt {cause}-{number})" for number in range(len(rules)))
        environment.build(f"(defrule n{cause} {every} => (assert (no {cause})))")
    count = len(made.causes)

    def ask(person: Person) -> Answers:
        environment.reset()
        for question, value in person.items():
            if value:
                environment.assert_string(f"({question} {value})")
        environment.run()
        said: dict[str, set[int]] = {"yes": set(), "no": set()}
        for fact in environment.facts():
            if fact.template.name in said:
                said[fact.template.name].add(int(fact[0]))
        return [(cause in said["yes"], cause in said["no"]) for cause in range(count)]

    return ask


PEERS: dict[str, Callable[[Made], Ask]] = {
    "one expression of Python": with_python,
    "datalogic-py (Rust)": with_datalogic,
    "common-expression-language (Rust)": with_cel,
    "zen-engine (Rust)": with_zen,
    "json-logic (panzi)": with_json_logic,
    "rule-engine": with_rule_engine,
    "clipspy (C)": with_clips,
}


def taken(ask: Ask, crowd: list[Person]) -> float:
    """The median time for one person, in microseconds."""
    times = []
    budget = time.perf_counter() + 3
    for person in crowd * 5:
        begin = time.perf_counter()
        ask(person)
        times.append(time.perf_counter() - begin)
        if time.perf_counter() > budget:
            break
    return median(times) * 1e6


def single() -> str:
    """The table of one person under rules of two sizes."""
    sizes = SIZES[:2]
    rows: dict[str, list[str]] = {name: [] for name in ("triage", *PEERS)}
    for size in sizes:
        made = make(*size)
        crowd = people(made, PEOPLE)
        ours = with_triage(made)
        wanted = [pairs([side for pair in ours(person) for side in pair]) for person in crowd]
        for name, begin in {"triage": with_triage, **PEERS}.items():
            ask = begin(made)
            few = crowd[: PEOPLE if size[1] < 1000 else 20]
            same = all(
                [tuple(map(bool, pair)) for pair in ask(p)] == w for p, w in zip(few, wanted, strict=False)
            )
            base = taken(ours, crowd)  # again beside each, because the machine is not ours alone
            time_of = taken(ask, crowd)
            rows[name] += [f"{time_of:,.1f}", f"{time_of / base:.1f}{'' if same else ' **differs**'}"]
    head = ["status of every cause"]
    for size in sizes:
        head += [f"{size[1]:,} rules, µs", "triage = 1"]
    return table(head, [[name, *cells] for name, cells in rows.items()])


def shipped() -> str:
    """What the shipped pack takes: its evaluator alone, and a whole assessment with all its sentences."""
    from triage.answers import normalise
    from triage.assess import assess
    from triage.batch.evaluating import Evaluator
    from triage.loading import find_pack, load_cases, load_pack
    from triage.verify.cases import complete

    folder = find_pack("liver_calcification")
    pack = load_pack(folder)
    crowd = [normalise(pack, complete(pack, case)) for case in load_cases(folder)[:40]]
    evaluator = Evaluator(pack, ("level", "could_reach", "support"))
    sets = [[0] * len(evaluator.compiled.slots) for _ in crowd]
    for planes, person in zip(sets, crowd, strict=True):
        for question, answer in person.items():
            for slot in evaluator.compiled.slots_for(question, answer):
                planes[evaluator.compiled.slots[slot]] = 1
    kernel = median(_one(lambda p=planes: evaluator.evaluate(p, 1)) for planes in sets)  # type: ignore[misc]
    full = median(_one(lambda p=person: assess(pack, p)) for person in crowd)  # type: ignore[misc]
    size = f"{len(pack.questions)} questions, {len(pack.red_flags)} flags, {len(pack.causes)} causes"
    return (
        f"Under the shipped pack ({size}), level, `could_reach` and the support of every cause take "
        f"{kernel:.0f} µs; a whole `assess`, with every sentence, reason and source, {full / 1000:.1f} ms."
    )


def _one(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1e6


def main() -> None:
    """Measure and put the table into the page."""
    record("peers", f"{single()}\n{shipped()} {machine()}.\n")


if __name__ == "__main__":
    main()
