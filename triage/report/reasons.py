"""Reasons as documents: the records of :mod:`triage.explain` put into words and order."""

from collections.abc import Iterable, Iterator
from typing import cast

from triage.answers import item_label
from triage.explain import (
    Difference,
    Failed,
    Given,
    How,
    Matters,
    Node,
    RuledOut,
    StillOpen,
    Turn,
    WhatIf,
    Why,
    WhyNot,
)
from triage.explain.given import Unit, change_in_words, in_words
from triage.logic import NO, UNKNOWN, YES, Truth
from triage.pack import RANK, Level, Pack
from triage.report.document import Block, Bullets, Document, Heading, Paragraph

TRUTH: dict[Truth, str] = {YES: "yes", NO: "no", UNKNOWN: "open"}
SUPPORT = {
    "strong": "strong support", "moderate": "moderate support", "weak": "weak support",
    "contested": "contested: strong support and strong evidence against it",
    "against": "the answers speak against it", "open": "still open", "none": "nothing points to it",
}  # fmt: skip


# What the reasons of each verdict are enough for; the level stands for itself.
ENOUGH = {
    "level": "Enough for this level",
    "fires": "Enough to make it fire", "does not fire": "Enough to rule it out",
    "strong": "Enough as strong evidence for it", "moderate": "Enough as moderate evidence for it",
    "weak": "Enough as weak evidence for it", "against": "Enough as evidence against it",
    "contested": "Enough as strong evidence for it and against it",
    "none": "Enough to leave no evidence for it",
}  # fmt: skip
FLAG = {
    "fires": "This red flag fires.", "does not fire": "This red flag does not fire.",
    "not known": "Whether this red flag fires is not known.",
}  # fmt: skip


def first_of_more(count: int) -> str:
    """That not everything is shown."""
    return f"This is the first {count} of more." if count == 1 else f"These are the first {count} of more."


def _quoted(pack: Pack, pieces: Iterable[Given]) -> str:
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


def how_told(pack: Pack, found: How) -> Document:
    """How a level, red flag or cause came about."""
    blocks: list[Block] = [Heading(2, f"How: {found.subject}"), *_verdict(found)]
    if found.reasons:
        what = ENOUGH["level" if found.subject == "level" else found.verdict]
        blocks.append(Paragraph(f"{what}, whatever else is answered:"))
        blocks.append(Bullets(tuple(_quoted(pack, one) or "no answer at all" for one in found.reasons)))
        if found.more:
            blocks.append(Paragraph(first_of_more(len(found.reasons))))
    return (*blocks, *_not_higher(pack, found), *_open(pack, found))


def _verdict(found: How) -> Iterator[Block]:
    if found.withheld:
        yield Paragraph(f"{found.title}: not told.")
        yield Paragraph(found.withheld)
    elif found.verdict in FLAG:
        yield Paragraph(found.title)
        yield Paragraph(FLAG[found.verdict])
    elif found.subject != "level":
        yield Paragraph(f"{found.title}: {SUPPORT[found.verdict]}.")
    else:
        yield Paragraph(f"The level: {found.title}.")
        if found.floor:
            yield Paragraph("An emergency sign was asked about and is not known. That alone calls for this.")
        elif not found.reasons:
            yield Paragraph("No answer so far calls for more. Everyone with this finding is told this much.")


def _not_higher(pack: Pack, found: How) -> Iterator[Block]:
    if found.ruled_out:
        yield Paragraph("It is not higher. These answers rule out what is more urgent:")
        yield Bullets(tuple(_ruling_out(pack, found.ruled_out)))


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
        yield f"No to: {_units(pack, units)}. This rules out: {_names(told)}."
    for one in others:
        yield f"{_quoted(pack, one.because) or 'No answer at all'}. This rules out: {_names([one])}."


def _names(ruled_out: Iterable[RuledOut]) -> str:
    return ", ".join(name for one in ruled_out for name in one.flags)


