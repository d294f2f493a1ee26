"""Reasons as documents: the records of :mod:`triage.explain` put into words and order."""

from collections.abc import Iterable, Iterator

from triage.answers import item_label
from triage.explain import Failed, Given, How, Matters, Node, Turn, WhatIf, Why, WhyNot
from triage.explain.given import Unit, in_words
from triage.logic import NO, UNKNOWN, YES, Truth
from triage.pack import RANK, Level, Pack
from triage.report.document import Block, Bullets, Document, Heading, Paragraph

TRUTH: dict[Truth, str] = {YES: "yes", NO: "no", UNKNOWN: "open"}
SUPPORT = {
    "strong": "strong support", "moderate": "moderate support", "weak": "weak support",
    "contested": "contested: strong support and strong evidence against it",
    "against": "the answers speak against it", "open": "still open", "none": "nothing points to it",
}  # fmt: skip


# --- how ----------------------------------------------------------------------------------------


def how_told(pack: Pack, found: How) -> Document:
    """How a level, red flag or cause came about."""
    verdict = SUPPORT.get(found.verdict, found.verdict) if found.subject != "level" else found.title
    name = "The level" if found.subject == "level" else found.title
    blocks: list[Block] = [Heading(2, f"How: {found.subject}"), Paragraph(f"{name.rstrip('.')}: {verdict}.")]
    if found.floor:
        blocks.append(
            Paragraph(
                "An emergency sign was asked about and is not known. For that alone, the level is not lower."
            )
        )
    if found.reasons:
        blocks.append(Paragraph("These answers alone force it, whatever else is answered:"))
        blocks.append(Bullets(tuple(_together(pack, one) for one in found.reasons)))
        if found.more:
            blocks.append(_first_of_more(len(found.reasons)))
    return (*blocks, *_not_higher(pack, found))


def _not_higher(pack: Pack, found: How) -> Iterator[Block]:
    if found.ruled_out:
        yield Paragraph("It is not higher, because these answers rule out what is more urgent:")
        told = ((_together(pack, one.because), ", ".join(one.flags)) for one in found.ruled_out)
        yield Bullets(tuple(f"{because} rules out: {flags}" for because, flags in told))
    if found.open:
        yield Paragraph("Not ruled out, because it is not known:")
        yield Bullets(
            tuple(
                f"{one.flag} ({pack.about.levels[one.level].title}) waits on: {_units(pack, one.waits_on)}"
                for one in found.open
            )
        )


def _first_of_more(count: int) -> Block:
    return Paragraph(f"That is the first {count} of more; --most shows further ones.")


def _together(pack: Pack, pieces: Iterable[Given]) -> str:
    return " and ".join(in_words(pack, piece) for piece in pieces) or "nothing at all"


def _units(pack: Pack, units: Iterable[Unit]) -> str:
    return "; ".join(_unit(pack, unit) for unit in units)


def _unit(pack: Pack, unit: Unit) -> str:
    question = pack.question[unit[0]]
    return question.label if unit[1] is None else item_label(question, unit[1])


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
    if found.reached:
        return (*blocks, Paragraph("It was reached, after all: `how` tells how."))
    if found.stood_in_the_way:
        blocks.append(Paragraph("This stands in the way:"))
        blocks.append(Bullets(tuple(_failed(pack, one) for one in found.stood_in_the_way)))
    if found.failed:
        blocks.append(Paragraph("These rules could have led there and did not:"))
        blocks.append(Bullets(tuple(_failed(pack, one) for one in found.failed)))
    return (*blocks, *_changes(pack, found))


def _failed(pack: Pack, one: Failed) -> str:
    because = f" You said: {_together(pack, one.because)}." if one.because else ""
    waits = f" It waits on: {_units(pack, one.waits_on)}." if one.waits_on else ""
    return f"{one.rule} ({one.condition}): {one.says}{because}{waits}"


def _changes(pack: Pack, found: WhyNot) -> Iterator[Block]:
    if not found.changes:
        yield Paragraph("No change of up to three answers would have led there.")
        return
    yield Paragraph("The smallest changes of answers that would have led there:")
    yield Bullets(tuple(_together(pack, sorted(one, key=str)) for one in found.changes))
    if found.more:
        yield _first_of_more(len(found.changes))


# --- why, what if, what matters ---------------------------------------------------------------------


def why_told(pack: Pack, reason: Why) -> Document:
    """Why a question is asked: what waits on it and what each answer could change."""
    ask = pack.question[reason.step.question].ask
    return Heading(2, f"Why: {ask}"), Bullets(tuple(why_lines(pack, reason)))


def why_lines(pack: Pack, reason: Why) -> list[str]:
    """The reasons for a question in plain lines."""
    lines = [f"{reason.why} [{', '.join(reason.sources) or 'our judgement'}]"]
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
    if not found.differences:
        blocks.append(Paragraph("Nothing would change."))
    else:
        blocks.append(
            Bullets(
                tuple(
                    f"{one.what}{'' if one.name == one.what else f', {one.name}'}: "
                    f"{one.before or 'none'} → {one.after or 'none'}"
                    for one in found.differences
                )
            )
        )
    if found.fell_away:
        labels = "; ".join(pack.question[name].label for name in found.fell_away)
        blocks.append(Paragraph(f"These answers would apply no more: {labels}."))
    return tuple(blocks)


def matters_told(pack: Pack, found: Matters) -> Document:
    """Which answers matter to the level."""
    blocks: list[Block] = [
        Heading(2, "What matters"),
        Paragraph(f"The level: {pack.about.levels[found.level].title}"),
    ]
    if found.single:
        blocks.append(Paragraph("Each of these answers alone would change it:"))
        blocks.append(Bullets(tuple(_turns(pack, found.single))))
    else:
        blocks.append(Paragraph(f"No single answer would change it; all {found.tried} tries were made."))
        if found.pairs:
            blocks.append(Paragraph("These would together:"))
            blocks.append(Bullets(tuple(_turns(pack, found.pairs))))
    if found.open:
        blocks.append(Paragraph(f"Not known, and could still raise it: {_units(pack, found.open)}."))
    if found.nothing:
        said = "; ".join(in_words(pack, piece) for piece in found.nothing)
        blocks.append(Paragraph(f"With any other answer nothing would differ for: {said}."))
    return tuple(blocks)


def _turns(pack: Pack, turns: Iterable[Turn]) -> Iterator[str]:
    """The turns by the level they lead to, the most urgent first."""
    by_level: dict[Level, list[str]] = {}
    for turn in turns:
        by_level.setdefault(turn.level, []).append(_together(pack, turn.answers))
    for level in sorted(by_level, key=lambda name: -RANK[name]):
        yield f'To "{pack.about.levels[level].title}": {"; ".join(by_level[level])}'
