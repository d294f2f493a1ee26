"""Nothing is dead: every question, option, fact, rule and sentence can change the outcome for somebody."""

from collections.abc import Iterator, Mapping, Sequence

from triage.answers import Answers
from triage.condition import Not
from triage.pack import LEVELS, Cause, Pack, Sentence
from triage.verify.interviews import interviews
from triage.verify.space import Anyone, Space, Unit
from triage.verify.theorems.claim import (
    Claim,
    Counterexample,
    Person,
    Place,
    differs,
    flag_place,
    people,
    person,
    question_place,
)
from triage.verify.theorems.crowd import Crowd, crowd_of
from triage.verify.theorems.relevance import Relevance, Undecided
from triage.verify.theorems.views import on_the_outcome
from triage.worlds import P, Sheet


def nothing_is_dead(pack: Pack) -> Claim:
    """Each has a witness: somebody whose outcome is another because of it. And nobody is asked in vain."""
    claim = everything_matters(pack)
    _asked_in_vain(pack, claim)
    return claim


def everything_matters(pack: Pack) -> Claim:
    """Each rule, sentence, answer and fact has a witness; who is asked what is not looked at."""
    claim = Claim()
    crowd = crowd_of(pack)
    _shown_in_the_crowd(pack, crowd, claim)
    _answers_in_the_crowd(pack, crowd, claim)
    space = Space(pack)
    anyone = space.anyone()
    space.solver.always(anyone.fits)
    found: dict[str, Answers] = {}
    for name, shown, place in _shown(pack, anyone.sheet):
        if name in claim.witnesses:
            continue
        model = space.solver.find(shown)
        if model:
            found[name] = anyone.answers(model)
        else:
            claim.counterexamples.append(Counterexample(f"{name} can never be shown", (), (place,)))
    found |= _answers(pack, space, anyone, claim)
    claim.witnesses |= zip(found, people(space.compiled, [*found.values()]), strict=True)
    _facts(pack, crowd, claim)
    claim.counts["witnesses"] = len(claim.witnesses)
    return claim


def _shown_in_the_crowd(pack: Pack, crowd: Crowd, claim: Claim) -> None:
    """Witnesses in a crowd, which is where nearly all of them are found."""
    for name, shown, _ in _shown(pack, crowd.sheet):
        if shown:
            claim.witnesses[name] = crowd.person(shown)


def _answers_in_the_crowd(pack: Pack, crowd: Crowd, claim: Claim) -> None:
    """The same for answers; those that are left have larger shares of the crowd the next time."""
    left = [*crowd.compiled.units]
    while left:
        still: list[Unit] = []
        for unit, differ in crowd.differ(left):
            for name, gave in _named(pack, unit, crowd.values(unit)):
                if gave & differ and name not in claim.witnesses:
                    claim.witnesses[name] = crowd.person(gave & differ)
                if name not in claim.witnesses and unit not in still[-1:]:
                    still.append(unit)
        if len(still) == len(left):
            return
        left = still


# --- rules and sentences --------------------------------------------------------------------------


def _shown(pack: Pack, sheet: Sheet[P]) -> Iterator[tuple[str, P, Place]]:
    """Everything that can be shown, with where it is."""
    for flag in pack.red_flags:
        yield f"flag {flag.id}", sheet.planes(flag.when).yes, flag_place(pack, flag)
    withheld = pack.about.causes_withheld
    causes = sheet.full ^ (sheet.planes(withheld.when).yes if withheld else sheet.none)
    told = [causes & _told(sheet, cause) for cause in pack.causes]
    for cause, plane in zip(pack.causes, told, strict=True):
        yield from _of_cause(cause, sheet, causes, plane)
    some = sheet.none
    for plane in told:
        some = some | plane
    yield from _of_the_pack(pack, sheet, causes & (sheet.full ^ some))
    yield from _reassurance(pack, sheet)


def _told(sheet: Sheet[P], cause: Cause) -> P:
    support = sheet.support(cause)
    return support["contested"] | support["strong"] | support["moderate"] | support["weak"]


def _of_cause(cause: Cause, sheet: Sheet[P], causes: P, told: P) -> Iterator[tuple[str, P, Place]]:
    file = f"causes/{cause.id}.yaml"
    for key, side in (("for", cause.supporting), ("against", cause.against)):
        for number, part in enumerate(side):
            yield (
                f"evidence {cause.id}/{part.id}",
                causes & sheet.planes(part.when).yes,
                (file, (key, number)),
            )
    for key in ("about", "handling", "advice", "tests", "follow_up"):
        sentences: Sequence[Sentence] = getattr(cause, key)
        for number, sentence in enumerate(sentences):
            shown = told & sheet.planes(sentence.when).yes
            yield f"{cause.id} {key} {number + 1}", shown, (file, (key, number))


