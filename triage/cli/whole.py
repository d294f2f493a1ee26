"""A file that is written piece by piece and is there only when it is whole, readable by its owner alone."""

import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from triage.cli.files import place


class Whole:
    """Collects bytes in a file without a name, which gets its name at the end.

    A run that is killed leaves nothing behind. Where the system has no files without a name, the file has
    a hidden one until then. Leaving the block by an error leaves the target as it was.
    """

    def __init__(self, output: str, force: bool) -> None:
        self.path = Path(output).absolute()
        self.force = force
        self._hidden: Path | None = None
        self.file = self._open()

    def _open(self) -> BinaryIO:
        try:
            handle = os.open(self.path.parent, os.O_TMPFILE | os.O_RDWR, 0o600)
        except (AttributeError, OSError):
            self._hidden = self._name()
            handle = os.open(self._hidden, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        return os.fdopen(handle, "w+b")

    def _name(self) -> Path:
        return self.path.with_name(f".{self.path.name[:40]}.{secrets.token_hex(8)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self.file.close()
            if self._hidden is not None:
                self._hidden.unlink(missing_ok=True)

    def _finish(self) -> None:
        """Put the file in its place. Raises :class:`OSError`; without ``force`` also if there is one now."""
        self.file.flush()
        os.fsync(self.file.fileno())
        if not self.force:
            self._link(self.path)
            return
        if self._hidden is None:
            self._hidden = self._name()
            self._link(self._hidden)
        os.replace(self._hidden, self.path)

    def _link(self, path: Path) -> None:
        if self._hidden is not None and self._hidden != path:
            place(str(self._hidden), path)
            return
        # A folder must be named, though none is used: without it the link itself would be linked.
        handle = self.file.fileno()
        os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=handle, follow_symlinks=True)
