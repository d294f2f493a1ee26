"""The evaluator against the engines of tables: generated rules, answers in memory, the status of every cause.

Input for all: one byte a row for each question (0 no, 1 to 4 an answer, 255 not known), in memory. Output for
all: for each cause and row whether it is surely so, surely not so, or not known; compared on all rows.
"""

import sys
from collections.abc import Callable, Iterable
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

sys.path.insert(0, str(__import__("pathlib").Path(__file__).resolve().parent.parent))

from benchmarks.packs import OPTIONS, SIZES, Made, make
from benchmarks.tell import best, machine, record, table
from tests.generated import build, question
from triage.batch.arrow import bits_of, plane_of
from triage.batch.engine import WIDTH
from triage.condition import All, AnyOf, Condition, Not, Option, Said
from triage.pack import Pack
from triage.worlds import Compiled

UNKNOWN = 255
ROWS = {100: 1 << 20, 1000: 1 << 18, 5000: 1 << 16}


def pack_of(made: Made) -> Pack:
    """The questions as a pack; the rules are given to the evaluator apart."""
    asked = [question(n, "one_of" if options else "yes_no", None) for n, options in enumerate(made.questions)]
    for raw in asked:
        if raw["kind"] == "one_of":
            raw["options"] = [
                {"id": f"{raw['id']}_{n}", "label": f"L{raw['id']} {n}"} for n in range(OPTIONS)
            ]
    judged = {"basis": "judgement"}
    reads = [f"q{n} = q{n}_0" if options else f"q{n}" for n, options in enumerate(made.questions)]
    evidence = [
        {"id": f"e{n}", "when": when, "strength": "weak", "origin": "record", "say": "E.", **judged}
        for n, when in enumerate(reads)
    ]
    about = [{"say": "A.", **judged}]
    cause = {"id": "cause0", "title": "C", "code": "C00", "about": about, "for": evidence, "against": []}
    flag = {"id": "f", "evidence": "t", "level": "consultation_2w", "when": reads[0], "say": "F.", **judged}
    return build(asked, [], [flag], [cause])


def answers(made: Made, rows: int) -> dict[str, Any]:
    """A fifth not known, the others evenly."""
    chance = np.random.default_rng(2)
    found = {}
    for number, options in enumerate(made.questions):
        codes = chance.integers(0, options or 2, rows, dtype=np.uint8)
        codes[chance.random(rows) < 0.2] = UNKNOWN
        found[f"q{number}"] = codes
    return found


class Ours:
    """The evaluator of triage with numpy at its border."""

    def __init__(self, made: Made) -> None:
        self.causes = [AnyOf(tuple(rules)) if len(rules) > 1 else rules[0] for rules in made.causes]
        self.compiled = Compiled(pack_of(made), self.causes, asks=())
        self.reading = []
        for slot in self.compiled.slots:
            code = {"no": 0, "yes": 1, "unknown": UNKNOWN}.get(slot.value, -1)
            code = int(slot.value.rpartition("_")[2]) if code < 0 else code
            self.reading.append((slot.question, code))

    def planes(self, columns: dict[str, Any], at: int) -> list[int]:
        """The planes of a slice of the rows."""
        # What is not known is what is neither; these rules never ask for it by itself.
        return [
            0 if code == UNKNOWN else plane_of(columns[question][at : at + WIDTH], code)
            for question, code in self.reading
        ]

    def status(self, columns: dict[str, Any]) -> list[Any]:
        """For each cause one byte a row: 2 surely so, 0 surely not, 1 not known."""
        rows = len(columns["q0"])
        out = [np.empty(rows, np.uint8) for _ in self.causes]
        for at in range(0, rows, WIDTH):
            width = min(WIDTH, rows - at)
            sheet = self.compiled.sheet(self.planes(columns, at), width)
            for codes, cause in zip(out, self.causes, strict=True):
                found = sheet.planes(cause)
                codes[at : at + width] = 1 + bits_of(found.yes, width) - bits_of(found.no, width)
        return out

    def operations(self) -> int:
        """How many times two planes are joined for one block."""
        code = self.compiled._kernel.__code__
        import dis

        return sum(step.opname == "BINARY_OP" for step in dis.get_instructions(code))


def joined(condition: Condition, leaf: Callable[[Condition], Any], both: Callable[[Any, Any], Any],
           either: Callable[[Any, Any], Any], invert: Callable[[Any], Any]) -> Any:  # fmt: skip
    """A condition in the words of another engine."""

    def parts(of: Iterable[Condition]) -> list[Any]:
        return [joined(part, leaf, both, either, invert) for part in of]

    match condition:
        case All(of):
            return reduce(both, parts(of))
        case AnyOf(of):
            return reduce(either, parts(of))
        case Not(of):
            return invert(joined(of, leaf, both, either, invert))
        case _:
            return leaf(condition)


def value_of(atom: Condition) -> tuple[str, int]:
    """The question of an atom and the code that makes it so."""
    assert isinstance(atom, Said | Option)
    return atom.question, 1 if isinstance(atom, Said) else int(atom.option.rpartition("_")[2])


