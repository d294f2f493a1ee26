"""What a report is made of, before any format: a sequence of plain blocks."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone: TypeAlias = Literal["alarm", "soon", "calm"]
STEPS = ("none", "weak", "moderate", "strong")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the title."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of points."""

    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """Something to be seen first; ``tone`` says how urgent it is, the words say it too.

    What stands in ``beside`` is as large as the title and never far from it.
    """

    tone: Tone
    title: str
    lines: tuple[str, ...] = ()
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Two columns: what it is about, and what is said of it."""

    head: tuple[str, str]
    rows: tuple[tuple[str, str], ...]

    def points(self) -> tuple[str, ...]:
        """The rows in words, for formats without tables."""
        return tuple(f"{name}: {said}" for name, said in self.rows)


@dataclass(frozen=True, slots=True)
class Bar:
    """How much speaks for something and how much against it: steps from 0 (none) to 3 (strong)."""

    label: str
    supporting: int
    against: int


@dataclass(frozen=True, slots=True)
class Chart:
    """For and against, side by side; ``head`` names the three columns."""

    head: tuple[str, str, str]
    bars: tuple[Bar, ...]

    def points(self) -> tuple[str, ...]:
        """The bars in words, for formats without pictures."""
        _, supporting, against = (name.lower() for name in self.head)
        return tuple(
            f"{bar.label}: {supporting} {STEPS[bar.supporting]}, {against} {STEPS[bar.against]}"
            for bar in self.bars
        )


@dataclass(frozen=True, slots=True)
class Notes:
    """Room to write by hand; only paper has it."""

    title: str
    lines: int


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts a new page; only paper has pages."""


Block: TypeAlias = Heading | Paragraph | Bullets | Callout | Table | Chart | Notes | PageBreak
Document: TypeAlias = tuple[Block, ...]
