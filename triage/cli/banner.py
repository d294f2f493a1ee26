"""The lines that say how soon, wherever they stand in a conversation: one mark, one wording."""

from collections.abc import Iterable

from triage.assess import certain_level
from triage.pack import EMERGENCY, LEVELS, RANK, Pack, RedFlag
from triage.report.document import Callout, Tone
from triage.view import View


def in_short(pack: Pack, view: View) -> Callout:
    """The level and what is not ruled out, as the summary has them."""
    level, could_reach = _levels(view)
    tone: Tone = "alarm" if could_reach >= EMERGENCY else "soon" if could_reach else "calm"
    if could_reach == level:
        return Callout(tone, f"In short: {_words(pack, level)}")
    more = f"We could not rule out something more urgent: {_words(pack, could_reach)}"
    return Callout(tone, f"In short, at least: {_words(pack, level)}", (more,))


def so_far(pack: Pack, view: View) -> Callout:
    """The level of someone who leaves before the end. What was not asked yet is no reason for alarm."""
    level, could_reach = _levels(view)
    tone: Tone = "alarm" if level >= EMERGENCY else "soon" if level else "calm"
    if could_reach == level:
        return Callout(tone, f"From your answers so far: {_words(pack, level)}")
    more = f"They do not rule out something more urgent: {_words(pack, could_reach)}"
    return Callout(tone, f"From your answers so far, at least: {_words(pack, level)}", (more,))


def emergency(pack: Pack, view: View, flags: Iterable[RedFlag], *, again: bool) -> Callout:
    """What to do at once, and the flags that say so; ``again`` if the level itself was told before."""
    rank = view.fired_rank()
    reasons = tuple(flag.say for flag in flags)
    if again:
        return Callout("alarm", f"For this too: {_words(pack, rank)}", reasons)
    words = pack.about.levels[LEVELS[rank]]
    say = (sentence.say for sentence in words.say if view.holds(sentence.when))
    return Callout("alarm", _words(pack, rank), (*say, *reasons))


def emergencies(view: View) -> list[RedFlag]:
    """The emergency flags that fire."""
    return [flag for flag in view.pack.red_flags if RANK[flag.level] >= EMERGENCY and view.holds(flag.when)]


def _levels(view: View) -> tuple[int, int]:
    """The ranks of the level that is certain and of the highest that is not ruled out."""
    level = RANK[certain_level(view)[0]]
    return level, max(level, view.possible_rank())


def _words(pack: Pack, rank: int) -> str:
    words = pack.about.levels[LEVELS[rank]]
    return f"{words.title} ({words.within})"
