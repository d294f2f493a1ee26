"""Faults planted in packs: which there are, which the cases notice, and whom the others would concern."""

import random
from collections.abc import Iterator
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.generated import domain, packs
from tests.test_course import everything
from triage.answers import Answer, Answers
from triage.assess import assess
from triage.condition import AtLeast, Compare, Item, Not, Said
from triage.errors import AnswerError
from triage.pack import Case, Pack
from triage.verify.cases import complete, differences
from triage.verify.mutants import Mutant, mutants, variants
from triage.verify.recorded import Recorded
from triage.verify.said import first, sentences, told
from triage.verify.schemata import sheets, try_cases
from triage.verify.trial import judged
from triage.worlds import Compiled


def test_every_small_fault_of_a_condition_is_planted() -> None:
    condition = AtLeast(2, (Said("a"), Not(Item("q", "b")), Compare("n", ">=", 5)))
    assert {str(changed) for _, _, changed in variants(condition)} - {"", "at least 1 of ()"} == {
        "at least 1 of (a, not b, n >= 5)",
        "at least 3 of (a, not b, n >= 5)",
        "at least 2 of (not b, n >= 5)",
        "at least 2 of (a, n >= 5)",
        "at least 2 of (a, not b)",
        "at least 2 of (not a, not b, n >= 5)",
        "at least 2 of (a, b, n >= 5)",
        "at least 2 of (a, not b, not n >= 5)",
        "at least 2 of (a, not b, n >= 4)",
        "at least 2 of (a, not b, n >= 6)",
        "at least 2 of (a, not b, n <= 5)",
    }


def outcome(pack: Pack, answers: Answers) -> object:
    """Everything that the equality of packs is about, said by the engine for one person."""
    found = assess(pack, answers)
    causes = {cause.id: cause.support for cause in found.causes if cause.support not in ("open", "none")}
    flags = {flag.id for flag in found.red_flags}
    said = sorted({*sentences(found)})
    evidence = [(c.id, [e.id for e in (*c.supporting, *c.against)]) for c in found.causes]
    return found.level.id, found.could_reach, found.reassured, flags, causes, said, sorted(evidence)


def everyone(pack: Pack) -> Iterator[dict[str, Answer]]:
    """Every answer set there is: each question not asked, not known, or answered in any way."""
    choices: list[list[Answer | None]] = []
    for question in pack.questions:
        if question.kind == "several_of":
            states = product((None, "yes", "no", "unknown"), repeat=len(question.choices))
            maps = [dict(zip(question.choices, some, strict=True)) for some in states]
            choices.append([{k: v for k, v in one.items() if v} or None for one in maps])
        else:
            choices.append([None, "unknown", *domain(question)])
    for some in product(*choices):
        yield {q.id: a for q, a in zip(pack.questions, some, strict=True) if a is not None}


def told_apart(pack: Pack, other: Pack) -> bool:
    """Brute force: whether some answers that fit both come to different outcomes."""
    for answers in everyone(pack):
        try:
            if outcome(pack, answers) != outcome(other, answers):
                return True
        except AnswerError:
            continue
    return False


def some_of(pack: Pack, chance: random.Random, most: int) -> list[Mutant]:
    planted = [*mutants(pack)]
    return chance.sample(planted, min(most, len(planted)))


@settings(max_examples=15)
@given(packs(most=2), st.integers())
def test_a_fault_is_called_none_exactly_if_no_answers_tell_it_apart(pack: Pack, seed: int) -> None:
    for one in judged(pack, (), some_of(pack, random.Random(seed), 4)):
        other = one.mutant.pack(pack)
        assert (one.change is not None) == told_apart(pack, other)
        if one.change is not None:
            person = one.person(pack)
            assert outcome(pack, person.answers) != outcome(other, person.answers)


STATUSES = ("complete", "incomplete", "unsettled", None)
SUPPORTS = ("strong", "moderate", "weak", "contested", "against", "open", "none")