def _of_the_pack(pack: Pack, sheet: Sheet[P], nothing_found: P) -> Iterator[tuple[str, P, Place]]:
    about, general = pack.about, pack.general
    # A pack has words for all five levels, also for those that none of its flags has.
    used = {LEVELS[0], *(flag.level for flag in pack.red_flags)}
    for name, plane in zip(LEVELS, sheet.levels(), strict=True):
        for number, sentence in enumerate(about.levels[name].say):
            if name in used or sentence.when is not None:
                shown = plane & sheet.planes(sentence.when).yes
                place = ("pack.yaml", ("levels", name, "say", number))
                yield f"sentence {number + 1} of level {name}", shown, place
    for file, key, sentences, where in (
        ("pack.yaml", "finding", about.finding, sheet.full),
        ("pack.yaml", "not_established", about.not_established, nothing_found),
        ("advice.yaml", "advice", general.advice, sheet.full),
        ("advice.yaml", "tests", general.tests, sheet.full),
        ("advice.yaml", "ask_doctor", general.ask_doctor, sheet.full),
        ("advice.yaml", "follow_up", general.follow_up, sheet.full),
    ):
        for number, sentence in enumerate(sentences):
            yield f"{key} {number + 1}", where & sheet.planes(sentence.when).yes, (file, (key, number))
    for key, whenever in (("carer", about.carer), ("causes_withheld", about.causes_withheld)):
        if whenever is not None:
            yield key, sheet.planes(whenever.when).yes, ("pack.yaml", (key,))


def _reassurance(pack: Pack, sheet: Sheet[P]) -> Iterator[tuple[str, P, Place]]:
    """Somebody is reassured; and for each switch-off somebody is told that it stands against it."""
    guard = pack.about.reassurance
    if guard is None:
        return
    yield "reassurance", sheet.reassured(), ("pack.yaml", ("reassurance",))
    for number, off in enumerate(guard.switch_off):
        told = sheet.planes(guard.when).yes & sheet.planes(off.when).yes
        yield f"switch-off {off.id}", told, ("pack.yaml", ("reassurance", "switch_off", number))


# --- answers and facts ----------------------------------------------------------------------------


def _answers(pack: Pack, space: Space, anyone: Anyone, claim: Claim) -> dict[str, Answers]:
    """For each option, item and question, somebody for whom it matters that this was the answer."""
    found: dict[str, Answers] = {}
    left = [
        (unit, name, said)
        for unit in space.compiled.units
        for name, said in _named(pack, unit, anyone.values(unit))
        if name not in claim.witnesses
    ]
    if not left:
        return found
    other = space.anyone()
    changed = {unit: space.graph.variable() for unit in space.compiled.units}
    space.solver.always(space.graph.at_most_one([*changed.values()]))
    same = [
        changed[unit] | ~(plane ^ other.values(unit)[value])
        for unit in space.compiled.units
        for value, plane in anyone.values(unit).items()
    ]
    single = [space.graph.at_most_one([*other.values(unit).values()]) for unit in space.compiled.units]
    space.solver.always(space.graph.all((*same, *single)))
    differ = differs(anyone.sheet.outcome(), other.sheet.outcome())
    for unit, name, said in left:
        model = space.solver.find(changed[unit], anyone.applies(unit[0]), said, differ)
        if model:
            found[name] = anyone.answers(model)
        else:
            place = question_place(pack, unit[0])
            claim.counterexamples.append(Counterexample(f"{name} can change nothing", (), (place,)))
    return found


def _named(pack: Pack, unit: Unit, said: Mapping[str, P]) -> Iterator[tuple[str, P]]:
    """Each answer that is to matter, with those who gave it; of a number, that it was answered at all."""
    question, item = unit
    if pack.question[question].kind == "one_of":
        yield from (
            (f"option {question} = {value}", where) for value, where in said.items() if value != "unknown"
        )
    elif pack.question[question].kind == "number":
        first, *others = said.values()
        for where in others:
            first = first | where
        yield f"question {question}", first
    else:
        yield f"item {item}" if item else f"question {question}", said["yes"]


def _facts(pack: Pack, crowd: Crowd, claim: Claim) -> None:
    """For each fact, somebody for whom the outcome is another if the fact means its opposite."""
    for number, fact in enumerate(pack.facts):
        facts = [*pack.facts]
        facts[number] = fact.model_copy(update={"when": Not(fact.when)})
        opposite = pack.with_parts(facts=tuple(facts))
        differ = crowd.differ_in(opposite, fact.id)
        witness = crowd.person(differ) if differ else _for_whom_it_matters(pack, opposite)
        if witness:
            claim.witnesses[f"fact {fact.id}"] = witness
        else:
            place = ("facts.yaml", ("facts", number))
            claim.counterexamples.append(Counterexample(f"fact {fact.id} can change nothing", (), (place,)))


def _for_whom_it_matters(pack: Pack, opposite: Pack) -> Person | None:
    """Somebody whose outcome is another with the other pack, found by the solver."""
    space = Space(pack)
    anyone = space.anyone()
    other = Space(opposite, beside=space).given(anyone.planes)
    model = space.solver.find(anyone.fits, differs(anyone.sheet.outcome(), other.sheet.outcome()))
    return person(anyone, model) if model else None


# --- questions asked in vain ----------------------------------------------------------------------


def _asked_in_vain(pack: Pack, claim: Claim) -> None:
    """Nobody is asked a question when none of its answers can change anything for them."""
    every = interviews(pack)
    relevance = Relevance(every, on_the_outcome(every.space.compiled))
    vain = 0
    for step in every.steps:
        try:
            found = relevance.irrelevant(step)
        except Undecided:
            claim.open.append(f"whether '{step.question}' can always matter when it is asked")
            continue
        if found:
            vain += 1
            message = f"'{step.question}' is asked although no answer to it can change anything"
            people = (person(found.known, found.model),)
            place = question_place(pack, step.question)
            claim.counterexamples.append(Counterexample(message, people, (place,)))
    claim.counts["places_where_a_question_is_asked_in_vain"] = vain