def _open(pack: Pack, found: How) -> Iterator[Block]:
    if found.open and found.verdict in FLAG:
        yield Paragraph(f"It waits on: {_units(pack, found.open[0].waits_on)}.")
    elif found.open:
        yield Paragraph("Not ruled out, because not everything is known:")
        yield Bullets(tuple(_waiting(pack, one) for one in found.open))


def _waiting(pack: Pack, one: StillOpen) -> str:
    level = f' ("{pack.about.levels[one.level].title}")' if one.level else ""
    return f"{one.rule}{level}: {one.says} It waits on: {_units(pack, one.waits_on)}."


def tree_told(root: Node) -> Document:
    """The whole tree, one line a part, deeper parts behind more bars."""
    return Heading(2, "The whole tree"), Bullets(tuple(_branches(root, 0)))


def _branches(node: Node, depth: int) -> Iterator[str]:
    kind = node.kind if node.kind in ("given", "not known", "not asked", "does not apply") else "derived"
    text = node.text if node.kind != "fact told above" else f"{node.text} (told above)"
    yield f"{'| ' * depth}{TRUTH[node.truth]}, {kind}: {text}"
    for part in node.parts:
        yield from _branches(part, depth + 1)


# --- why not --------------------------------------------------------------------------------------


def why_not_told(pack: Pack, found: WhyNot) -> Document:
    """Why a level or cause was not reached, and what would have reached it."""
    blocks: list[Block] = [Heading(2, f"Why not: {found.subject}"), Paragraph(found.title)]
    if found.withheld:
        return (*blocks, Paragraph(found.withheld))
    if found.reached:
        name = "level" if found.subject in RANK else found.subject
        return (*blocks, Paragraph(f'It was reached, after all. "how {name}" tells how.'))
    if found.stood_in_the_way:
        blocks.append(Paragraph("This stands in the way:"))
        blocks.append(Bullets(tuple(_failed(pack, one) for one in found.stood_in_the_way)))
    if found.failed:
        blocks.append(Paragraph("These rules could have led there and did not:"))
        blocks.append(Bullets(tuple(_failed(pack, one) for one in found.failed)))
    return (*blocks, *_changes(pack, found))


STILL_COUNTS = "Change an answer only if it was a mistake. A sign that comes and goes still counts."


def _failed(pack: Pack, one: Failed) -> str:
    because = f" You said: {_quoted(pack, one.because)}." if one.because else ""
    waits = f" It waits on: {_units(pack, one.waits_on)}." if one.waits_on else ""
    return f"{one.says}{because}{waits} (Rule {one.rule}: {one.condition})"


def _changes(pack: Pack, found: WhyNot) -> Iterator[Block]:
    if not found.changes:
        yield Paragraph("No change of up to three answers would have led there.")
        return
    yield Paragraph("The smallest changes of answers that would have led there:")
    yield Bullets(tuple(_joined(change_in_words(pack, piece) for piece in one) for one in found.changes))
    if found.more:
        yield Paragraph(first_of_more(len(found.changes)))
    if found.subject in RANK and found.stood_in_the_way:
        yield Paragraph(STILL_COUNTS)


# --- why, what if, what matters ---------------------------------------------------------------------


def why_told(pack: Pack, reason: Why) -> Document:
    """Why a question is asked: what waits on it and what each answer could change."""
    ask = pack.question[reason.step.question].ask
    return Heading(2, f"Why: {ask}"), Bullets(tuple(why_lines(pack, reason)))


