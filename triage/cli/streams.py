"""The three standard streams: closed before the program began, or unable to take more."""

import os
import sys
from contextlib import suppress


def stand_in() -> None:
    """Put something in the place of a stream that is closed.

    Input that is not there has ended; a summary that nobody can read is an error, not lost in silence.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def let_go() -> None:
    """Drop what could not be written, so that Python does not try it again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
