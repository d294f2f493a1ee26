"""Reasons as documents: the records of :mod:`triage.explain` put into words and order."""

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from triage.answers import item_label
from triage.condition import All, AnyOf, AtLeast, Condition
from triage.explain import (
    Difference,
    Failed,
    Given,
    How,
    Matters,
    Node,
    RuledOut,
    Standing,
    StillOpen,
    Turn,
    WhatIf,
    Why,
    WhyNot,
)
from triage.explain.given import Unit
from triage.explain.words import change_in_words, changes_in_words, condition_in_words, in_words
from triage.logic import NO, UNKNOWN, YES, Truth
from triage.pack import RANK, Level, Pack
from triage.report.document import Block, Bullets, Document, Heading, Paragraph
from triage.report.wording import soon

TRUTH: dict[Truth, str] = {YES: "yes", NO: "no", UNKNOWN: "open"}
SUPPORT = {
    "strong": "strong support", "moderate": "moderate support", "weak": "weak support",
    "contested": "contested: strong support and strong evidence against it",
    "against": "the answers speak against it", "open": "still open", "none": "nothing points to it",
}  # fmt: skip


# What the reasons of each verdict are enough for; the level stands for itself.
ENOUGH = {
    "level": "Enough to be seen at least this soon",
    "fires": "Enough for it to apply", "does not fire": "Enough to rule it out",
    "strong": "Enough as strong evidence for it", "moderate": "Enough as moderate evidence for it",
    "weak": "Enough as weak evidence for it", "against": "Enough as evidence against it",
    "contested": "Enough as strong evidence for it and against it",
    "none": "Enough to leave no evidence for it",
}  # fmt: skip
FLAG = {
    "fires": "This applies here.", "does not fire": "This does not apply here.",
    "not known": "Whether this applies here is not known.",
}  # fmt: skip


def first_of_more(count: int) -> str:
    """That not everything is shown."""
    return f"This is the first {count} of more." if count == 1 else f"These are the first {count} of more."


def quoted(pack: Pack, pieces: Iterable[Given]) -> str:
    """Answers in the words the person saw: ``“Fever: yes”, “Age: 63 years” and “Cancer: no”``."""
    return _joined(in_words(pack, piece) for piece in pieces)


def _joined(words: Iterable[str]) -> str:
    said = [f"“{one}”" for one in words]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said)


def _units(pack: Pack, units: Iterable[Unit]) -> str:
    return "; ".join(_unit(pack, unit) for unit in units)


def _unit(pack: Pack, unit: Unit) -> str:
    question = pack.question[unit[0]]
    return question.label if unit[1] is None else item_label(question, unit[1])


# --- how ----------------------------------------------------------------------------------------


ASK = "What stands in [brackets] can be asked about: how NAME."


def how_told(pack: Pack, found: How) -> Document:
    """How a level, red flag or cause came about."""
    blocks: list[Block] = [Heading(2, "How this came about"), *_verdict(pack, found)]
    if found.reasons:
        enough = ENOUGH["level" if found.subject == "level" else found.verdict]
        blocks.append(Paragraph(f"{enough}, whatever else is answered:"))
        blocks.append(Bullets(tuple(quoted(pack, one) or "no answer at all" for one in found.reasons)))
        if found.more:
            blocks.append(Paragraph(first_of_more(len(found.reasons))))
    return (*blocks, *_open(pack, found), *_not_higher(pack, found))


def _verdict(pack: Pack, found: How) -> Iterator[Block]:
    if found.withheld:
        yield Paragraph(f"{found.title}: not told. {found.withheld}")
    elif found.verdict in FLAG:
        yield Paragraph(f"“{found.title}” {FLAG[found.verdict]}")
    elif found.subject != "level":
        yield Paragraph(f"{found.title}: {SUPPORT[found.verdict]}.")
    else:
        yield Paragraph(f"How soon: {soon(pack, cast(Level, found.verdict), found.could_reach)}.")
        if found.floor:
            yield Paragraph("An emergency sign was asked about and is not known. That alone calls for this.")
        elif not found.reasons:
            yield Paragraph("No answer so far calls for more. Everyone with this finding is told this much.")


