"""Many other answers tried at once, one bit each, laid over the given ones."""

from collections.abc import Iterable, Iterator, Sequence

from triage.answers import Answers
from triage.condition import Condition
from triage.explain.given import Given, Unit, Values, each
from triage.logic import NO
from triage.pack import Pack
from triage.view import View
from triage.worlds import Compiled, Plane, Sheet, Slot, compiled


class Trial:
    """Lays changes over given answers. ``wanted`` are the conditions to evaluate: by default the pack's."""

    def __init__(self, pack: Pack, given: Answers, wanted: Iterable[Condition] | None = None) -> None:
        self.view = View(pack, given)
        self.compiled = compiled(pack) if wanted is None else Compiled(pack, wanted)
        self.values = Values(pack)
        self.now = {piece.unit: piece for piece in each(given)}

    def units(self) -> Iterable[Unit]:
        """Everything that can be answered, in the order of the pack."""
        return dict.fromkeys((slot.question, slot.item) for slot in self.compiled.slots)

    def others(self) -> Iterator[Given]:
        """Every answer that could have been given instead, whether its question applies now or not."""
        return (one for unit in self.units() for one in self.others_of(unit))

    def applies(self, one: Given) -> bool:
        """Whether the question of an answer applies beside the given ones."""
        return self.view.applies(one.question).truth is not NO

    def others_of(self, unit: Unit) -> Iterator[Given]:
        """Every other answer to one question or item."""
        for value in self.values.of(unit):
            if unit not in self.now or not self.values.alike(unit, value, self.now[unit].value):
                yield Given(*unit, value)

    def sheet(self, tries: Sequence[Iterable[Given]]) -> Sheet[Plane]:
        """Evaluate the given answers with each of these laid over them, one bit for each.

        An answer to a question that then does not apply counts as none.
        """
        width = len(tries)
        said: dict[Slot, bytearray] = {}
        touched: dict[Unit, bytearray] = {}
        slot_of = {piece: self.compiled.slot(*piece) for some in tries for piece in some}
        for place, some in enumerate(tries):
            byte, bit = place >> 3, 1 << (place & 7)
            for piece in some:
                said.setdefault(slot_of[piece], _row(width))[byte] |= bit
                touched.setdefault(piece.unit, _row(width))[byte] |= bit
        full = (1 << width) - 1
        planes = [0] * len(self.compiled.slots)
        for piece in self.now.values():
            planes[self.compiled.slots[self.compiled.slot(*piece)]] = full
        for unit, bits in touched.items():
            for slot in self.compiled.slots_of(*unit):
                planes[self.compiled.slots[slot]] &= full ^ int.from_bytes(bits, "little")
        for slot, bits in said.items():
            planes[self.compiled.slots[slot]] |= int.from_bytes(bits, "little")
        return self.compiled.sheet(planes, width)


def _row(width: int) -> bytearray:
    return bytearray((width + 7) >> 3)


def places(plane: Plane) -> Iterator[int]:
    """The tries whose bit is set, the first ones first."""
    while plane:
        lowest = plane & -plane
        yield lowest.bit_length() - 1
        plane ^= lowest