def why_lines(pack: Pack, reason: Why) -> list[str]:
    """The reasons for a question in plain lines."""
    lines = [f"{reason.why} [{', '.join(reason.sources) or 'our judgement'}]"]
    if reason.set_aside:
        return [*lines, f"It does not apply to you, because you said: {_quoted(pack, reason.set_aside)}."]
    urgent = [part for part in reason.waiting if part.level is not None]
    causes = [part for part in reason.waiting if part.level is None]
    for part in urgent[:4]:
        title = pack.about.levels[part.level].title if part.level else ""
        lines.append(f'Could mean "{title}": {part.title} [{", ".join(part.sources) or "our judgement"}]')
    if len(urgent) > 4:
        lines.append(f"It bears on {len(urgent) - 4} more signs of urgency.")
    if causes:
        lines.append(f"Causes it bears on: {', '.join(part.title for part in causes)}.")
    for change in reason.changes:
        level = pack.about.levels[change.level].title
        up_to = pack.about.levels[change.could_reach].title
        could = "" if change.could_reach == change.level else f', up to "{up_to}"'
        moved = "".join(f"; {title}: {before} → {after}" for title, before, after in change.causes[:3])
        lines.append(f'If "{change.answer}": at least "{level}"{could}{moved}')
    return lines


def what_if_told(pack: Pack, found: WhatIf) -> Document:
    """Only what differs, before and after side by side."""
    blocks: list[Block] = [Heading(2, "What if")]
    if found.differences:
        blocks.append(Bullets(tuple(_difference(pack, one) for one in found.differences)))
    else:
        blocks.append(Paragraph("Nothing would change."))
    if found.fell_away:
        labels = "; ".join(pack.question[name].label for name in found.fell_away)
        blocks.append(Paragraph(f"These answers would apply no more: {labels}."))
    return tuple(blocks)


def _difference(pack: Pack, one: Difference) -> str:
    before, after = _state(pack, one.what, one.before), _state(pack, one.what, one.after)
    return f"{one.what}{f', {one.name}' if one.name else ''}: {before} → {after}"


def _state(pack: Pack, what: str, state: str | None) -> str:
    """One side of a difference in words."""
    if what in ("level", "could reach"):
        return f'"{pack.about.levels[cast(Level, state)].title}"' if state else "nothing higher"
    if what == "cause":
        return SUPPORT[str(state)]
    return state or {"red flag": "does not fire", "evidence": "does not hold"}.get(what, "not said")


def matters_told(pack: Pack, found: Matters) -> Document:
    """Which answers matter to the level."""
    blocks: list[Block] = [
        Heading(2, "What matters"),
        Paragraph(f"The level: {pack.about.levels[found.level].title}"),
    ]
    if found.single:
        blocks.append(Paragraph("Each of these answers alone would change it:"))
        blocks.append(Bullets(tuple(_turns(pack, found.single))))
        if any(RANK[turn.level] < RANK[found.level] for turn in found.single):
            blocks.append(Paragraph(STILL_COUNTS))
    else:
        blocks.append(
            Paragraph(f"No single answer would change it: each of the {found.tried} others was tried.")
        )
        blocks += _pairs(pack, found)
    if found.open:
        blocks.append(Paragraph(f"Not known, and could still raise it: {_units(pack, found.open)}."))
    if found.nothing:
        said = "; ".join(in_words(pack, piece) for piece in found.nothing)
        blocks.append(
            Paragraph(
                f"These answers made no difference. With any other answer, all would be as it is: {said}."
            )
        )
    return tuple(blocks)


def _pairs(pack: Pack, found: Matters) -> Iterator[Block]:
    if found.pairs:
        yield Paragraph("Two together would:")
        yield Bullets(tuple(_turns(pack, found.pairs)))
    else:
        yield Paragraph(f"No two would either: each of the {found.tried_pairs} pairs was tried.")


def _turns(pack: Pack, turns: Iterable[Turn]) -> Iterator[str]:
    """The turns by the level they lead to, the most urgent first."""
    by_level: dict[Level, list[str]] = {}
    for turn in turns:
        by_level.setdefault(turn.level, []).append(
            " and ".join(change_in_words(pack, piece) for piece in turn.answers)
        )
    for level in sorted(by_level, key=lambda name: -RANK[name]):
        yield f'To "{pack.about.levels[level].title}": {"; ".join(by_level[level])}'
