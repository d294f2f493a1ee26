"""Two versions of a pack over the same people: answers to everything that either of them asks.

A question is the same in both if it has the same id and kind. What a version cannot take (a question or
option it does not have, a number outside its bounds) counts there as not asked; so does an answer to a
question that does not apply there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from triage.answers import Answer, Answers
from triage.condition import Condition
from triage.domain import bands
from triage.logic import NO
from triage.pack import Choice, Pack, Question
from triage.view import View
from triage.worlds import Compiled, P, Planes, Sheet

Cuts = Mapping[str, tuple[range, ...]]
OLD = "(old)"


@dataclass(frozen=True)
class Side:
    """One version: its pack, the place of each of its slots among those of both, and its questions there."""

    pack: Pack
    compiled: Compiled
    places: tuple[int | None, ...]
    questions: Mapping[str, str]

    def planes(self, planes: Sequence[P], full: P) -> list[P]:
        """What this version can take of the answers."""
        return [full ^ full if place is None else planes[place] for place in self.places]

    def sheet(self, planes: Sequence[P], full: P) -> Sheet[P]:
        """What this version says."""
        return self.compiled.over(self.planes(planes, full), full)

    def judged(self, condition: Condition, planes: Sequence[P], full: P) -> Planes[P]:
        """Another condition over this version's questions."""
        compiled = Compiled(self.pack, [condition], self.compiled.bands)
        return compiled.over(self.planes(planes, full), full).planes(condition)

    def answers(self, joined: Answers) -> dict[str, Answer]:
        """What this version takes of someone's answers, without those to questions that do not apply."""
        found: dict[str, Answer] = {}
        for name, question in self.questions.items():
            kept = _kept(self.pack.question[name], joined.get(question))
            if kept is not None:
                found[name] = kept
        view = View(self.pack, found)
        return {name: answer for name, answer in found.items() if view.applies(name).truth is not NO}


def _kept(question: Question, answer: Answer | None) -> Answer | None:
    if isinstance(answer, Mapping):
        return {item: state for item, state in answer.items() if item in question.choices} or None
    if isinstance(answer, int):
        return answer if (question.min or 0) <= answer <= (question.max or 0) else None
    known = question.kind != "one_of" or answer == "unknown" or answer in question.choices
    return answer if known else None


class Joined:
    """Both versions, and the questions of both as one pack without rules."""

    def __init__(self, old: Pack, new: Pack) -> None:
        self.renamed = {
            question.id: f"{question.id} {OLD}"
            for question in old.questions
            if question.id in new.question and new.question[question.id].kind != question.kind
        }
        self.questions = tuple(_merged(old, new, self.renamed))
        fields = {name: vars(new)[name] for name in Pack.model_fields}
        self.pack = Pack.model_construct(**{**fields, "questions": self.questions})
        own = {self.renamed.get(name, name): cut for name, cut in bands(old).items()}
        self.cuts = {**own, **bands(new)}
        for name in own.keys() & bands(new).keys():
            self.cuts[name] = _common(own[name], bands(new)[name])
        self.compiled = Compiled(self.pack, (), self.cuts)
        self.old = self._side(old, self.renamed)
        self.new = self._side(new, {})

    def _side(self, pack: Pack, renamed: Mapping[str, str]) -> Side:
        names = {question.id: renamed.get(question.id, question.id) for question in pack.questions}
        cuts: dict[str, tuple[range, ...]] = {}
        for question in pack.questions:
            if question.kind == "number":
                inside = range(question.min or 0, (question.max or 0) + 1)
                cuts[question.id] = tuple(
                    band for band in self.cuts[names[question.id]] if band.start in inside
                )
        compiled = Compiled(pack, cuts=cuts)
        places: list[int | None] = []
        for slot in compiled.slots:
            value = slot.value
            if slot.question in cuts and value != "unknown":
                value = str(self.cuts[names[slot.question]].index(cuts[slot.question][int(value)]))
            places.append(self.compiled.slots.get(slot._replace(question=names[slot.question], value=value)))
        return Side(pack, compiled, tuple(places), names)

    @property
    def sides(self) -> tuple[Side, Side]:
        """The old version and the new one."""
        return self.old, self.new

    def applies(self, sheets: Sequence[Sheet[P]], question: str) -> P:
        """Where a question applies in at least one of the versions."""
        found = sheets[0].none
        for side, sheet in zip(self.sides, sheets, strict=True):
            for name, joined in side.questions.items():
                if joined == question:
                    found |= sheet.full ^ sheet.planes(side.pack.question[name].only_if).no
        return found

    def only_in_one(self) -> Iterator[tuple[str, str]]:
        """What one version alone asks, as ("old" or "new", what it is)."""
        for side, other, name in ((self.old, self.new, "old"), (self.new, self.old, "new")):
            for question in side.pack.questions:
                there = other.pack.question.get(question.id)
                if there is None:
                    yield name, f"the question '{question.id}'"
                    continue
                if there.kind != question.kind:
                    yield name, f"'{question.id}' as a question of the kind {question.kind}"
                    continue
                yield from (
                    (name, f"'{choice}' of '{question.id}'")
                    for choice in question.choices
                    if choice not in there.choices
                )
                if (question.min, question.max) != (there.min, there.max):
                    yield name, f"'{question.id}' from {question.min} to {question.max}"


def _merged(old: Pack, new: Pack, renamed: Mapping[str, str]) -> Iterator[Question]:
    """The questions of both in the order of the new one; the old one's own behind what they followed."""
    left = [
        question for question in old.questions if question.id not in new.question or question.id in renamed
    ]
    before = {question.id: place for place, question in enumerate(old.questions)}
    for question in new.questions:
        place = before.get(question.id, -1)
        while left and place >= 0 and before[left[0].id] < place:
            yield _free(left.pop(0), renamed)
        there = old.question.get(question.id)
        same = there is not None and there.kind == question.kind
        yield _free(question, {}, there.options if same and there is not None else ())
    yield from (_free(question, renamed) for question in left)


def _free(question: Question, renamed: Mapping[str, str], more: Iterable[Choice] = ()) -> Question:
    """The question without its gate, and with these options too."""
    known = question.choices
    options = (*question.options, *(choice for choice in more if choice.id not in known))
    fields = {name: vars(question)[name] for name in Question.model_fields}
    name = renamed.get(question.id, question.id)
    return Question.model_construct(**{**fields, "id": name, "only_if": None, "options": options})


def _common(one: Sequence[range], other: Sequence[range]) -> tuple[range, ...]:
    """The bands that both ways of cutting need."""
    edges = sorted({edge for band in (*one, *other) for edge in (band.start, band.stop)})
    return tuple(range(start, end) for start, end in pairwise(edges))
