"""`triage check --prove`: what it prints, and the files that it writes."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.conftest import ROOT, SMALL
from tests.test_proof_planted import line_of, pack_with
from triage.verify.proof import THEOREMS


@pytest.fixture
def lowering(tmp_path: Path) -> Path:
    """A pack that passes every other check, and in which a worry lowers the level through a question's gate."""
    gate = ("questions.yaml", "ask: Which of", "only_if: hepatitis = never\n    ask: Which of")
    pack_with(tmp_path / "pack", gate)
    return tmp_path / "pack"


def private(path: Path) -> bool:
    return path.stat().st_mode & 0o777 == 0o600


def test_a_theorem_that_fails_is_told_with_its_place_and_people_and_leaves_with_3(lowering: Path) -> None:
    result = run("check", str(lowering), "--prove")
    assert result.code == 3
    lines = result.out.splitlines()
    at = next(
        number for number, line in enumerate(lines) if line.startswith("fails      worry-never-lowers: ")
    )
    place = line_of(lowering, "questions.yaml: id: hepatitis")
    assert lines[at + 1].startswith(f"  {place}:")
    assert "worry-never-lowers: 'hepatitis = b' lowers the level" in lines[at + 1]
    assert lines[at + 2].startswith("    consultation_2w, could reach ")
    assert lines[at + 3].startswith("    consultation, could reach ")
    assert lines[-1].endswith("of 8 theorems hold.")


def test_the_report_has_every_theorem_and_is_for_its_owner_only(lowering: Path, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    shown = run("check", str(lowering), "--prove", "--report", str(file), "--format", "json")
    assert shown.code == 3
    assert private(file)
    report = json.loads(file.read_text())
    assert report == shown.json["proof"]
    assert report["proven"] is shown.json["ok"] is False
    assert [theorem["id"] for theorem in report["theorems"]] == [theorem.id for theorem in THEOREMS]
    answered = run("run", str(SMALL), "--answers", "-", "--no-input", "--format", "json", stdin="age: 40")
    assert len(report["pack"]["digest"]) == len(answered.json["pack"]["digest"]) == 64
    (failed,) = [theorem for theorem in report["theorems"] if theorem["id"] == "worry-never-lowers"]
    place = line_of(lowering, "questions.yaml: id: hepatitis").removeprefix(f"{lowering}/")
    assert all(example["places"][0].startswith(f"{place}:") for example in failed["counterexamples"])


def test_everybody_in_the_report_replays_to_what_it_claims(lowering: Path, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    run("check", str(lowering), "--prove", "--report", str(file))
    people = [
        person
        for theorem in json.loads(file.read_text())["theorems"]
        for person in (
            *(person for example in theorem["counterexamples"] for person in example["people"]),
            *theorem["witnesses"].values(),
        )
    ]
    assert len(people) > 40
    for person in people[::5]:
        told = run("run", str(lowering), "--answers", "-", "--no-input", "--format", "json",
                   stdin=json.dumps(person["answers"])).json  # fmt: skip
        level = told["level"]["id"]
        assert (level, told["could_reach"] or level) == (person["level"], person["could_reach"])


def test_the_examples_are_answers_files_for_their_owner_that_show_the_fault(
    lowering: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "examples"
    run("check", str(lowering), "--prove", "--examples", str(folder))
    files = {path.name for path in folder.iterdir()}
    assert {"worry-never-lowers-1a.json", "worry-never-lowers-1b.json"} <= files
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(private(path) for path in folder.iterdir())
    levels = []
    for letter in "ab":
        answers = folder / f"worry-never-lowers-1{letter}.json"
        told = run("run", str(lowering), "--answers", str(answers), "--no-input", "--format", "json")
        levels.append(told.json["level"]["id"])
    assert levels == ["consultation_2w", "consultation"]


def test_a_file_or_folder_that_is_there_is_refused_before_anything_is_proven(tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text("mine")
    for option, name, said in (
        ("--report", "proof.json", "exists; use another name"),
        ("--report", ".", "is a folder; name a file in it"),
        ("--report", "none/proof.json", "there is no folder"),
        ("--examples", ".", "is not empty; name a new folder"),
        ("--examples", "proof.json", "cannot write to"),
    ):
        result = run("check", str(SMALL), "--prove", option, str(tmp_path / name))
        assert result.code == 2
        assert (
            f"{option}: '" in result.err
            or f"{option}: there" in result.err
            or f"{option}: cannot" in result.err
        )
        assert said in result.err
        assert "interview-ends" not in result.out
    assert (tmp_path / "proof.json").read_text() == "mine"


def test_the_files_of_a_proof_go_with_prove(tmp_path: Path) -> None:
    for option in ("--report", "--examples"):
        result = run("check", str(SMALL), option, str(tmp_path / "x"))
        assert (result.code, result.out) == (2, "")
        assert "--report and --examples go with --prove" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_pack_with_errors_is_not_proven_and_no_report_says_so(lowering: Path, tmp_path: Path) -> None:
    (lowering / "advice.yaml").write_text("advice: []\n")
    result = run("check", str(lowering), "--prove", "--report", str(tmp_path / "proof.json"))
    assert result.code == 3
    assert "theorems hold" not in result.out
    assert not (tmp_path / "proof.json").exists()


@pytest.mark.parametrize(("package", "named"), [("pysat", "python-sat"), ("oxidd", "oxidd")])
def test_without_the_extra_the_missing_one_is_named_and_how_to_get_it(
    package: str, named: str, tmp_path: Path
) -> None:
    code = f"import sys\nsys.modules[{package!r}] = None\nfrom triage.cli import _run\nsys.exit(_run(sys.argv[1:]))"
    args = ["check", str(SMALL), "--prove", "--report", str(tmp_path / "proof.json")]
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 2
    assert f"--prove: this needs {named}: install triage[verify]" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "proof.json").exists()
    without = subprocess.run(
        [sys.executable, "-c", code, *args[:2]], capture_output=True, cwd=ROOT, check=False
    )
    assert without.returncode == 0


@pytest.mark.slow
def test_an_interruption_leaves_a_report_whose_undecided_theorems_are_not_proven(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    args = [sys.executable, "-m", "triage", "check", "--prove", "--report", str(file)]
    with subprocess.Popen(
        args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        first = next(line for line in process.stdout if "interview-ends" in line)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert first.startswith("holds")
    assert process.returncode == 130
    assert "Traceback" not in err
    report = json.loads(file.read_text())
    assert report["proven"] is False
    outcomes = {theorem["id"]: theorem["outcome"] for theorem in report["theorems"]}
    assert outcomes["interview-ends"] == "holds"
    undecided = [name for name, outcome in outcomes.items() if outcome == "not proven"]
    assert undecided[-1] == "pruning-is-honest"
    assert f"Interrupted: not proven are {', '.join(undecided)}." in out
    assert private(file)


def test_a_pack_with_errors_is_not_proven_and_no_report_is_written(tmp_path: Path) -> None:
    pack_with(tmp_path / "pack", ("questions.yaml", "kind: yes_no", "kind: yes_on"))
    shown = run("check", str(tmp_path / "pack"), "--prove", "--report", str(tmp_path / "proof.json"))
    assert shown.code == 3
    assert "Nothing is proven, and no file is written: the errors come first." in shown.err
    assert not (tmp_path / "proof.json").exists()


@pytest.mark.slow
def test_a_mean_that_is_only_bounded_is_told_as_two_numbers() -> None:
    told = run("check", "liver_calcification", "--prove").out
    assert re.search(r"mean between \d+\.\d\d and \d+\.\d\d, \(a bound: it lies between the two\)", told)
