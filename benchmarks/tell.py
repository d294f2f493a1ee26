"""How a figure is told: which machine, tables, and their place in docs/performance.md."""

import os
import platform
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"


def machine() -> str:
    """The processor, how many of it, the system, Python, and how busy it was."""
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    load = os.getloadavg()[1]
    return (
        f"{names[0]}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; "
        f"load while measuring {load:.1f}"
    )


def best(call: Callable[[], object], rounds: int = 5) -> float:
    """The shortest processor time of a call in seconds, over some rounds."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
    return min(times)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def record(name: str, text: str) -> None:
    """Print a section and put it into its place on the page."""
    print(text, flush=True)
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
