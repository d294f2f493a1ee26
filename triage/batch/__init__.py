"""Many people at once: tables of answers in, tables of results out, bad rows apart.

:func:`assess_table` is for programs; ``triage batch`` is the same for files. Every row comes to exactly what
:func:`triage.assess` says of it, or is rejected with the reason that :func:`triage.assess` gives.
"""

from triage.batch.columns import Options
from triage.batch.table import ArrowTriaged, Triaged, assess_table

__all__ = ["ArrowTriaged", "Options", "Triaged", "assess_table"]
