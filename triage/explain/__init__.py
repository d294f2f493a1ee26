"""Why asked, how concluded, why not, what if, and the one answer that matters: exact, as plain data.

Each function takes a pack and answers in any form :func:`triage.answers.normalise` accepts and returns
frozen records; how they are ordered and worded is decided elsewhere.
"""

from triage.explain.why import Change, Waiting, Why, why

__all__ = ["Change", "Waiting", "Why", "why"]
