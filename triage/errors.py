"""What can be wrong with content and with calls: two of the three error channels.

Wrong content is reported as :class:`Issue` values, all of them in one run, and raised together as
one :class:`PackError`. A wrong call raises :class:`AnswerError`. Anything else that is raised is a
fault of the program itself and is not caught below the command line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]
MOST = 80
LONGEST = 300


class Place(NamedTuple):
    """Where something stands: a path and one-based line and column."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of a pack: ``code`` is a word or two, ``hint`` says how to mend it.

    ``excerpt`` is the offending line with a caret under the place, where there is one to show.
    """

    code: str
    message: str
    where: Place
    hint: str = ""
    severity: Severity = "error"
    excerpt: str = ""

    def __str__(self) -> str:
        hint = f" ({shown(self.hint, LONGEST)})" if self.hint else ""
        path, line, column = self.where
        where = f"{shown(path, LONGEST)}:{line}:{column}"
        return f"{where}: {self.severity} {self.code}: {shown(self.message, LONGEST)}{hint}"

    def lines(self) -> Iterator[str]:
        """The issue as lines for a person: what it says, and the excerpt with its caret."""
        yield str(self)
        yield from (f"    {printable(line)}" for line in self.excerpt.splitlines())


class PackError(Exception):
    """A pack that cannot be used; ``issues`` holds every problem found, in a stable order."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(sorted(issues, key=lambda issue: (issue.where, issue.code, issue.message)))
        super().__init__("\n".join(first_of(map(str, self.issues))))


@dataclass(frozen=True, slots=True)
class Misfit:
    """One answer that does not fit the pack: which question, what is wrong, what is allowed."""

    question: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class AnswerError(Exception):
    """Answers that name no question, lie outside its domain or contradict each other."""

    def __init__(self, misfits: Iterable[Misfit]) -> None:
        self.misfits = tuple(misfits)
        super().__init__("\n".join(first_of(map(str, self.misfits))))


class MissingExtra(Exception):
    """An optional part of the program that is not installed: ``extra`` brings the ``package`` it needs."""

    def __init__(self, extra: str, package: str) -> None:
        self.extra, self.package = extra, package
        super().__init__(f"this needs {package}: install triage[{extra}]")


def first_of(lines: Iterable[str]) -> Iterator[str]:
    """The first lines, and how many more there are."""
    told = list(lines)
    yield from told[:MOST]
    if len(told) > MOST:
        yield f"and {len(told) - MOST} more"


def printable(text: str) -> str:
    """Text in which nothing can drive a terminal, run backwards or begin a new line."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def shown(value: object, longest: int = 60) -> str:
    """Something that somebody wrote, made short and harmless for a message."""
    text = printable(str(value))
    return text if len(text) <= longest else text[: longest - 3] + "..."


def did_you_mean(word: str, allowed: Sequence[str]) -> str:
    """A hint for a misspelt word: the nearest allowed one, else what is allowed; "" if nothing is."""
    from difflib import get_close_matches  # only where something is misspelt

    near = get_close_matches(word, allowed, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    if not allowed:
        return ""
    shown = ", ".join(allowed[:12])
    return f"allowed: {shown}" + (f" and {len(allowed) - 12} more" if len(allowed) > 12 else "")
