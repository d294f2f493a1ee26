"""`triage check --prove`: each theorem on the shipped pack, and how the checks grow with the number of rules.

Each table is one process, which makes once what several checks share: processor time, which other work on the
machine hardly lengthens, and the most memory, pack and interpreter included. The goals: all theorems on the
shipped pack within 5 s and 1 GB, the checks of 5,000 generated rules within 10 s.
Arguments are the sizes to try, 5000 among them.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.packs import OPTIONS, SIZES, Made, make
from tests.generated import JUDGED, build, question
from triage.loading import find_pack, load_pack
from triage.pack import LEVELS, Pack
from triage.verify.proof import THEOREMS
from triage.verify.theorems.claim import Claim
from triage.verify.theorems.contradiction import nothing_contradicts
from triage.verify.theorems.dead import everything_matters
from triage.verify.theorems.shadow import nothing_is_shadowed
from triage.verify.theorems.worry import worry_never_lowers

STRENGTHS = ("weak", "moderate", "strong")
CHECKS: dict[str, Callable[[Pack], Claim]] = {
    "dead": everything_matters,
    "conflict": nothing_contradicts,
    "redundant": nothing_is_shadowed,
    "monotone": worry_never_lowers,
}


def generated(made: Made) -> Pack:
    """A fifth of the rules are red flags of all levels, the others speak for the causes, some against."""
    asked = [question(n, "one_of" if options else "yes_no", None) for n, options in enumerate(made.questions)]
    for raw in asked:
        if raw["kind"] == "one_of":
            raw["options"] = [{"id": f"{raw['id']}_{n}", "label": f"{raw['id']} {n}"} for n in range(OPTIONS)]
    flags, causes = [], []
    for number, rules in enumerate(made.causes):
        whens = [str(rule) for rule in rules]
        flags += whens[::5]
        sides = [
            {
                "id": f"e{n}",
                "when": when,
                "strength": STRENGTHS[n % 3],
                "origin": "record",
                "say": "E.",
                **JUDGED,
            }
            for n, when in enumerate(when for n, when in enumerate(whens) if n % 5)
        ]
        against = len(sides) // 4
        about = [{"say": "A.", **JUDGED}]
        causes.append({"id": f"c{number}", "title": f"C {number}", "code": "C", "about": about,
                       "for": sides[against:], "against": sides[:against]})  # fmt: skip
    raised = [
        {"id": f"f{n}", "evidence": "e", "level": LEVELS[1 + n % 4], "when": when, "say": "F.", **JUDGED}
        for n, when in enumerate(flags)
    ]
    return build(asked, [], raised, causes)


def measured(checks: Mapping[str, Callable[[Pack], Claim]], pack: Pack) -> Iterator[tuple[str, float, str]]:
    """Each check in turn, in one process of its own: its processor seconds and how it came out.

    Last the most memory that the process held, in megabytes.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "w") as told:
            for name, decide in checks.items():
                before = sum(os.times()[:2])
                claim = decide(pack)
                taken = sum(os.times()[:2]) - before
                failed = f"fails {len(claim.counterexamples)} times"
                told.write(f"{name}\t{taken}\t{failed if claim.outcome == 'fails' else claim.outcome}\n")
                told.flush()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        for line in told:
            name, seconds, outcome = line.rstrip().split("\t")
            yield name, float(seconds), outcome
    usage = os.wait4(child, 0)[2]
    yield "memory, MB", usage.ru_maxrss / 1024, ""


def show(checks: Mapping[str, Callable[[Pack], Claim]], pack: Pack) -> None:
    total = 0.0
    for name, number, outcome in measured(checks, pack):
        if outcome:
            total += number
        else:
            print(f"{'all':<24}{total:>10.2f}")
        print(f"{name:<24}{number:>10.2f}  {outcome}", flush=True)


def main() -> None:
    """Print two tables."""
    print("On the shipped pack, in seconds")
    show({theorem.id: theorem.decide for theorem in THEOREMS}, load_pack(find_pack("liver_calcification")))
    wanted = {int(size) for size in sys.argv[1:]} or {rules for _, rules, _ in SIZES}
    for questions, rules, causes in SIZES:
        if rules in wanted:
            pack = generated(make(questions, rules, causes))
            print(f"\n{rules} rules over {questions} questions, {len(pack.red_flags)} of them red flags")
            show(CHECKS, pack)


if __name__ == "__main__":
    main()