def _not_higher(pack: Pack, found: How) -> Iterator[Block]:
    if found.ruled_out:
        all_of_it = "It is not more urgent. These answers rule that out:"
        yield Paragraph(
            all_of_it if not found.open else "Other things more urgent are ruled out, by these answers:"
        )
        yield Bullets(tuple(_ruling_out(pack, found.ruled_out)))
        yield Paragraph(ASK)


def _ruling_out(pack: Pack, ruled_out: Iterable[RuledOut]) -> Iterator[str]:
    """What is excluded by a no to an item of a list is told once for the list, the rest one by one."""
    lists: dict[str, list[RuledOut]] = {}
    others: list[RuledOut] = []
    for one in ruled_out:
        questions = {
            piece.question for piece in one.because if piece.item is not None and piece.value == "no"
        }
        alike = len(questions) == 1 and all(piece.value == "no" for piece in one.because)
        (lists.setdefault(questions.pop(), []) if alike else others).append(one)
    for told in lists.values():
        units = dict.fromkeys(piece.unit for one in told for piece in one.because)
        yield f"No to: {_units(pack, units)}. {_excluded(told)}"
    for one in others:
        yield f"{quoted(pack, one.because) or 'No answer at all'}. {_excluded([one])}"


def _excluded(ruled_out: Iterable[RuledOut]) -> str:
    names = [name for one in ruled_out for name in one.flags]
    count = "one reason" if len(names) == 1 else f"{len(names)} reasons"
    return f"This rules out {count} to be seen sooner. [{', '.join(names)}]"


def _open(pack: Pack, found: How) -> Iterator[Block]:
    if found.open and found.verdict in FLAG:
        yield Paragraph(f"It waits on: {_units(pack, found.open[0].waits_on)}.")
    elif found.open:
        yield Paragraph("Not ruled out, because not everything is known:")
        yield Bullets(tuple(_waiting(pack, one) for one in found.open))


def _waiting(pack: Pack, one: StillOpen) -> str:
    waits_on = f"It waits on: {_units(pack, one.waits_on)}."
    if one.level is None:
        return f"{one.says} {waits_on}"
    return f'"{pack.about.levels[one.level].title}": {one.says} {waits_on} [{one.rule}]'


def tree_told(root: Node) -> Document:
    """The whole tree, one line a part, deeper parts behind more bars."""
    return Heading(2, "The whole tree"), Bullets(tuple(_branches(root, 0)))


def _branches(node: Node, depth: int) -> Iterator[str]:
    kind = node.kind if node.kind in ("given", "not known", "not asked", "does not apply") else "derived"
    text = node.text if node.kind != "fact told above" else f"{node.text} (told above)"
    said = "" if node.said in (None, "yes", "no") else f" (you said: {node.said})"
    yield f"{'| ' * depth}{TRUTH[node.truth]}, {kind}: {text}{said}"
    for part in node.parts:
        yield from _branches(part, depth + 1)


# --- why not --------------------------------------------------------------------------------------


def why_not_told(pack: Pack, found: WhyNot) -> Document:
    """Why a level or cause was not reached, and what would have reached it."""
    blocks: list[Block] = [Heading(2, "Why not"), Paragraph(f"“{found.title}”")]
    if found.withheld:
        return (*blocks, Paragraph(found.withheld))
    blocks += _as_answered(pack, found)
    if found.reached:
        return tuple(blocks)
    if found.stood_in_the_way:
        blocks.append(Paragraph("This stands in the way:"))
        blocks.append(Bullets(tuple(_failed(pack, found, one) for one in found.stood_in_the_way)))
    if found.failed:
        blocks.append(Paragraph("These rules could have led there and did not:"))
        in_doubt_first = sorted(found.failed, key=lambda one: not one.waits_on)
        blocks.append(Bullets(tuple(_failed(pack, found, one) for one in in_doubt_first)))
    if found.now is not None:
        blocks.append(Paragraph(ASK))
    return (*blocks, *_changes(pack, found))


def _as_answered(pack: Pack, found: WhyNot) -> Iterator[Block]:
    """How soon it is as answered, and whether that is what was asked about."""
    if found.now is not None:
        yield Paragraph(f"How soon, as answered: {soon(pack, *found.now)}.")
        highest = found.now.could_reach or found.now.level
        if RANK[found.now.level] < RANK[found.subject] <= RANK[highest]:
            yield Paragraph("It is not ruled out, because not everything is known.")
    if found.reached:
        name = "level" if found.now is not None else found.subject
        yield Paragraph(f'It was reached, after all. "how {name}" tells how.')


