"""How likely something is when every answer of a question is equally likely and independent of the others."""

from fractions import Fraction
from typing import TYPE_CHECKING

from triage.errors import MissingExtra
from triage.pack import Pack
from triage.worlds import Compiled, compiled

if TYPE_CHECKING:
    from oxidd.bdd import BDDFunction

NODES = 1 << 22


class Chance:
    """Everybody as a decision diagram, with the chance of each answer; *not known* is an answer too.

    ``number`` is how many people that is, each number of a band counted.
    """

    def __init__(self, pack: Pack, own: Compiled | None = None) -> None:
        try:
            from oxidd.bdd import BDDManager
        except ImportError:
            raise MissingExtra("verify", "oxidd") from None
        self.compiled = own or compiled(pack)
        self._manager = BDDManager(NODES, NODES >> 2, 1)
        self._weights: list[Fraction] = []
        self.number = 1
        self._known: dict[BDDFunction, Fraction] = {}
        self.true = self._manager.true()
        self.people: list[BDDFunction] = []
        for unit in self.compiled.units:
            self._one_of(pack, unit)

    def _one_of(self, pack: Pack, unit: tuple[str, str | None]) -> None:
        """Exactly one answer: this one, or else the next; a band counts for each of its numbers."""
        slots = self.compiled.slots_of(*unit)
        bands = self.compiled.bands.get(unit[0])
        weights = [len(band) for band in bands] + [1] if bands else [1] * len(slots)
        left, total = self.true, sum(weights)
        self.number *= total
        for weight in weights[:-1]:
            (number,) = self._manager.add_vars(1)
            self._weights.append(Fraction(weight, total))
            total -= weight
            chosen = self._manager.var(number)
            self.people.append(left & chosen)
            left = left & ~chosen
        self.people.append(left)

    def of(self, where: "BDDFunction") -> Fraction:
        """The chance of being one of these people, exact."""
        level = where.node_level()
        if level is None:
            return Fraction(where == self.true)
        if where not in self._known:
            yes, no = where.cofactor_true(), where.cofactor_false()
            assert yes is not None  # a node with a level has both
            assert no is not None
            weight = self._weights[level]
            self._known[where] = weight * self.of(yes) + (1 - weight) * self.of(no)
        return self._known[where]
