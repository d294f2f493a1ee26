"""Three-valued logic: NO < UNKNOWN < YES (strong Kleene).

*and* is ``min``, *or* is ``max``, *not* is reflection. A truth has no boolean value, so an unknown
can never slip through an ``if`` and become a no.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Never


class Truth(IntEnum):
    """How a condition stands: surely not, not known, surely so."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __bool__(self) -> Never:
        raise TypeError("a Truth is not a boolean: compare with Truth.YES or Truth.NO")

    def __invert__(self) -> "Truth":
        return Truth(2 - self)


NO, UNKNOWN, YES = Truth.NO, Truth.UNKNOWN, Truth.YES


def at_least(count: int, truths: Iterable[Truth]) -> Truth:
    """Whether ``count`` of the truths are YES: the ``count``-th largest of them decides.

    >>> at_least(2, [YES, UNKNOWN, NO])
    <Truth.UNKNOWN: 1>
    """
    ranked = sorted(truths, reverse=True)
    if count <= 0:
        return YES
    if count > len(ranked):
        return NO
    return ranked[count - 1]
