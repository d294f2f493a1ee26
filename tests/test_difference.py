"""Two versions of a pack: what is counted, found and called lowered is what brute force finds."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.command import run
from tests.conftest import SMALL
from tests.generated import packs
from tests.test_mutants import everyone, some_of
from triage.answers import Answer, Answers
from triage.assess import assess
from triage.logic import NO
from triage.pack import RANK, Pack
from triage.verify.difference import NOT_TOLD, Comparison
from triage.verify.joined import Joined, Side
from triage.view import View

Moves = dict[tuple[str, str, str], list[tuple[Answers, bool]]]


def said(side: Side, answers: Answers) -> dict[str, str]:
    """What one version says of someone, thing by thing."""
    found = assess(side.pack, side.answers(answers))
    told = {cause.id: cause.support for cause in found.causes}
    support = {cause.id: told.get(cause.id, NOT_TOLD) for cause in side.pack.causes}
    return {
        "level": found.level.id,
        "could_reach": found.could_reach or found.level.id,
        "reassured": "yes" if found.reassured else "no",
        **support,
    }


def applies(joined: Joined, answers: Answers, question: str) -> bool:
    """Whether a question applies in a version."""
    for side in joined.sides:
        for name, there in side.questions.items():
            if there == question and View(side.pack, side.answers(answers)).applies(name).truth is not NO:
                return True
    return False


def people(joined: Joined) -> Iterator[tuple[dict[str, Answer], bool]]:
    """Everyone whose answers fit, and whether everything that applies is answered."""
    for answers in everyone(joined.pack):
        whole = True
        for question in joined.pack.questions:
            given_ = answers.get(question.id)
            if not applies(joined, answers, question.id):
                if given_ is not None:
                    break
            elif question.kind == "several_of":
                whole &= isinstance(given_, Mapping) and len(given_) == len(question.choices)
            else:
                whole &= given_ is not None
        else:
            yield answers, whole


def moves(joined: Joined) -> tuple[Moves, int]:
    """Brute force: everyone for whom something changes, and how many answer everything."""
    found: Moves = {}
    number = 0
    for answers, whole in people(joined):
        number += whole
        old, new = (said(side, answers) for side in joined.sides)
        for what in {**old, **new}:
            before, after = old.get(what, NOT_TOLD), new.get(what, NOT_TOLD)
            if before != after:
                found.setdefault((what, before, after), []).append((answers, whole))
    return found, number


def size(answers: Answers) -> int:
    return sum(len(answer) if isinstance(answer, Mapping) else 1 for answer in answers.values())


def agree(old: Pack, new: Pack) -> None:
    comparison = Comparison(old, new)
    expected, number = moves(comparison.joined)
    found = {(one.what, one.before, one.after): one for one in comparison.changes()}
    assert found.keys() == expected.keys()
    assert comparison.counting.everybody == number
    for key, change in found.items():
        assert change.count == sum(whole for _, whole in expected[key])
        assert size(change.answers) == min(size(answers) for answers, _ in expected[key])
        assert any(dict(change.answers) == answers for answers, _ in expected[key])
        lower = key[0] in ("level", "could_reach") and RANK[key[2]] < RANK[key[1]]
        assert (change.lowers, change.open) == (lower, lower)


@settings(max_examples=20)
@given(packs(most=2), st.integers())
def test_a_pack_and_a_faulty_one_differ_for_whom_brute_force_says(pack: Pack, seed: int) -> None:
    for mutant in some_of(pack, random.Random(seed), 2):
        agree(pack, mutant.pack(pack))


@pytest.mark.slow
@settings(max_examples=30)
@given(packs(most=2), packs(most=2))
def test_so_do_packs_that_ask_different_things(old: Pack, new: Pack) -> None:
    agree(old, new)


def test_a_pack_does_not_differ_from_itself(liver: Pack) -> None:
    assert [*Comparison(liver, liver).changes(count=False)] == []


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def lower(tmp_path: Path) -> str:
    """The small pack with one flag a level lower, and an option more."""
    folder = Path(shutil.copytree(SMALL, tmp_path / "lower"))
    flags = folder / "red_flags.yaml"
    text = flags.read_text(encoding="utf-8")
    start = text.index("fever_with_jaundice")
    flags.write_text(
        text[:start] + text[start:].replace("level: emergency", "level: consultation_2w", 1), encoding="utf-8"
    )
    return str(folder)


def leave(
    tmp_path: Path, where: str = "fever and jaundice", to: str = "consultation_24", old: str = "1.0.0"
) -> str:
    file = tmp_path / "leave.yaml"
    file.write_text(
        f"old: {old}\nnew: 1.0.0\nwaivers:\n"
        f"  - {{from: emergency, to: {to}, where: {where}, reason: Decided on a Monday.}}\n",
        encoding="utf-8",
    )
    return str(file)


def test_a_lowered_level_leaves_with_3_and_shows_somebody(lower: str) -> None:
    result = run("diff", str(SMALL), lower)
    assert result.code == 3
    assert "level: emergency  →  consultation_24 LOWER: " in result.out
    assert '  answers: {"alarm": {"fever": "yes", "jaundice": "yes"}}' in result.out


def test_what_is_raised_leaves_with_0(lower: str) -> None:
    assert run("diff", lower, str(SMALL)).code == 0


def test_leave_is_for_those_of_whom_its_condition_holds(lower: str, tmp_path: Path) -> None:
    before = run("diff", str(SMALL), lower, "--format", "json").json
    after = run("diff", str(SMALL), lower, "--format", "json", "--waivers", leave(tmp_path)).json
    waived = [one for one in after["changes"] if one["waivers"]]
    assert {(one["from"], one["to"]) for one in waived} == {("emergency", "consultation_24")}
    assert before["lowered"] > after["lowered"] == before["lowered"] - len(waived)
    other = run("diff", str(SMALL), lower, "--waivers", leave(tmp_path, "black_stool"))
    assert "level: emergency  →  consultation_24 LOWER" in other.out


def test_leave_that_nothing_needs_is_told_with_its_place(lower: str, tmp_path: Path) -> None:
    file = leave(tmp_path, to="consultation")
    assert f"{file}:4:5: this waiver is not used" in run("diff", str(SMALL), lower, "--waivers", file).out


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"old": "0.9.0"}, 2, "leave.yaml:1:6: 'old' is 0.9.0, not 1.0.0"),
        ({"to": "emergency_ambulance"}, 2, "leave.yaml:4:5: emergency to emergency_ambulance lowers nothing"),
        (
            {"where": "fevr"},
            3,
            "leave.yaml:4:51: error condition: nothing is called 'fevr' (did you mean 'fever'?)",
        ),
    ],
)
def test_leave_that_cannot_be_read_is_refused(
    lower: str, tmp_path: Path, change: dict[str, str], code: int, told: str
) -> None:
    result = run("diff", str(SMALL), lower, "--waivers", leave(tmp_path, **change))
    assert (result.code, told in result.err) == (code, True), result.err


def test_the_counts_of_the_table_are_those_of_the_changes(lower: str) -> None:
    data = run("diff", str(SMALL), lower, "--format", "json").json
    moved = Counter(
        {(one["from"], one["to"]): int(one["count"]) for one in data["changes"] if one["what"] == "level"}
    )
    row = next(
        line for line in run("diff", str(SMALL), lower).out.splitlines() if line.startswith("emergency ")
    )
    assert moved["emergency", "consultation_24"] > 0
    assert f"{moved['emergency', 'consultation_24']:,}" in row or "e+" in row
