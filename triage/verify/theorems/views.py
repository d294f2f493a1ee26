"""What of the outcome may differ with the answer to a question, the smallest parts first."""

from collections.abc import Callable, Iterable, Iterator

from triage.condition import Condition
from triage.pack import EMERGENCY, FLOOR, RANK, Pack, RedFlag
from triage.verify.theorems.relevance import View
from triage.walk import readers
from triage.worlds import Compiled, P, Sheet


def on_the_outcome(whole: Compiled) -> Callable[[str], Iterator[View]]:
    """For a question: the flags, evidence and general sentences that read it; the floor; everything."""
    pack = whole.pack
    floor = _floor(whole)

    def views(question: str) -> Iterator[View]:
        reading = readers(whole.pack)[question]
        yield _told(whole, reading)
        if any(RANK[flag.level] >= EMERGENCY and id(flag.when) in reading for flag in pack.red_flags):
            yield floor
        yield View(whole, _whole)

    return views


def on_the_emergencies(whole: Compiled) -> Callable[[str], Iterator[View]]:
    """For a question: the emergency flags that read it, where they would raise what is certain now."""
    urgent = [flag for flag in whole.pack.red_flags if RANK[flag.level] >= EMERGENCY]

    def views(question: str) -> Iterator[View]:
        reading = readers(whole.pack)[question]
        yield _raised(whole, [flag for flag in urgent if id(flag.when) in reading])
        yield _raised(whole, urgent)

    return views


def told_alone(pack: Pack) -> Iterator[tuple[Condition, bool]]:
    """The conditions whose truth is a part of the outcome, and whether only where causes are shown."""
    about, general = pack.about, pack.general
    yield from ((flag.when, False) for flag in pack.red_flags)
    for cause in pack.causes:
        yield from ((part.when, True) for part in (*cause.supporting, *cause.against))
    for sentence in (*about.finding, *about.not_established, *general.advice, *general.tests,
                     *general.ask_doctor, *general.follow_up):  # fmt: skip
        if sentence.when is not None:
            yield sentence.when, False


def _told(whole: Compiled, reading: frozenset[int]) -> View:
    """The rules and general sentences that read a question."""
    wanted = [(condition, hidden) for condition, hidden in told_alone(whole.pack) if id(condition) in reading]
    withheld = whole.pack.about.causes_withheld

    def compared(_now: Callable[[], Sheet[P]], later: Sheet[P]) -> Iterator[P]:
        shown = later.full if withheld is None else later.full ^ later.planes(withheld.when).yes
        for condition, hidden in wanted:
            plane = later.planes(condition).yes
            yield plane & shown if hidden else plane

    also = [] if withheld is None else [withheld.when]
    return View(whole.part([*(condition for condition, _ in wanted), *also], asks=()), compared)


def _floor(whole: Compiled) -> View:
    """Whether the level is at least the floor."""
    flags = [flag.when for flag in whole.pack.red_flags if RANK[flag.level] >= RANK[FLOOR]]

    def compared(_now: Callable[[], Sheet[P]], later: Sheet[P]) -> Iterator[P]:
        yield later.fired(RANK[FLOOR]) | later.in_vain()

    return View(whole.part(flags), compared)


def _raised(whole: Compiled, flags: Iterable[RedFlag]) -> View:
    """Whether these flags fire and raise the level that is certain now."""
    flags = [*flags]

    def compared(now: Callable[[], Sheet[P]], later: Sheet[P]) -> Iterator[P]:
        for flag in flags:
            yield later.planes(flag.when).yes & (later.full ^ now().fired(RANK[flag.level]))

    return View(whole.part([flag.when for flag in flags], asks=()), compared)


def _whole(_now: Callable[[], Sheet[P]], later: Sheet[P]) -> Iterator[P]:
    return later.outcome()
