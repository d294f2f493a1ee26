"""Going on with a recorded session: under the same rules as it is, under others only if that is wanted."""

import sys
from collections.abc import Iterator

import click

from triage import __version__
from triage.cli.recorder import Recorder, SessionFileError, reopen
from triage.cli.screen import Screen
from triage.cli.talk import MAX_LINE, accept_any_bytes
from triage.errors import AnswerError
from triage.interview import Step, retrace
from triage.pack import Pack
from triage.session import (
    MAX_CHANGES,
    Given,
    Header,
    Lost,
    Recording,
    RulesChanged,
    changes,
    course,
    fold,
    header_of,
    misfits,
)
from triage.view import View, check_live

DECLINED = 4


class RulesDifferError(click.ClickException):
    """The rules are not those of the session."""

    exit_code = 3


def reopened(pack: Pack, path: str, accept: bool, plain: bool) -> Recorder:
    """The session file ``path``, ready to go on with under the rules of ``pack``.

    If the rules changed, says what changed and which answers no longer fit, and goes on only when
    ``accept`` or the person says so.
    """
    recorder = reopen(path)
    try:
        session = recorder.recording
        same = check_rules(pack, session, path)
        screen = Screen(sys.stderr, plain)
        torn_line(screen, session, path)
        if not same:
            _other_rules(pack, recorder, screen, accept)
    except BaseException:
        recorder.close()
        raise
    return recorder


def check_rules(pack: Pack, session: Recording, path: str) -> bool:
    """Whether the session was recorded with these very rules. Refuses one of another pack, or one whose
    header or given answers are not what the program would have written."""
    if session.rules.pack != pack.about.id:
        raise SessionFileError(
            f"{path}: this is a session of the pack '{session.rules.pack}', not of '{pack.about.id}'"
        )
    if session.rules.digest != pack.digest:
        return False
    if session.rules.questions != header_of(pack, __version__, session.header.date).questions:
        raise SessionFileError(f"{path}:1: the questions of the header are not those of the pack")
    match session.events:
        case (Given(answers), *later) if not any(isinstance(event, RulesChanged) for event in later):
            try:
                check_live(View(pack, answers))
            except AnswerError as error:
                raise SessionFileError(f"{path}:2: {error.misfits[0]}") from None
    return True


def torn_line(screen: Screen, session: Recording, path: str) -> None:
    """Say that the last line was left out, if it was torn off."""
    if session.torn is not None:
        screen.line(f"{path}:{session.torn}: the last line was cut off while it was written; it is left out.")


def _other_rules(pack: Pack, recorder: Recorder, screen: Screen, accept: bool) -> None:
    """Tell what changed; go on under the new rules if that is wanted."""
    before = recorder.recording.rules
    if sum(isinstance(event, RulesChanged) for event in recorder.events) == MAX_CHANGES:
        raise SessionFileError(f"{recorder.path}: the rules changed too often in this session; begin anew")
    after = header_of(pack, __version__, recorder.header.date)
    lost = _lost(recorder.recording, after)
    changed = RulesChanged(after, tuple(part for part, _, _ in lost))
    for text, indent in _told(pack, recorder.recording, changed, before, lost):
        screen.line(text, indent=indent)
    if not accept and not sys.stdin.isatty():
        raise RulesDifferError(
            f"the rules are not those that '{recorder.path}' was recorded with; "
            "--accept-changes goes on with the answers that fit"
        )
    if not accept and not _agreed(screen):
        screen.line(f"Nothing was changed in {recorder.path}.")
        raise click.exceptions.Exit(DECLINED)
    if told := recorder.append(changed):
        screen.line(told, style="bold")


def _lost(session: Recording, after: Header) -> tuple[Lost, ...]:
    """The answers and drafts that do not fit the new rules."""
    given, steps = course(session.events)
    path, drafts = retrace(steps)
    answered = [*((Step(name), answer) for name, answer in given.items()), *path, *drafts.items()]
    return misfits(session.rules, after, answered)


def _told(
    pack: Pack, session: Recording, changed: RulesChanged, before: Header, lost: tuple[Lost, ...]
) -> Iterator[tuple[str, str]]:
    """What changed, and what becomes of the answers, as lines with their indents."""
    yield "The rules have changed since this session was recorded:", ""
    yield from ((text, "- ") for text in changes(before, changed.header))
    if lost:
        yield "These answers no longer fit, and do not count:", ""
    for part, said, why in lost:
        name = part.question if part.item is None else f"{part.question}, {part.item}"
        yield f"{name} ({said}): {why}", "- "
    idle = _not_applying(pack, session, changed)
    if idle:
        yield "These answers do not count, because their questions do not apply under the new rules:", ""
    yield from ((name, "- ") for name in idle)
    if not (lost or idle):
        yield "Every answer still fits.", ""


def _not_applying(pack: Pack, session: Recording, changed: RulesChanged) -> list[str]:
    """The questions whose answers fit, but which the other answers rule out."""
    events = (*session.events, changed)
    given, steps = course(events)
    counting = fold(pack, events).answers
    answered = dict.fromkeys([*given, *(step.question for step, _ in retrace(steps)[0])])
    return [name for name in answered if name not in counting]


def _agreed(screen: Screen) -> bool:
    """Whether the person wants to go on; only a clear yes is one."""
    accept_any_bytes()
    screen.line("Go on with the answers that fit? The rest is asked again.", style="bold")
    while True:
        screen.line("Type yes or no.")
        screen.prompt()
        line = sys.stdin.readline(MAX_LINE)
        text = line.strip().casefold()
        if text in ("yes", "y"):
            return True
        if not line or text in ("no", "n", "quit"):
            return False
