"""How long each explanation takes on the shipped pack, after loading: the median of twenty calls.

Each call begins with nothing but the pack and the answers; the goal is a tenth of a second. The people
are the worked cases of the pack; the slowest of them is named.
"""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from triage.answers import normalise
from triage.assess import certain_level, ranked
from triage.explain import how, matters, tree, what_if, why, why_not
from triage.explain.how import conditions_behind
from triage.interview import Step
from triage.loading import find_pack, load_cases, load_pack
from triage.pack import LEVELS, Pack
from triage.verify.cases import complete
from triage.view import View

ROUNDS = 20
Person = Mapping[str, object]


def calls(pack: Pack, person: Person) -> dict[str, Callable[[], object]]:
    """Every kind of explanation, of what the person comes to."""
    answers = normalise(pack, person)
    view = View(pack, answers)
    first = ranked(view)[0].id
    level = certain_level(view)[0]
    higher, lower = LEVELS[min(LEVELS.index(level) + 1, 4)], LEVELS[0]
    flag = pack.red_flags[0].id
    asked = next(iter(answers), pack.questions[0].id)
    before = {name: answer for name, answer in answers.items() if name != asked}
    return {
        "why QUESTION": lambda: why(pack, before, Step(asked)),
        "how level": lambda: how(pack, person),
        "how level, three reasons": lambda: how(pack, person, most=3),
        "how CAUSE": lambda: how(pack, person, first),
        "how FLAG": lambda: how(pack, person, flag),
        "the whole tree": lambda: tree(View(pack, answers), conditions_behind(View(pack, answers), "level")),
        "why-not a higher level": lambda: why_not(pack, person, higher),
        "why-not a lower level": lambda: why_not(pack, person, lower),
        "why-not CAUSE": lambda: why_not(pack, person, "tumour"),
        "why-not FLAG": lambda: why_not(pack, person, flag),
        "what-if": lambda: what_if(pack, person, {"age": 30}),
        "matters": lambda: matters(pack, person),
    }


def taken(call: Callable[[], object], rounds: int) -> float:
    """The median time of a call, in milliseconds."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return median(times) * 1000


def slowest(pack: Pack, people: Mapping[str, Person]) -> dict[str, str]:
    """For each kind of explanation, whose takes longest at a first try."""
    found: dict[str, tuple[float, str]] = {}
    for name, person in people.items():
        for kind, call in calls(pack, person).items():
            found[kind] = max(found.get(kind, (0.0, "")), (taken(call, 1), name))
    return {kind: name for kind, (_, name) in found.items()}


def main() -> None:
    """Print a table: the kind, the median for an ordinary person, the median for the slowest one."""
    folder = find_pack("liver_calcification")
    pack = load_pack(folder)
    people: dict[str, Person] = {case.id: complete(pack, case) for case in load_cases(folder)}
    people["nobody"] = {}
    worst = slowest(pack, people)
    ordinary = next(iter(people))
    print(f"milliseconds, median of {ROUNDS}; {len(people)} people tried")
    print(f"{'':28} {ordinary:>24}   slowest")
    for kind, call in calls(pack, people[ordinary]).items():
        name = worst[kind]
        worst_time = taken(calls(pack, people[name])[kind], ROUNDS)
        print(f"{kind:28} {taken(call, ROUNDS):24.1f} {worst_time:9.1f}  {name}")


if __name__ == "__main__":
    main()