STILL_COUNTS = "Change an answer only if it was a mistake. A sign that comes and goes still counts."


def _failed(pack: Pack, found: WhyNot, one: Failed) -> str:
    """What a rule says, why it failed or what it waits on, and what it takes beyond a single answer."""
    because = f" You said: {quoted(pack, one.because)}." if one.because else ""
    waits = f" It waits on: {_units(pack, one.waits_on)}." if one.waits_on else ""
    when = _condition(pack, found.subject, one.rule)
    takes = f" It takes: {condition_in_words(pack, when)}." if isinstance(when, All | AnyOf | AtLeast) else ""
    name = f" [{one.rule}]" if found.now is not None else ""
    return f"{one.says}{because}{waits}{takes}{name}"


def _condition(pack: Pack, subject: str, rule: str) -> Condition:
    """The condition of a piece of evidence of the cause that is asked about, else of a red flag."""
    for cause in pack.causes:
        if cause.id == subject:
            return next(part.when for part in (*cause.supporting, *cause.against) if part.id == rule)
    return next(flag.when for flag in pack.red_flags if flag.id == rule)


def _changes(pack: Pack, found: WhyNot) -> Iterator[Block]:
    if not found.changes:
        yield Paragraph("No change of up to three answers would have led there.")
        return
    yield Paragraph("The smallest changes of answers that would have led there:")
    told = (_joined(change_in_words(pack, piece) for piece in one) for one in found.changes)
    in_doubt = [_not_then(pack, now) for now in found.then] or [""] * len(found.changes)
    yield Bullets(tuple(f"{words}{doubt}" for words, doubt in zip(told, in_doubt, strict=True)))
    if found.more:
        yield Paragraph(first_of_more(len(found.changes)))
    if found.subject in RANK and found.stood_in_the_way:
        yield Paragraph(STILL_COUNTS)


def _not_then(pack: Pack, now: Standing) -> str:
    return f": {soon(pack, *now)}" if now.could_reach else ""


# --- why, what if, what matters ---------------------------------------------------------------------


def why_told(pack: Pack, reason: Why) -> Document:
    """Why a question is asked: what waits on it and what each answer could change."""
    ask = pack.question[reason.step.question].ask
    return Heading(2, f"Why: {ask}"), Bullets(tuple(why_lines(pack, reason)))


def why_lines(pack: Pack, reason: Why) -> list[str]:
    """The reasons for a question in plain lines."""
    lines = [f"{reason.why} [{', '.join(reason.sources) or 'our judgement'}]"]
    if reason.set_aside:
        return [*lines, f"It does not apply to you, because you said: {quoted(pack, reason.set_aside)}."]
    urgent = [part for part in reason.waiting if part.level is not None]
    causes = [part for part in reason.waiting if part.level is None]
    for part in urgent[:4]:
        title = pack.about.levels[part.level].title if part.level else ""
        lines.append(f'Could mean "{title}": {part.title} [{", ".join(part.sources) or "our judgement"}]')
    if len(urgent) > 4:
        lines.append(f"It bears on {len(urgent) - 4} more reasons to be seen soon.")
    if causes:
        lines.append(f"Causes it bears on: {', '.join(part.title for part in causes)}.")
    for change in reason.changes:
        moved = "".join(
            f"; {title}: {SUPPORT[before]} → {SUPPORT[after]}" for title, before, after in change.causes[:3]
        )
        if len(change.causes) > 3:
            moved += f"; and {len(change.causes) - 3} more"
        lines.append(f'If "{change.answer}": {soon(pack, change.level, change.could_reach)}{moved}')
    return lines


def what_if_told(pack: Pack, found: WhatIf) -> Document:
    """Only what differs, before and after side by side."""
    blocks: list[Block] = [Heading(2, "What if")]
    if found.differences:
        blocks.append(Bullets(tuple(_differences(pack, found))))
    else:
        blocks.append(Paragraph("Nothing would change."))
    if found.fell_away:
        labels = "; ".join(pack.question[name].label for name in found.fell_away)
        blocks.append(Paragraph(f"These answers would apply no more: {labels}."))
    return tuple(blocks)


