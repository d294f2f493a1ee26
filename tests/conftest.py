"""Shared set-up: the two packs, and hypothesis without surprises on a slow machine."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from triage.loading import find_pack, load_pack
from triage.pack import Pack

ROOT = Path(__file__).resolve().parent.parent
SMALL = ROOT / "tests" / "packs" / "small"

# "quick" is for mutation testing, where the same tests run thousands of times; "thorough" is for `make test-all`.
for name, examples in (("steady", 25), ("quick", 8), ("thorough", 50)):
    settings.register_profile(
        name, deadline=None, derandomize=True, max_examples=examples, suppress_health_check=list(HealthCheck)
    )
settings.load_profile(os.environ.get("TRIAGE_TEST_PROFILE", "steady"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


@pytest.fixture(scope="session")
def small() -> Pack:
    return load_pack(SMALL)


@pytest.fixture(scope="session")
def liver() -> Pack:
    return load_pack(find_pack("liver_calcification"))
