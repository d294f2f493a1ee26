"""Why a question is asked: computed from what is open now, never from a stored text alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from triage.answers import Answer, Answers
from triage.assess import ranked
from triage.condition import Open
from triage.domain import bands
from triage.explain.given import Given
from triage.explain.settling import settling
from triage.explain.standing import standing
from triage.explain.words import band_in_words
from triage.interview import Step
from triage.logic import NO, UNKNOWN
from triage.pack import RANK, Level, Pack, Question
from triage.view import View


@dataclass(frozen=True, slots=True)
class Waiting:
    """A red flag or cause whose verdict waits on this question."""

    kind: str
    id: str
    title: str
    level: Level | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What one answer would do: the level it makes certain, what it leaves open above that, causes moved.

    Numbers that would do the same stand together.
    """

    answer: str
    level: Level
    could_reach: Level | None
    causes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Why a question is asked now: the author's words, what waits on it, what each answer could change.

    ``set_aside`` are the answers because of which it does not apply, and is not asked at all.
    """

    step: Step
    why: str
    sources: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    changes: tuple[Change, ...]
    set_aside: tuple[Given, ...] = ()


def why(pack: Pack, answers: Answers, step: Step) -> Why:
    """The reasons for asking ``step`` after ``answers`` (canonical); causes as ``(title, before, after)``."""
    question = pack.question[step.question]
    view = View(pack, answers)
    gate = question.only_if
    if gate is not None and view.applies(question.id).truth is NO:
        return Why(step, question.why, question.sources, (), (), settling(view, gate))
    changes = tuple(
        _change(view, answers, words, question, answer) for words, answer in _possible(pack, answers, step)
    )
    if question.kind == "number":
        changes = tuple(_joined(changes, bands(pack)[question.id], question.unit))
    return Why(step, question.why, question.sources, tuple(_waiting(view, step)), changes)


def _waiting(view: View, step: Step) -> Iterator[Waiting]:
    for flag in sorted(view.pack.red_flags, key=lambda flag: -RANK[flag.level]):
        verdict = view.judge(flag.when)
        if verdict.truth is UNKNOWN and _reads(verdict.open, step):
            yield Waiting("red flag", flag.id, flag.say, flag.level, flag.sources)
    for cause in view.pack.causes:
        parts = [
            part for part in (*cause.supporting, *cause.against) if _reads(view.judge(part.when).open, step)
        ]
        if parts:
            sources = tuple(dict.fromkeys(name for part in parts for name in part.sources))
            yield Waiting("cause", cause.id, cause.title, None, sources)


def _reads(still_open: Iterable[Open], step: Step) -> bool:
    return any(
        atom.question == step.question and (step.item is None or getattr(atom, "item", None) == step.item)
        for atom, _ in still_open
    )


def _possible(pack: Pack, answers: Answers, step: Step) -> Iterator[tuple[str, Answer]]:
    """Each answer that the rules can tell apart, in words and as data; items answered before stay so."""
    question = pack.question[step.question]
    if step.item is not None:
        yield from (("yes", {step.item: "yes"}), ("no", {step.item: "no"}))
    elif question.kind == "several_of":
        said = answers.get(question.id)
        done = said if isinstance(said, Mapping) else {}
        left = {item: choice for item, choice in question.choices.items() if item not in done}
        none = dict.fromkeys(left, "no")
        yield from ((choice.label, {**none, item: "yes"}) for item, choice in left.items())
        yield "none of these", none
    elif question.kind == "one_of":
        yield from ((choice.label, choice.id) for choice in question.options)
    elif question.kind == "yes_no":
        yield from (("yes", "yes"), ("no", "no"))
    else:
        yield from ((band_in_words(band, question.unit), band.start) for band in bands(pack)[question.id])


def _change(view: View, answers: Answers, words: str, question: Question, answer: Answer) -> Change:
    before = answers.get(question.id)
    if isinstance(answer, Mapping) and isinstance(before, Mapping):
        answer = {**before, **answer}
    after = View(view.pack, {**answers, question.id: answer})
    return Change(words, *standing(after), tuple(_moved(view, after)))


def _joined(changes: Iterable[Change], cut: Iterable[range], unit: str | None) -> Iterator[Change]:
    """Neighbouring bands together, where their numbers would do the same."""
    alike = groupby(zip(changes, cut, strict=True), key=lambda pair: replace(pair[0], answer=""))
    for change, pairs in alike:
        bands_of = [band for _, band in pairs]
        whole = range(bands_of[0].start, bands_of[-1].stop)
        yield replace(change, answer=band_in_words(whole, unit))


def _moved(before: View, after: View) -> Iterator[tuple[str, str, str]]:
    """The causes that come to stand otherwise; none where causes are not told."""
    withheld = after.pack.about.causes_withheld
    if withheld is not None and after.holds(withheld.when):
        return
    old = {cause.id: cause.support for cause in ranked(before)}
    for cause in ranked(after):
        if cause.support != old[cause.id]:
            yield cause.title, old[cause.id], cause.support