def with_polars(made: Made, columns: dict[str, Any]) -> Callable[[], Any]:
    """The same as expressions of polars, not known as null."""
    known = {name: pl.when(pl.col(name) != UNKNOWN).then(pl.col(name)).alias(name) for name in columns}
    frame = pl.DataFrame(columns).select(known.values())

    def leaf(atom: Condition) -> pl.Expr:
        name, code = value_of(atom)
        return pl.col(name) == code

    wanted = [
        joined(AnyOf(tuple(rules)), leaf, and_, or_, lambda part: ~part).alias(f"c{n}")
        for n, rules in enumerate(made.causes)
    ]
    return lambda: frame.lazy().select(wanted).collect()


def with_pyarrow(made: Made, columns: dict[str, Any]) -> Callable[[], Any]:
    """The same with the Kleene functions of pyarrow, each comparison made once."""
    held = {name: pa.array(codes, mask=codes == UNKNOWN) for name, codes in columns.items()}

    def run() -> list[Any]:
        seen: dict[tuple[str, int], Any] = {}

        def leaf(atom: Condition) -> Any:
            name, code = value_of(atom)
            if (name, code) not in seen:
                seen[name, code] = pc.equal(held[name], pa.scalar(code, pa.uint8()))
            return seen[name, code]

        return [
            joined(AnyOf(tuple(rules)), leaf, pc.and_kleene, pc.or_kleene, pc.invert) for rules in made.causes
        ]

    return run


def with_duckdb(made: Made, columns: dict[str, Any]) -> Callable[[], Any]:
    """The same as a query of DuckDB, whose *and*, *or* and *not* have three values too."""
    import duckdb

    known = {name: pa.array(codes, mask=codes == UNKNOWN) for name, codes in columns.items()}
    link = duckdb.connect(config={"threads": 1})
    link.register("answers", pa.table(known))
    link.execute("create table held as select * from answers")

    def leaf(atom: Condition) -> str:
        name, code = value_of(atom)
        return f"{name} = {code}"

    def listed(word: str) -> Callable[[str, str], str]:
        return lambda one, other: f"({one} {word} {other})"

    wanted = [
        joined(AnyOf(tuple(rules)), leaf, listed("and"), listed("or"), lambda part: f"(not {part})")
        for rules in made.causes
    ]
    query = f"select {', '.join(f'{one} as c{n}' for n, one in enumerate(wanted))} from held"
    return lambda: [column.combine_chunks() for column in link.execute(query).to_arrow_table().columns]


def agree(ours: list[Any], other: Iterable[Any]) -> bool:
    """Whether another engine says the same in every row."""
    for codes, found in zip(ours, other, strict=True):
        values = found.fill_null(value=2) if isinstance(found, pl.Series) else found
        if isinstance(found, pl.Series):
            said = np.where(found.is_null().to_numpy(), 1, np.where(found.fill_null(False).to_numpy(), 2, 0))
        else:
            nulls = pc.is_null(values).to_numpy(zero_copy_only=False)
            said = np.where(
                nulls, 1, np.where(pc.fill_null(values, False).to_numpy(zero_copy_only=False), 2, 0)
            )
        if not (said == codes).all():
            return False
    return True


def limit() -> float:
    """How many bits a second numpy joins in the second cache."""
    size = 1 << 14  # 128 kB each
    one, other = (np.random.default_rng(3).integers(0, 1 << 60, size, dtype=np.uint64) for _ in range(2))
    out = np.empty_like(one)

    def run() -> None:
        for _ in range(5_000):
            np.bitwise_and(one, other, out=out)

    return 5_000 * size * 64 / best(run, 3)


def main() -> None:
    """Measure every size and put the table into the page."""
    most = limit()
    lines = []
    for size in SIZES:
        made, rows = make(*size), ROWS[size[1]]
        columns, ours = answers(made, rows), Ours(make(*size))
        whole = rows / best(lambda: ours.status(columns), 3)  # noqa: B023
        planes = ours.planes(columns, 0)
        alone = WIDTH / best(lambda: ours.compiled.sheet(planes, WIDTH), 9)  # noqa: B023
        status = ours.status(columns)
        told = []
        for begin in (with_polars, with_pyarrow, with_duckdb):
            other = begin(made, columns)
            found = other()
            series = found.get_columns() if isinstance(found, pl.DataFrame) else found
            same = agree(status, series)
            speed = rows / best(other, 3)
            told.append(f"{speed / 1e6:.2f} ({whole / speed:.1f}×){'' if same else ' **differs**'}")
        share = alone * ours.operations() / most
        lines.append(
            [f"{size[0]} / {size[1]:,} / {size[2]}", f"{whole / 1e6:.2f}", f"{alone / 1e6:.1f}",
             f"{100 * share:.0f} %", *told]
        )  # fmt: skip
    head = [
        "questions / rules / causes",
        "triage",
        "evaluation alone",
        "of the AND limit",
        "polars",
        "pyarrow",
        "DuckDB",
    ]
    record(
        "kernel",
        table(head, lines)
        + f"\nMillions of rows a second on one core (× is how many times longer than triage). {machine()}.\n",
    )


if __name__ == "__main__":
    main()
