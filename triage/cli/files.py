"""Reading answers and writing summaries: private files, whole or not at all."""

import os
import sys
from pathlib import Path

import click

from triage.errors import PackError, shown
from triage.source import MAX_BYTES, Data, parse

LONGEST_NAME = 255


def read_answers(name: str) -> dict[str, Data]:
    """The answers in a YAML or JSON file, or on standard input for ``-``, as plain data.

    Raises :class:`click.UsageError` with line and column for anything that cannot be read.
    """
    try:
        content = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else _read(Path(name))
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
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def prepare(output: str, force: bool) -> None:
    """Refuse a file that cannot be written before anybody has answered anything."""
    path, name = Path(output), shown(output)
    try:
        folder = path.absolute().parent
        if path.is_dir():
            raise click.UsageError(f"--output: '{name}' is a folder; name a file in it")
        if os.path.lexists(path) and not force:
            raise click.UsageError(f"--output: '{name}' exists; use --force to replace it, or another name")
        if path.exists() and not path.is_file():
            raise click.UsageError(f"--output: '{name}' is no plain file; choose another name")
        if not folder.is_dir():
            raise click.UsageError(f"--output: there is no folder '{shown(folder)}'")
        if not os.access(folder, os.W_OK):
            raise click.UsageError(f"--output: '{shown(folder)}' does not let you write")
        if len(os.fsencode(path.name)) > LONGEST_NAME:
            raise click.UsageError(f"--output: '{name}' is too long for the name of a file")
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--output: '{name}' cannot be used: {_reason(error)}") from None


def write_private(output: str, text: str, force: bool) -> None:
    """Write a file that only its owner can read, whole or not at all. Raises :class:`OSError`.

    Without ``force`` an existing file is never touched, not even one made in the meantime.
    """
    import tempfile

    path = Path(output).absolute()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if force:
            os.replace(temporary, path)
        else:
            os.link(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
