"""Blocks worked on by several processes, the results in the order of the blocks, never many in memory."""

import gc
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from triage.cli import arrow
from triage.cli.beside import ahead

if TYPE_CHECKING:
    from triage.batch.blocks import Block
    from triage.batch.parquet import Rows
    from triage.batch.work import Task, Worker, Written

AHEAD = 2
LEAST = 8 << 20
_worker: "list[Worker]" = []  # the worker of this process, where the process works for another


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    task: "Task", blocks: "Iterable[Block | Rows]", jobs: int, least: int = LEAST
) -> "Iterator[Written]":
    """Every block worked on. What is smaller than ``least`` bytes is not worth another process."""
    from triage.batch.work import Worker

    blocks = iter(blocks)
    first: list[Block | Rows] = []
    while jobs > 1 and sum(map(_size, first)) < least:
        block = next(blocks, None)
        if block is None:
            jobs = 1
        else:
            first.append(block)
    blocks = chain(first, blocks)
    if jobs == 1:
        yield from map(Worker(task).work, blocks)
    elif task.input == "parquet" and "reasons" not in task.fields:
        # Reading and writing are most of the work, and moving what was read would cost as much again.
        yield from map(Worker(task).work, ahead(blocks))
    else:
        yield from _processes(task, blocks, jobs)


def _size(block: "Block | Rows") -> int:
    """About how many bytes a block would have as text."""
    from triage.batch.blocks import Block

    return len(block.data) if isinstance(block, Block) else block.batch.num_rows * len(block.batch.schema) * 4


def _processes(task: "Task", blocks: "Iterable[Block | Rows]", jobs: int) -> "Iterator[Written]":
    """By this process and ``jobs - 1`` others; while those have enough to do, this one works too."""
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    from triage.batch.work import Worker

    # Fresh processes, because a copy of one that has threads may stand still for ever.
    others = ProcessPoolExecutor(jobs - 1, get_context("spawn"), initializer=_begin, initargs=(task,))
    waiting: deque[Future[Written]] = deque()
    worker = Worker(task)
    try:
        for block in blocks:
            if sum(not one.done() for one in waiting) < (jobs - 1) * AHEAD:
                with _uninterrupted():
                    waiting.append(others.submit(_work, block))
            else:
                waiting.append(Future())
                waiting[-1].set_result(worker.work(block))
            while len(waiting) > jobs * AHEAD or (waiting and waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        others.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold an interruption back, here and in a process that is begun meanwhile; it comes afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(task: "Task") -> None:
    """Get ready in a new process, which ends with the one it works for."""
    from multiprocessing import parent_process
    from threading import Thread

    from triage.batch.work import Worker

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process it works for says what happens
    if task.fast:
        arrow.begin()
    gc.set_threshold(100_000)  # nearly all that is made stays in use until the block is done
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        Thread(target=follow, daemon=True).start()
    _worker.append(Worker(task))


def _work(block: "Block | Rows") -> "Written":
    return _worker[0].work(block)
