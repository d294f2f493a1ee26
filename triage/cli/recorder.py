"""The file of a session: private, locked while it is used, and on the disk before the next prompt.

A new file appears with its header or not at all. Each event is added to the end and synced; what
cannot be written is kept and tried again with the next event, so that the file never has a gap.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import click

from triage.cli.files import write_private
from triage.session import (
    MAX_BYTES,
    Asked,
    Ended,
    Entry,
    Header,
    Recording,
    SessionError,
    entry_line,
    header_line,
    parse,
)


class SessionFileError(click.ClickException):
    """A session file that cannot be used, in one line."""

    exit_code = 2


class Recorder:
    """A session file that is open and locked; ``resumed`` says whether it was begun by an earlier run.

    ``trouble`` is why the last events are not in the file, "" if they are.
    """

    def __init__(self, path: str, handle: int, content: bytes, resumed: bool) -> None:
        begun = parse(content, path)
        self.path, self.resumed, self.trouble = path, resumed, ""
        self.header, self.torn = begun.header, begun.torn
        self.events = list(begun.events)
        self._handle = handle
        self._size = content.rfind(b"\n") + 1  # whole lines only: a torn last one is overwritten
        self._waiting = b""

    @property
    def recording(self) -> Recording:
        """The session up to now."""
        return Recording(self.header, tuple(self.events), self.torn)

    def append(self, entry: Entry) -> str:
        """Add an event to the file; what to tell the person when saving fails, or works again, else ""."""
        if isinstance(entry, Asked | Ended) and self.events[-1:] == [entry]:
            return ""  # a session that is resumed where it stopped says so once
        self.events.append(entry)
        self._waiting += entry_line(entry).encode()
        before, self.trouble = self.trouble, self._write()
        if self.trouble and not before:
            return f"Your answers cannot be saved in {self.path}: {self.trouble}. You can go on without."
        return f"Your answers are saved in {self.path} again." if before and not self.trouble else ""

    def _write(self) -> str:
        """Write what is waiting, and see it on the disk; what went wrong, or ""."""
        try:
            now = os.fstat(self._handle)
            if not now.st_nlink or now.st_size < self._size:
                return "somebody moved, changed or cut it"
            if self._size + len(self._waiting) > MAX_BYTES:
                return "the session is too long"
            os.ftruncate(self._handle, self._size)
            _write_all(self._handle, self._waiting, self._size)
            os.fsync(self._handle)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._handle, self._size)
            return error.strerror or str(error)
        self._size += len(self._waiting)
        self._waiting = b""
        return ""

    def whereabouts(self) -> str:
        """Where the answers are, and how to go on with them, for someone who leaves."""
        if self._waiting:
            self.trouble = self._write()
        if self.trouble:
            return f"Your last answers could not be saved in {self.path}: {self.trouble}."
        return f"Your answers are in {self.path}. Only you can read it; --resume goes on with it."

    def close(self) -> None:
        """Close the file, which unlocks it."""
        os.close(self._handle)


def begin(path: str, header: Header, events: Iterable[Entry], force: bool) -> Recorder:
    """A new session file with its first lines. Without ``force`` an existing file is never touched."""
    text = header_line(header) + "".join(map(entry_line, events))
    if len(text.encode()) > MAX_BYTES:
        raise SessionFileError(f"--save: the pack '{header.pack}' asks too much to be saved")
    try:
        with _locked(path) if force and os.path.lexists(path) else nullcontext():
            write_private(path, text, force)
        _sync_folder(path)
    except FileExistsError:
        hint = f"--resume {path} goes on with a session; --force replaces the file"
        raise SessionFileError(f"--save: '{path}' exists ({hint})") from None
    except OSError as error:
        raise SessionFileError(f"--save: cannot write '{path}': {error.strerror or error}") from None
    return _recorder(path, "--save", resumed=False)


@contextmanager
def _locked(path: str) -> Iterator[None]:
    """Hold the file that is about to be replaced; refused if it is not a file, or in use."""
    handle = _open(path, "--save")
    try:
        yield
    finally:
        os.close(handle)


def reopen(path: str) -> Recorder:
    """The session file of ``--resume``; what it says stays as it is until the next event."""
    return _recorder(path, "--resume", resumed=True)


def _recorder(path: str, option: str, *, resumed: bool) -> Recorder:
    try:
        handle = _open(path, option)
    except OSError as error:
        raise SessionFileError(f"{option}: cannot use '{path}': {error.strerror or error}") from None
    try:
        with os.fdopen(os.dup(handle), "rb") as file:
            recorder = Recorder(path, handle, file.read(MAX_BYTES + 1), resumed)
    except SessionError as error:
        os.close(handle)
        raise SessionFileError(str(error)) from None
    with suppress(OSError):
        os.fchmod(handle, 0o600)
    return recorder


def _open(path: str, option: str) -> int:
    """A regular file, open for reading and writing, that nobody else has locked."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:  # pragma: no cover  # not on every system
        raise SessionFileError(f"{option}: this system cannot lock a file") from None
    handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # a named pipe must not make us wait
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise SessionFileError(f"{option}: '{path}' is not a file that can hold a session")
        flock(handle, LOCK_EX | LOCK_NB)
        if not os.path.samestat(os.fstat(handle), os.stat(path)):
            raise BlockingIOError
    except BlockingIOError:
        os.close(handle)
        raise SessionFileError(f"{option}: another run is using '{path}'") from None
    except BaseException:
        os.close(handle)
        raise
    return handle


def _write_all(handle: int, content: bytes, place: int) -> None:
    """Write all of it, however many calls that takes."""
    while content:
        done = os.pwrite(handle, content, place)
        content, place = content[done:], place + done


def _sync_folder(path: str) -> None:
    """See the name of a new file on the disk too; not every file system can do that."""
    with suppress(OSError):
        folder = os.open(Path(path).absolute().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
