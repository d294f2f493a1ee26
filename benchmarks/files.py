"""`triage batch` from file to file, beside polars reading and writing the same file without any rules.

The table has a number, one question of several options and 39 items. Polars has one thread and triage one
process, so that processor time is comparable; both are whole processes, start included.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.tell import ROOT, machine, record, table
from triage.loading import find_pack, load_pack
from triage.pack import Pack

ROWS = int(os.environ.get("TRIAGE_BENCH_ROWS", "1000000"))
MOST = int(os.environ.get("TRIAGE_BENCH_MOST", "10000000"))
COLUMNS = 41
PIECE = 1_000_000
FIELDS = {
    "level, could_reach, support of each cause": "level,could_reach,support",
    "everything that is usual": "status,level,could_reach,headline,red_flags,causes,open",
}
READ = {"csv": "read_csv", "parquet": "read_parquet"}
WITHOUT = "import sys; sys.modules['pyarrow'] = None; from triage.cli import main; main(sys.argv[1:])"
WITH = "import sys; from triage.cli import main; main(sys.argv[1:])"


# The largest size is asked of the process itself: what the system tells its parent holds the parent's too.
PEAK = (
    "import atexit, sys; atexit.register(lambda: sys.stderr.write('\\n'"
    " + open('/proc/self/status').read().split('VmHWM:')[1].split()[0])); "
)


class Taken(NamedTuple):
    """What a process took: seconds of the processor and of the clock, and its largest size in megabytes."""

    processor: float
    clock: float
    peak: float


def run(code: str, *args: str) -> Taken:
    """Run Python code as a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", PEAK + code, *args], env=env, stderr=subprocess.PIPE)
    assert process.stderr is not None
    told = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, told.decode()
    return Taken(used.ru_utime + used.ru_stime, time.perf_counter() - begin, int(told.split()[-1]) / 1024)


def write_table(folder: Path, rows: int) -> None:
    """A table of people at random, written piece by piece, so that any size fits into memory."""
    chance = np.random.default_rng(1)
    pack = load_pack(find_pack("liver_calcification"))
    writer = None
    with (folder / f"{rows}.csv").open("wb") as file:
        for begin in range(0, rows, PIECE):
            frame = people(pack, chance, begin, min(PIECE, rows - begin))
            frame.write_csv(file, include_header=begin == 0)
            arrow = frame.to_arrow()
            writer = writer or pq.ParquetWriter(folder / f"{rows}.parquet", arrow.schema)
            writer.write_table(arrow, row_group_size=1 << 17)
    assert writer is not None
    writer.close()


def people(pack: Pack, chance: np.random.Generator, begin: int, rows: int) -> pl.DataFrame:
    """Mostly no, some yes, not known and not answered."""
    columns: dict[str, pl.Series] = {"id": pl.Series(np.arange(begin, begin + rows))}

    def of(values: Sequence[str | None], shares: Sequence[float]) -> pl.Series:
        codes = pl.Series(chance.choice(len(values), rows, p=shares).astype(np.uint32))
        return pl.Series(values, dtype=pl.String).gather(codes)

    for question in pack.questions:
        if question.only_if is not None:
            continue
        if question.kind == "number":
            columns[question.id] = pl.Series(chance.integers(18, 95, rows))
        elif question.kind == "one_of":
            values = [*question.choices, "unknown", None]
            columns[question.id] = of(values, [0.7, *[0.3 / (len(values) - 1)] * (len(values) - 1)])
        elif question.kind == "several_of":
            for item in question.choices:
                if len(columns) < COLUMNS:
                    columns[f"{question.id}.{item}"] = of(
                        ["yes", "no", "unknown", None], [0.03, 0.82, 0.05, 0.1]
                    )
    return pl.DataFrame(columns)


def batch(folder: Path, rows: int, style: str, fields: str, code: str = WITH, jobs: str = "1") -> Taken:
    """One run of `triage batch` from a file to a file of the same kind."""
    return run(
        code, "batch", str(folder / f"{rows}.{style}"), "--key", "id", "--fields", fields, "--jobs", jobs,
        "--output", str(folder / f"out.{style}"), "--force",
    )  # fmt: skip


def copied(folder: Path, rows: int, style: str) -> Taken:
    """Polars reading the file and writing it again."""
    name, copy = str(folder / f"{rows}.{style}"), str(folder / f"copy.{style}")
    code = f"import polars as pl; pl.{READ[style]}({name!r}).write_{style}({copy!r})"
    return run(code)


def shortest(runs: Sequence[Taken]) -> Taken:
    """The run with the least processor time."""
    return min(runs, key=lambda one: one.processor)


def formats(folder: Path) -> str:
    """Each format beside polars without rules, and CSV without the extra."""
    lines = []
    for style in ("parquet", "csv"):
        bare = shortest([copied(folder, ROWS, style) for _ in range(3)])
        lines.append(
            [
                f"polars, {style}: read and write",
                f"{ROWS / bare.processor / 1e6:.2f}",
                "1",
                f"{bare.peak:.0f}",
            ]
        )
        for name, fields in FIELDS.items():
            ours = shortest([batch(folder, ROWS, style, fields) for _ in range(3)])
            ratio = f"{ours.processor / bare.processor:.2f}"
            lines.append(
                [f"triage, {style}: {name}", f"{ROWS / ours.processor / 1e6:.2f}", ratio, f"{ours.peak:.0f}"]
            )
    for name, fields in FIELDS.items():
        ours = shortest([batch(folder, ROWS, "csv", fields, WITHOUT) for _ in range(2)])
        lines.append(
            [
                f"triage without the extra, csv: {name}",
                f"{ROWS / ours.processor / 1e6:.3f}",
                "",
                f"{ours.peak:.0f}",
            ]
        )
    head = ["one process", "million rows a second", "time, polars = 1", "peak MB"]
    return table(head, lines)


def growth(folder: Path) -> str:
    """From a thousand rows to the most: time and memory of the shortest of three runs."""
    lines = []
    rows = 1000
    while rows <= MOST:
        write_table(folder, rows)
        cells = [f"{rows:,}"]
        for style in ("csv", "parquet"):
            taken = shortest([batch(folder, rows, style, "level,could_reach,support") for _ in range(3)])
            cells += [f"{taken.processor:.2f}", f"{taken.processor / rows * 1e6:.2f}", f"{taken.peak:.0f}"]
        lines.append(cells)
        rows *= 10
    head = ["rows", "csv, s", "µs a row", "peak MB", "parquet, s", "µs a row", "peak MB"]
    return table(head, lines)


def processes(folder: Path) -> str:
    """Two processes beside one, by the clock: the best of four runs each, made in turn."""
    rows = 3 * ROWS
    write_table(folder, rows)
    lines = []
    for style in ("csv", "parquet"):
        runs = [
            [batch(folder, rows, style, "level,could_reach,support", jobs=jobs).clock for jobs in "12"]
            for _ in range(4)
        ]
        one, two = map(min, zip(*runs, strict=True))
        lines.append([style, f"{one:.2f}", f"{two:.2f}", f"{one / two:.2f}"])
    return table([f"{rows:,} rows", "one process, s", "two, s", "times as fast"], lines)


def main() -> None:
    """Measure everything and put the tables into the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_table(folder, ROWS)
        told = f"{formats(folder)}\n{ROWS:,} rows of {COLUMNS + 1} columns. "
        record("files", f"{told}{machine()}.\n")
        record("processes", f"{processes(folder)}\n{machine()}.\n")
        record(
            "growth",
            f"{growth(folder)}\nSeconds of the processor, start included; one process. {machine()}.\n",
        )


if __name__ == "__main__":
    main()