def _differences(pack: Pack, found: WhatIf) -> Iterator[str]:
    """How soon is told whole if any part of it differs: never the level without what is not ruled out."""
    if {"level", "could reach"} & {one.what for one in found.differences}:
        before, after = (soon(pack, one.level.id, one.could_reach) for one in (found.before, found.after))
        yield f"How soon: {before} → {after}"
    for one in found.differences:
        if one.what not in ("level", "could reach"):
            yield f"{_thing(one)}: {_state(one.what, one.before)} → {_state(one.what, one.after)}"


THINGS = {"status": "This summary", "causes": "Possible causes", "reassurance": "Reassuring sentence"}
STATES = {
    ("status", "complete"): "complete", ("status", "incomplete"): "not complete, as some answers are missing",
    ("status", "unsettled"): "not settled, as some answers are not known",
    ("red flag", None): "does not apply", ("red flag", "fires"): "applies",
    ("causes", "told"): "shown", ("causes", "withheld"): "not shown",
    ("evidence", None): "does not count", ("evidence", "for"): "speaks for it",
    ("evidence", "against"): "speaks against it", ("sentence", None): "not said",
}  # fmt: skip


def _thing(one: Difference) -> str:
    """What differs: a cause by its title, what is said in quotes."""
    return THINGS.get(one.what) or (one.name if one.what == "cause" else f"“{one.name}”")


def _state(what: str, state: str | None) -> str:
    """One side of a difference in words."""
    return SUPPORT[str(state)] if what == "cause" else STATES.get((what, state), str(state))


def matters_told(pack: Pack, found: Matters) -> Document:
    """Which answers matter to the level; other ages and numbers come last, as nobody mistakes them."""
    blocks: list[Block] = [
        Heading(2, "What matters"),
        Paragraph(f"How soon, as answered: {soon(pack, found.level, found.could_reach)}."),
    ]
    if found.open:
        blocks.append(
            Paragraph(f"Not known, and could still make it more urgent: {_units(pack, found.open)}.")
        )
    if found.single:
        blocks += _would(pack, found.single, "Each of these answers alone would change it:")
        if any(RANK[turn.level] < RANK[found.level] for turn in apart(pack, found.single)[0]):
            blocks.append(Paragraph(STILL_COUNTS))
    else:
        blocks.append(Paragraph(f"No single answer would change it: each of the {found.tried} was tried."))
        blocks += _would(pack, found.pairs, "Two together would:")
        if not found.pairs:
            blocks.append(Paragraph(f"No two would either: each of the {found.tried_pairs} pairs was tried."))
    return (*blocks, *_nothing(pack, found))


def _would(pack: Pack, turns: Sequence[Turn], words: str) -> Iterator[Block]:
    """The turns; those by another age or number apart, and only so that nothing is left out."""
    told, numbers = apart(pack, turns)
    if told:
        yield Paragraph(words)
        yield Bullets(tuple(_turns(pack, told)))
    if numbers:
        yield Paragraph("Told only so that nothing is left out, for nobody can choose an age or a number:")
        yield Bullets(tuple(_turns(pack, numbers)))


def _nothing(pack: Pack, found: Matters) -> Iterator[Block]:
    if found.nothing:
        said = "; ".join(in_words(pack, piece) for piece in found.nothing)
        yield Paragraph(
            f"These answers made no difference. With any other, the advice would be the same: {said}."
        )


def apart(pack: Pack, turns: Iterable[Turn]) -> tuple[list[Turn], list[Turn]]:
    """Turns by an answer that can be mistaken or can come, and those by another age or number."""
    told, numbers = list[Turn](), list[Turn]()
    for turn in turns:
        kinds = {pack.question[piece.question].kind for piece in turn.answers}
        (numbers if "number" in kinds else told).append(turn)
    return told, numbers


def _turns(pack: Pack, turns: Iterable[Turn]) -> Iterator[str]:
    """The turns by how soon they lead to, the most urgent first; neighbouring numbers stand together."""
    by_level: dict[tuple[Level, Level | None], list[tuple[Given, ...]]] = {}
    for turn in turns:
        by_level.setdefault((turn.level, turn.could_reach), []).append(turn.answers)
    for now in sorted(by_level, key=lambda now: (-RANK[now[0]], -RANK.get(now[1] or "", 0))):
        yield f"Then {soon(pack, *now)}: {'; '.join(changes_in_words(pack, by_level[now]))}"
