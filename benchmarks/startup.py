"""How long the program takes to start, as ratios to ``python -c pass`` from one run.

Each command is run in turn, fifteen rounds, and the medians of the processor time are compared; the
absolute times say more about the machine than about the program. As for anyone who starts the program a
second time, its modules are compiled already; what is compiled goes to a folder that is thrown away. The
last table shows where a scripted run spends its time, stage by stage, each in the best of eight processes.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

ROUNDS, PROCESSES = 15, 8
HERE = Path(__file__).resolve().parent.parent

STAGES = """
import sys
from time import process_time as now
marks = [("", now())]
done = lambda name: marks.append((name, now()))
import triage.cli as cli; cli._without_plugins(); cli.gc.set_threshold(100_000)
done("click and the command line")
import yaml; done("PyYAML")
from pydantic import BaseModel; import pydantic._internal._generate_schema
done("pydantic")
import triage.condition, triage.source; done("the languages: conditions, YAML")
import triage.pack; done("the models of a pack")
import triage.cli.run, triage.cli.options, triage.cli.files, triage.loading as loading
done("loading and checking")
from triage.assess import assess; done("assessing and its models")
folder = loading.find_pack("liver_calcification")
files, _ = loading._read_files(folder); done("reading YAML")
names = loading.vocabulary(files)
shape = lambda name: loading.Cause if name.startswith("causes/") else loading.SHAPES[name]
for name in files: shape(name).model_rebuild()
done("building validators")
models = {name: loading.validated(shape(name), source, names)[0] for name, source in files.items()}
done("validating, conditions read")
pack = loading._join(models, loading.digest({name: source.data for name, source in files.items()}))
done("digest")
assert not list(loading.faults(pack)); done("checks of the whole pack")
assessment = assess(pack, {"age": 63, "alarm": {"fever": "yes"}}); done("assess")
assessment.model_dump_json(by_alias=True, indent=2); done("JSON")
for (_, before), (name, after) in zip(marks, marks[1:]):
    print(f"{name}\\t{(after - before) * 1000:.2f}")
"""


def milliseconds(command: list[str], env: Mapping[str, str]) -> float:
    """The processor time of one run of a command."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, cwd=HERE, env=env)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return (used.ru_utime + used.ru_stime) * 1000


def commands(answers: Path) -> dict[str, list[str]]:
    """What is measured, by the name to print."""
    program = [sys.executable, "-m", "triage"]
    words = ["env", "_TRIAGE_COMPLETE=bash_complete", "COMP_WORDS=triage r", "COMP_CWORD=1"]
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "triage --help": [*program, "--help"],
        "triage --version": [*program, "--version"],
        "completion": [*words, *program],
        "triage run --answers F --no-input --format json": [
            *program, "run", "--answers", str(answers), "--no-input", "--format", "json",
        ],
    }  # fmt: skip


def ratios(answers: Path, env: Mapping[str, str]) -> None:
    """Print how many times as long as ``python -c pass`` each command takes."""
    measured = commands(answers)
    for command in measured.values():
        milliseconds(command, env)  # compiles what is not compiled
    times: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(ROUNDS):
        for name, command in measured.items():
            times[name].append(milliseconds(command, env))
    base = median(times["python -c pass"])
    for name, taken in times.items():
        print(f"{name:50} {median(taken):7.1f} ms  {median(taken) / base:5.1f} x")


def stages(env: Mapping[str, str]) -> None:
    """Print the share of each stage of a scripted run."""
    best: dict[str, float] = {}
    for _ in range(PROCESSES):
        done = subprocess.run(
            [sys.executable, "-c", STAGES], check=True, capture_output=True, text=True, cwd=HERE, env=env
        )
        for name, taken in (line.split("\t") for line in done.stdout.splitlines()):
            best[name] = min(float(taken), best.get(name, float(taken)))
    print("\nstages of a scripted run")
    for name, taken in best.items():
        print(f"{name:50} {taken:7.1f} ms  {100 * taken / sum(best.values()):5.1f} %")


def main() -> None:
    """Print the table of ratios and the table of stages."""
    with tempfile.TemporaryDirectory() as folder:
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        env["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        answers = Path(folder) / "answers.yaml"
        answers.write_text("age: 63\nalarm: {fever: yes}\n", encoding="utf-8")
        ratios(answers, env)
        stages(env)


if __name__ == "__main__":
    main()
