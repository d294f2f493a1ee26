"""Every interview there can be, as formulas: made once for all theorems that look at them."""

from dataclasses import dataclass
from functools import cached_property

from triage.pack import Pack, once
from triage.verify.course import Asked, course, ending
from triage.verify.formula import Formula
from triage.verify.sample import Sample
from triage.verify.space import Anyone, Space


@dataclass(frozen=True)
class Interviews:
    """Everybody with an answer to everything, and what they are asked."""

    space: Space
    someone: Anyone
    steps: list[Asked[Formula]]

    @cached_property
    def end(self) -> Anyone:
        """What is known of everybody when the interview is over."""
        return self.space.given(ending(self.space.compiled, self.someone.planes, self.steps))

    @cached_property
    def sample(self) -> Sample:
        """Some of these people one by one, with their interviews."""
        return Sample(self.space.compiled)


@once
def interviews(pack: Pack) -> Interviews:
    """All interviews of a pack. Raises :class:`triage.errors.MissingExtra` without a solver."""
    space = Space(pack)
    someone = space.everyone()
    return Interviews(space, someone, course(space.compiled, someone.planes, space.graph.true))