def recorded(pack: Pack, chance: random.Random) -> Case | None:
    """A case whose expectations are right for the most part; None if the answers do not fit."""
    person = everything(pack, chance, 0.3)
    answers = {name: answer for name, answer in person.items() if chance.random() < 0.6}
    made = {
        "id": "made",
        "demands": "x",
        "says": "x",
        "rest": chance.choice(("no", "unasked")),
        "answers": answers,
    }
    flags, causes = [flag.id for flag in pack.red_flags], [cause.id for cause in pack.causes]
    bare = Case.model_validate({**made, "expect": {"level": "emergency", "could_reach": None}})
    try:
        found = assess(pack, complete(pack, bare))
    except AnswerError:
        return None
    fired = [flag.id for flag in found.red_flags]
    support = {cause.id: cause.support for cause in found.causes}

    def mostly(right: object, *other: object) -> object:
        return right if chance.random() < 0.95 or not other else chance.choice(other)

    said = [*sentences(found)]
    expect = {
        "level": mostly(found.level.id, "emergency", "consultation"),
        "could_reach": mostly(found.could_reach, None, "emergency"),
        "status": mostly(found.status, *STATUSES),
        "reassured": mostly(found.reassured, True, False, None),
        "red_flags": mostly(fired, *([flag] for flag in flags)),
        "causes": {name: mostly(support[name], *SUPPORTS) for name in support if chance.random() < 0.5},
        "first": mostly(found.causes[0].id if found.causes else None, *causes),
        "not_first": mostly([cause for cause in causes if cause != next(iter(support), None)][:1]),
        "says": mostly(said[:1], ["Flag."], ["Fine."]),
        "says_not": mostly([], ["Evidence."], ["Little."], ["Open."]),
    }
    misses = mostly(None, *flags)
    return Case.model_validate({**made, "near_miss_of": misses, "expect": expect})


def holds(pack: Pack, case: Case) -> bool:
    try:
        return not [*differences(pack, case)]
    except AnswerError:
        return False


def cases_of(pack: Pack, chance: random.Random, number: int) -> list[Case]:
    made = (recorded(pack, chance) for _ in range(number))
    return [case for case in made if case is not None]


@given(packs(), st.integers())
def test_the_cases_notice_a_fault_exactly_if_one_of_them_fails_with_it(pack: Pack, seed: int) -> None:
    chance = random.Random(seed)
    cases = [case for case in cases_of(pack, chance, 6) if holds(pack, case)]
    assume(cases)
    for tried in try_cases(pack, cases, some_of(pack, chance, 12)):
        other = tried.mutant.pack(pack)
        failing = [case for case in cases if not holds(other, case)]
        assert tried.noticed is (failing[0] if failing else None), tried.mutant


@given(packs(), st.integers())
def test_a_case_fails_as_a_plane_exactly_if_it_fails_in_words(pack: Pack, seed: int) -> None:
    cases = [case for case in cases_of(pack, random.Random(seed), 8) if known_names(pack, case)]
    assume(cases)
    planes = Recorded(pack, cases)
    compiled = Compiled(pack)
    wrong = planes.wrong(*sheets(compiled, planes.planes(compiled), planes.width))
    assert [bool(wrong >> n & 1) for n in range(len(cases))] == [not holds(pack, case) for case in cases]


def known_names(pack: Pack, case: Case) -> bool:
    """A word that no sentence of the pack says fails in words alone."""
    return not any("no sentence of the pack" in said for said in differences(pack, case))


@given(packs(), st.integers())
def test_each_sentence_is_told_and_the_first_cause_stands_first_where_the_summary_says_so(
    pack: Pack, seed: int
) -> None:
    for case in cases_of(pack, random.Random(seed), 6):
        answers = complete(pack, case)
        found = assess(pack, answers)
        sheet = Compiled(pack).encode([answers])
        assert {say for say, where in told(sheet) if where} == {*sentences(found)}
        leads = [cause.id for cause in pack.causes if first(sheet, cause.id)]
        assert leads == [cause.id for cause in found.causes[:1]]
