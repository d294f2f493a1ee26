"""Whether it is shorter to ask first what most open conditions wait for, instead of in the author's order.

Within what comes first, emergencies or the rest, either order may be chosen. Questions that can change
nothing any more are left out in both. Printed is the mean number of questions of the same people.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.test_course import everything
from tests.test_proof_brute import Maker
from triage.answers import Answer, Answers
from triage.asking import asking, urgent
from triage.condition import Open
from triage.loading import find_pack, load_pack
from triage.pack import Pack
from triage.view import View

PEOPLE, PACKS = 150, 300
Order = Callable[[Pack, Counter[str], str], tuple[int, ...]]


def by_author(pack: Pack, _waiting: Counter[str], question: str) -> tuple[int, ...]:
    return (pack.position[question],)


def by_most_waiting(pack: Pack, waiting: Counter[str], question: str) -> tuple[int, ...]:
    return (-waiting[question], pack.position[question])


def length(pack: Pack, person: Answers, order: Order) -> int:
    """How many questions the person is asked."""
    given: dict[str, Answer] = {}
    while still := _open(pack, given):
        waiting = Counter(one.atom.question for one in still)
        view = View(pack, given)
        ready = [name for name in waiting if not any(_waits(one, waiting) for one in view.applies(name).open)]
        question = min(ready or waiting, key=lambda name: order(pack, waiting, name))
        given[question] = person[question]
    return len(given)


def _open(pack: Pack, given: Answers) -> list[Open]:
    view = View(pack, given)
    return [one for one in (urgent(view) or asking(view)) if one.atom.question not in given]


def _waits(one: Open, waiting: Counter[str]) -> bool:
    return one.status == "unasked" and one.atom.question in waiting


def few_worries(pack: Pack, chance: random.Random) -> dict[str, Answer]:
    """Somebody who says yes to one item in twenty-five."""
    person = everything(pack, chance, 0.03)
    for question, answer in person.items():
        if isinstance(answer, dict):
            person[question] = {item: "yes" if chance.random() < 0.04 else "no" for item in answer}
    return person


def show(name: str, people: Sequence[tuple[Pack, Answers]]) -> None:
    author, most = (
        mean(length(pack, one, order) for pack, one in people) for order in (by_author, by_most_waiting)
    )
    print(f"{name:<44}{author:>8.2f}{most:>8.2f}{100 * (1 - most / author):>8.1f} %", flush=True)


def main() -> None:
    """Print a line for each kind of people: the author's order, the other, how much shorter that is."""
    chance = random.Random(1)
    liver = load_pack(find_pack("liver_calcification"))
    print(f"{'mean number of questions':<44}{'author':>8}{'most':>8}{'shorter':>10}")
    show(
        "the shipped pack, answers at random",
        [(liver, everything(liver, chance, 0.3)) for _ in range(PEOPLE)],
    )
    show("the shipped pack, few worries", [(liver, few_worries(liver, chance)) for _ in range(PEOPLE)])
    packs = [Maker(seed).pack() for seed in range(PACKS)]
    show("generated packs", [(pack, everything(pack, chance, 0.3)) for pack in packs for _ in range(20)])


if __name__ == "__main__":
    main()
