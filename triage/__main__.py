"""Run triage as a module: ``python -m triage``."""

from triage.cli import main

main()
