"""triage: a rule-based interview that says how soon to see a doctor, and why.

The public door is small: :func:`load_pack`, :func:`assess`, :func:`next_question`. They are imported
on first use, so that starting the command line stays cheap.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["__version__", "assess", "load_pack", "next_question"]

if TYPE_CHECKING:
    from triage.assess import assess
    from triage.interview import next_question
    from triage.loading import load_pack

_HOMES = {"assess": "triage.assess", "load_pack": "triage.loading", "next_question": "triage.interview"}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'triage' has no attribute '{name}'")
