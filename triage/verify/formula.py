"""Formulas over every possible answer set, and the solver that finds an answer set in one.

A formula is built from variables with ``&``, ``|``, ``^`` and ``~``, so that the kernel of
:mod:`triage.worlds` runs over formulas as it runs over integers. Equal formulas are one node.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from triage.errors import MissingExtra

TRUE, FALSE = 1, -1


class Formula:
    """A node of a graph with its sign. ``node`` is positive or negative; +1 is true and -1 false."""

    __slots__ = ("graph", "node")

    def __init__(self, graph: "Graph", node: int) -> None:
        self.graph = graph
        self.node = node

    def __and__(self, other: "Formula", /) -> "Formula":
        node, beside = self.node, other.node
        if node in (beside, FALSE) or beside == TRUE:
            return self
        if node == TRUE or beside == FALSE:
            return other
        return Formula(self.graph, self.graph.both(node, beside))

    def __or__(self, other: "Formula", /) -> "Formula":
        node, beside = self.node, other.node
        if node in (beside, TRUE) or beside == FALSE:
            return self
        if node == FALSE or beside == TRUE:
            return other
        return Formula(self.graph, -self.graph.both(-node, -beside))

    def __xor__(self, other: "Formula", /) -> "Formula":
        if other.node == FALSE:
            return self
        return Formula(self.graph, self.graph.differ(self.node, other.node))

    def __invert__(self) -> "Formula":
        return Formula(self.graph, -self.node)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.node == other.node

    def __hash__(self) -> int:
        return hash(self.node)


class Graph:
    """Nodes that are variables or the *and* of two signed nodes; node 1 is true."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, int] | None] = [None, None]
        self._known: dict[tuple[int, int], int] = {}

    @property
    def true(self) -> Formula:
        """The formula that always holds."""
        return Formula(self, TRUE)

    @property
    def false(self) -> Formula:
        """The formula that never holds."""
        return Formula(self, FALSE)

    def variable(self) -> Formula:
        """A new variable."""
        self._parts.append(None)
        return Formula(self, len(self._parts) - 1)

    def both(self, one: int, other: int) -> int:
        """The signed node of *one and other*."""
        if one == other or other == TRUE:
            return one
        if one == TRUE:
            return other
        if one == -other or one == FALSE or other == FALSE:
            return FALSE
        pair = (one, other) if one < other else (other, one)
        found = self._known.get(pair)
        if found is None:
            self._parts.append(pair)
            found = self._known[pair] = len(self._parts) - 1
        return found

    def differ(self, one: int, other: int) -> int:
        """The signed node of *one or other, but not both*."""
        if one in (TRUE, FALSE):
            return -other if one == TRUE else other
        if other in (TRUE, FALSE):
            return -one if other == TRUE else one
        return self.both(-self.both(one, other), -self.both(-one, -other))

    def parts(self, node: int) -> tuple[int, int] | None:
        """The two parts of a node (its sign aside); None for a variable and for true."""
        return self._parts[abs(node)]

    def all(self, formulas: Iterable[Formula]) -> Formula:
        """Every one of the formulas holds."""
        return self._balanced(list(formulas), self.true)

    def any(self, formulas: Iterable[Formula]) -> Formula:
        """At least one of the formulas holds."""
        return ~self.all(~formula for formula in formulas)

    def _balanced(self, formulas: Sequence[Formula], nothing: Formula) -> Formula:
        """Halved and halved again: a long chain would be as deep as it is long."""
        if not formulas:
            return nothing
        if len(formulas) == 1:
            return formulas[0]
        middle = len(formulas) // 2
        return self._balanced(formulas[:middle], nothing) & self._balanced(formulas[middle:], nothing)

    def at_most_one(self, formulas: Sequence[Formula]) -> Formula:
        """No two of the formulas hold together."""
        pairs = ((one, other) for at, one in enumerate(formulas) for other in formulas[at + 1 :])
        return self.all(~(one & other) for one, other in pairs)


class _Sat(Protocol):
    """What is used of a solver of python-sat."""

    def add_clause(self, clause: list[int]) -> None: ...
    def solve(self, assumptions: list[int]) -> bool: ...
    def get_model(self) -> list[int]: ...
    def delete(self) -> None: ...


def _solver() -> _Sat:
    try:
        from pysat.solvers import Solver as Found
    except ImportError:
        raise MissingExtra("verify", "python-sat") from None
    found: _Sat = Found(name="minisat22")
    return found


class Model:
    """An answer set that the solver found, as the truth of every formula it knows."""

    def __init__(self, graph: Graph, literals: Sequence[int], written: Mapping[int, int]) -> None:
        self._graph = graph
        self._literals = literals
        self._written, self._moment = written, len(written)
        self._values: dict[int, bool] = {TRUE: True}

    def _told(self, node: int) -> bool | None:
        """What the solver itself says of a node: nothing of one that it did not know at the time."""
        if self._written.get(node, self._moment) < self._moment:
            return self._literals[node - 1] > 0
        return None if self._graph.parts(node) else False

    def holds(self, formula: Formula) -> bool:
        """Whether the formula holds; a variable that no question to the solver named is false."""
        waiting = [abs(formula.node)]
        while waiting:
            node = waiting[-1]
            if node in self._values:
                waiting.pop()
                continue
            told = self._told(node)
            if told is not None:
                self._values[node] = told
                continue
            parts = self._graph.parts(node) or ()
            missing = [abs(part) for part in parts if abs(part) not in self._values]
            if missing:
                waiting += missing
                continue
            self._values[node] = all(self._values[abs(part)] == (part > 0) for part in parts)
        return self._values[abs(formula.node)] == (formula.node > 0)


class Solver:
    """Finds answer sets in formulas of one graph; what it learned for one it keeps for the next."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._sat = _solver()
        self._written = {TRUE: 0}  # each node with its number in the order of writing
        self._sat.add_clause([TRUE])

    def always(self, formula: Formula) -> None:
        """From now on only where the formula holds."""
        self._write(formula.node)
        self._sat.add_clause([formula.node])

    def find(self, *formulas: Formula) -> Model | None:
        """An answer set in which all the formulas hold, or None: there is none, proven."""
        for formula in formulas:
            self._write(formula.node)
        if not self._sat.solve(assumptions=[formula.node for formula in formulas]):
            return None
        return Model(self._graph, self._sat.get_model(), self._written)

    def _write(self, node: int) -> None:
        """Give the solver the clauses of a node and of everything below it, once."""
        waiting = [abs(node)]
        while waiting:
            node = waiting.pop()
            if node in self._written:
                continue
            self._written[node] = len(self._written)
            parts = self._graph.parts(node)
            if parts is None:
                continue
            one, other = parts
            self._sat.add_clause([-node, one])
            self._sat.add_clause([-node, other])
            self._sat.add_clause([node, -one, -other])
            waiting += (abs(one), abs(other))

    def close(self) -> None:
        """Give back what the solver holds."""
        self._sat.delete()
