"""Reading and writing in threads beside the work: Arrow and the system need no Python meanwhile."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
MOST = 3  # pieces between one thread and the other


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items, made while those before them are used. What making one raises comes in its place."""
    source = iter(items)

    def following() -> list[T]:
        for item in source:
            return [item]
        return []

    with ThreadPoolExecutor(1) as thread:
        coming = deque(thread.submit(following) for _ in range(MOST))
        while found := coming.popleft().result():
            coming.append(thread.submit(following))
            yield found[0]


@contextmanager
def behind(write: Callable[[T], object]) -> Iterator[Callable[[T], None]]:
    """Writes each piece while the next are made; all is written at the end.

    What writing raises is raised at a later piece, or at the end.
    """
    waiting: deque[Future[object]] = deque()

    def put(piece: T) -> None:
        if len(waiting) == MOST:
            waiting.popleft().result()
        waiting.append(thread.submit(write, piece))

    with ThreadPoolExecutor(1) as thread:
        try:
            yield put
            while waiting:
                waiting.popleft().result()
        finally:
            thread.shutdown(cancel_futures=True)
