"""Why asked, how concluded, why not, what if, and the one answer that matters: exact, as plain data.

Each function takes a pack and answers in any form :func:`triage.answers.normalise` accepts and returns
frozen records; how they are ordered and worded is decided elsewhere.
"""

from triage.explain.given import Given
from triage.explain.how import How, RuledOut, StillOpen, how
from triage.explain.matters import Matters, Turn, matters
from triage.explain.standing import Standing
from triage.explain.tree import Node, tree
from triage.explain.what_if import Difference, WhatIf, what_if
from triage.explain.why import Change, Waiting, Why, why
from triage.explain.why_not import Failed, WhyNot, why_not

__all__ = [
    "Change", "Difference", "Failed", "Given", "How", "Matters", "Node", "RuledOut", "Standing", "StillOpen",
    "Turn", "Waiting", "WhatIf", "Why", "WhyNot", "how", "matters", "tree", "what_if", "why", "why_not",
]  # fmt: skip
