"""Draws the tables of docs/performance.md that grow: both axes in powers of ten, each line with its name."""

import re
import sys
from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.tell import PAGE

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 360, 64, 16, 96, 48
INKS = ("#1b5e9b", "#b5501b", "#2e7d32", "#6a3d9a")  # each 4.5 to 1 on white; the names stand at the lines
Line = Sequence[tuple[float, float]]


def cells(name: str) -> list[list[str]]:
    """The rows of a table of the page, its head first."""
    page = PAGE.read_text(encoding="utf-8")
    inside = page.partition(f"<!-- begin {name} -->")[2].partition(f"<!-- end {name} -->")[0]
    rows = [line.strip("| ").split(" | ") for line in inside.splitlines() if line.startswith("|")]
    return [row for row in rows if not row[0].startswith("---")]


def number(cell: str) -> float:
    """The first number in a cell."""
    found = re.search(r"[\d,]*\.?\d+", cell)
    assert found is not None, cell
    return float(found[0].replace(",", ""))


def growth() -> dict[str, Line]:
    """Seconds by rows, for each format."""
    rows = cells("growth")[1:]
    return {
        "CSV": [(number(row[0]), number(row[1])) for row in rows],
        "Parquet": [(number(row[0]), number(row[4])) for row in rows],
    }


def kernel() -> dict[str, Line]:
    """Millions of rows a second by rules, for each engine."""
    head, *rows = cells("kernel")
    sizes = [number(row[0].split(" / ")[1]) for row in rows]
    names = {"triage": 1, **{name: place for place, name in enumerate(head) if place > 3}}
    return {
        name: [(size, number(row[place])) for size, row in zip(sizes, rows, strict=True)]
        for name, place in names.items()
    }


def drawn(lines: Mapping[str, Line], across: str, up: str) -> str:
    """The lines as an SVG picture, with what the axes are."""
    points = [point for line in lines.values() for point in line]
    (low, high), (bottom, top) = (_powers([point[axis] for point in points]) for axis in (0, 1))

    def x(value: float) -> float:
        return LEFT + (log10(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (log10(value) - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM)

    grid = [_tick(x(10**power), HEIGHT - BOTTOM + 18, "middle", power) for power in range(low, high + 1)]
    for power in range(bottom, top + 1):
        at = y(10**power)
        grid.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ccc"/>')
        grid.append(_tick(LEFT - 8, at + 4, "end", power))
    curves = []
    for (name, line), ink in zip(lines.items(), INKS, strict=False):
        path = "L".join(f"{x(one):.1f} {y(other):.1f}" for one, other in line)
        curves.append(f'<path d="M{path}" fill="none" stroke="{ink}" stroke-width="2"/>')
        end, high_up = x(line[-1][0]) + 8, y(line[-1][1]) + 4
        curves.append(f'<text x="{end:.1f}" y="{high_up:.1f}" fill="{ink}">{escape(name)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    axes = [
        f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(14 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>{escape(up)} by {escape(across)}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{"".join((*grid, *curves, *axes))}</svg>\n'
    )


def _powers(values: Sequence[float]) -> tuple[int, int]:
    return floor(log10(min(values))), ceil(log10(max(values)))


def _tick(x: float, y: float, anchor: str, power: int) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{10.0**power:,.{max(0, -power)}f}</text>'


def main() -> None:
    """Write the pictures beside the page."""
    pictures = PAGE.parent / "pictures"
    for name, lines, across, up in (
        ("growth", growth(), "rows", "seconds of one process"),
        ("kernel", kernel(), "rules", "million rows a second"),
    ):
        (pictures / f"{name}.svg").write_text(drawn(lines, across, up), encoding="utf-8")


if __name__ == "__main__":
    main()
