"""How far long work has come, on standard error and only on a terminal."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def followed(work: Iterable[T], title: str, total: int | None) -> Iterator[T]:
    """The same things one after the other, with a bar that grows while they come."""
    if not sys.stderr.isatty():
        yield from work
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(file=sys.stderr, markup=False, emoji=False)
    yield from track(work, title, total, console=console, transient=True)
