"""Reading answers and writing summaries: private files, whole or not at all."""

import errno
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import click

from triage.errors import PackError, shown
from triage.pack import Pack
from triage.source import MAX_BYTES, parse

LONGEST_NAME = 255
OPENED = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")  # where pipes stand that a shell has opened


def read_answers(name: str, pack: Pack) -> Mapping[str, object]:
    """The answers in a YAML or JSON file, or on standard input for ``-``, as plain data.

    A FHIR QuestionnaireResponse to the pack's Questionnaire is read, too. Raises :class:`click.UsageError`
    with line and column, or with the path in the resource, for anything that cannot be read.
    """
    from triage.fhir.wire import is_fhir, resource_in

    if not name:
        raise click.UsageError("--answers: '' is no name of a file; - is standard input")
    try:
        content = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else _read(Path(name))
        if len(content) <= MAX_BYTES and is_fhir(content):
            from triage.fhir.reading import answers_of

            return answers_of(pack, resource_in(content))
        data = parse(content, "standard input" if name == "-" else name).data
    except (OSError, ValueError, RuntimeError) as error:
        raise click.UsageError(f"--answers: cannot read '{shown(name)}': {_reason(error)}") from None
    except PackError as error:
        raise click.UsageError(f"--answers: {error.issues[0]}") from None
    if not isinstance(data, dict):
        raise click.UsageError(f"--answers: '{shown(name)}' must map question ids to answers, like 'age: 63'")
    return data


def _reason(error: Exception) -> str:
    return shown(getattr(error, "strerror", None) or error)


def _read(path: Path) -> bytes:
    """What is in a regular file, or comes through a pipe that the shell has opened for us.

    A named pipe is refused, because nobody might ever write to it; a device is, because it might not end.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            if not str(path).startswith(OPENED):
                raise ValueError("it is no regular file; for a pipe, use --answers -")
            os.set_blocking(file.fileno(), True)
        return file.read(MAX_BYTES + 1)


def prepare(
    output: str, force: bool, option: str = "--output", instead: str = "use --force to replace it, or "
) -> None:
    """Refuse a file that cannot be written before anybody has answered anything.

    ``instead`` is what can be done about one that exists, other than to use another name.
    """
    path, name = Path(output), shown(output)
    try:
        folder = path.absolute().parent
        if path.is_dir():
            raise click.UsageError(f"{option}: '{name}' is a folder; name a file in it")
        if os.path.lexists(path) and not force:
            raise click.UsageError(f"{option}: '{name}' exists; {instead}another name")
        if path.exists() and not path.is_file():
            raise click.UsageError(f"{option}: '{name}' is no plain file; choose another name")
        if not folder.is_dir():
            raise click.UsageError(f"{option}: there is no folder '{shown(folder)}'")
        if not os.access(folder, os.W_OK):
            raise click.UsageError(f"{option}: '{shown(folder)}' does not let you write")
        if len(os.fsencode(path.name)) > LONGEST_NAME:
            raise click.UsageError(f"{option}: '{name}' is too long for the name of a file")
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{option}: '{name}' cannot be used: {_reason(error)}") from None


def write_private(output: str, text: str | bytes, force: bool) -> None:
    """Write a file that only its owner can read, whole or not at all. Raises :class:`OSError`.

    Without ``force`` an existing file is never touched, not even one made in the meantime. A new file
    has no name before it is whole, so that a kill leaves nothing. Where that is not possible, and where a
    file is replaced, a kill can leave a copy ``.NAME.….tmp``, as private as the file itself.
    """
    path = Path(output).absolute()
    content = text.encode() if isinstance(text, str) else text
    if (force and os.path.lexists(path)) or not _appear(path, content):
        _move_in(path, content, force)


def write_all(option: str, name: str, texts: Mapping[str, str]) -> None:
    """Write files that only their owner can read into a folder, which must be new or empty."""
    prepare_folder(option, name)
    try:
        for file, text in texts.items():
            write_private(str(Path(name) / file), text, force=False)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{option}: cannot write to '{shown(name)}': {_reason(error)}") from None


def prepare_folder(option: str, name: str) -> None:
    """Make a folder that only its owner can read. Refuses one that holds anything or cannot be used."""
    try:
        folder = Path(name)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise click.UsageError(f"{option}: '{shown(name)}' is not empty; name a new folder")
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{option}: cannot write to '{shown(name)}': {_reason(error)}") from None


def _appear(path: Path, content: bytes) -> bool:
    """Write a new file that has no name until it is whole; False where there is no such thing."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None:
        return False
    try:
        handle = os.open(path.parent, flag | os.O_WRONLY, 0o600)
    except OSError as error:
        if error.errno in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT):
            return False
        raise
    with os.fdopen(handle, "wb") as file:
        _write(file, content)
        try:
            # A folder must be named, though none is used: without it the link itself would be linked.
            os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=handle, follow_symlinks=True)
        except FileExistsError:
            raise
        except OSError:
            return False
    return True


def _move_in(path: Path, content: bytes, force: bool) -> None:
    """Write a file under a name of its own, then put it in its place."""
    import tempfile

    handle, name = tempfile.mkstemp(".tmp", f".{path.name[:40]}.", path.parent)  # made with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, content)
        if force:
            os.replace(name, path)
        else:
            place(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(file: BinaryIO, content: bytes) -> None:
    """Write all of it, and see it on the disk."""
    file.write(content)
    file.flush()
    os.fsync(file.fileno())


def place(name: str, path: Path) -> None:
    """Put a file in its place unless something is there, also on a file system without links."""
    try:
        os.link(name, path)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # now nobody else can take it
        os.replace(name, path)
