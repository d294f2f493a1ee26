"""What `triage diff` has found, in words and as data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from triage.cli.findings import plain, written
from triage.pack import LEVELS
from triage.source import Source
from triage.verify.difference import Change, Comparison

COUNTED = (
    "Counted are answer sets in which every question that applies in either version is answered, 'not sure' "
    "being an answer; each number counts for itself. Examples have the fewest answers there are."
)


@dataclass
class Outcomes:
    """The changes from one version to the other, ``whole`` if these are all; ``source`` holds the waivers."""

    comparison: Comparison
    changes: Sequence[Change]
    whole: bool
    source: Source | None

    @property
    def lowered(self) -> list[Change]:
        """What is lowered for somebody without leave."""
        return [change for change in self.changes if change.open]

    @property
    def unused(self) -> list[int]:
        """The waivers that waive nothing."""
        known = range(len(self.comparison.waivers)) if self.whole else ()
        return [number for number in known if number not in self.comparison.used]

    # --- in words -------------------------------------------------------------------------------

    def text(self) -> str:
        """Everything as lines."""
        lines = [*self._packs()]
        if not self.whole:
            lines += ["", "Interrupted: a partial result. There may be more changes."]
        if not self.changes:
            lines += ["", "No answers lead to another level, cause or reassurance."] if self.whole else []
            return "\n".join([*lines, *self._waivers()])
        lines += ["", COUNTED, f"All together: {self._count(self.comparison.counting.everybody)}.", ""]
        lines += [*self._table()]
        for change in self.changes:
            lines += self._change(change)
        return "\n".join([*lines, *self._waivers()])

    def _packs(self) -> Iterator[str]:
        for name, side in zip(("Old", "New"), self.comparison.joined.sides, strict=True):
            about = side.pack.about
            yield f"{name}: {about.id} {about.version}, digest {side.pack.digest[:16]}"
        for name, what in self.comparison.joined.only_in_one():
            yield f"Only in the {name} one: {what}"

    def _table(self) -> Iterator[str]:
        """Old levels down, new levels across; who keeps a level is what is left over."""
        moved = {(one.before, one.after): one.count or 0 for one in self.changes if one.what == "level"}
        short = [level.removeprefix("emergency_").removeprefix("consultation_") for level in LEVELS]
        yield f"{'level, old to new':<21}" + "".join(f"{name:>14}" for name in short)
        for before in LEVELS:
            row = ("." if before == after else self._short(moved.get((before, after), 0)) for after in LEVELS)
            yield f"{before:<21}" + "".join(f"{cell:>14}" for cell in row)

    def _change(self, change: Change) -> Iterator[str]:
        name = {"level": "level", "could_reach": "not excluded", "reassured": "reassured"}
        what = name.get(change.what, f"cause {change.what}")
        note = " LOWER" if change.open else " lower, with leave" if change.lowers else ""
        yield ""
        yield f"{what}: {change.before}  →  {change.after}{note}: {self._count(change.count)}"
        old, new = (side.answers(change.answers) for side in self.comparison.joined.sides)
        before, after = self.comparison.joined.sides
        yield f"  answers: {written(before.pack, old)}"
        if new != old:
            yield f"  in the new version: {written(after.pack, new)}"
        yield from (f"  leave: {self.comparison.waivers[number].reason}" for number in change.waived)

    def _waivers(self) -> Iterator[str]:
        for number in self.unused:
            place = self.source.place(("waivers", number)) if self.source else ""
            yield f"\n{place}: this waiver is not used: nothing that it names is lowered"
        if self.lowered:
            yield f"\n{len(self.lowered)} of {len(self.changes)} changes lower something without leave."

    def _count(self, count: int | None) -> str:
        if count is None:
            return "not counted"
        if count == 0:
            return "only answer sets with something not asked"
        everybody = self.comparison.counting.everybody
        share = "" if count == everybody else f" ({100 * count / everybody:.3g} %)"
        return f"{self._short(count)} answer sets{share}"

    def _short(self, count: int) -> str:
        return f"{count:,}" if count < 1_000_000 else f"{float(count):.3e}"

    # --- as data --------------------------------------------------------------------------------

    def data(self) -> dict[str, Any]:
        """The same as plain data; counts are exact and so large that they are text."""
        old, new = self.comparison.joined.sides
        packs = {
            name: {"id": side.pack.about.id, "version": side.pack.about.version, "digest": side.pack.digest}
            for name, side in (("old", old), ("new", new))
        }
        alone = self.comparison.joined.only_in_one()
        return {
            **packs,
            "only_in": [{"version": name, "what": what} for name, what in alone],
            "partial": not self.whole,
            "counted": COUNTED,
            "answer_sets": str(self.comparison.counting.everybody),
            "changes": [
                {
                    "what": change.what, "from": change.before, "to": change.after,
                    "count": None if change.count is None else str(change.count),
                    "lowers": change.lowers, "without_leave": change.open, "waivers": change.waived,
                    "answers_old": plain(old.pack, old.answers(change.answers)),
                    "answers_new": plain(new.pack, new.answers(change.answers)),
                }
                for change in self.changes
            ],
            "unused_waivers": self.unused,
            "lowered": len(self.lowered),
        }  # fmt: skip
