"""What a report is made of, before any format: a sequence of plain blocks."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone: TypeAlias = Literal["alarm", "soon", "calm"]


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
    """Something to be seen first; ``tone`` says how urgent it is, the words say it too."""

    tone: Tone
    title: str
    lines: tuple[str, ...] = ()


Block: TypeAlias = Heading | Paragraph | Bullets | Callout
Document: TypeAlias = tuple[Block, ...]
