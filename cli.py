"""Run triage from a checkout: the same program as the installed `triage` command."""

from triage.cli import main

if __name__ == "__main__":
    main()
