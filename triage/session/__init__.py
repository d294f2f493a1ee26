"""A session as a plain record: what was given, asked, answered and taken back, under which rules.

:func:`read` takes a session file, or its text, and gives a frozen :class:`Recording`; :func:`fold`
says what its events come to. Nothing here asks, prints or writes.
"""

from triage.session.changes import Lost, changes, misfits
from triage.session.reading import MAX_BYTES, MAX_CHANGES, SessionError, parse, read
from triage.session.record import (
    Asked,
    Ended,
    Entry,
    Given,
    Header,
    How,
    Part,
    Recording,
    RulesChanged,
    Wording,
    course,
    fold,
    header_of,
)
from triage.session.writing import entry_line, header_line

__all__ = [
    "MAX_BYTES",
    "MAX_CHANGES",
    "Asked",
    "Ended",
    "Entry",
    "Given",
    "Header",
    "How",
    "Lost",
    "Part",
    "Recording",
    "RulesChanged",
    "SessionError",
    "Wording",
    "changes",
    "course",
    "entry_line",
    "fold",
    "header_line",
    "header_of",
    "misfits",
    "parse",
    "read",
]
