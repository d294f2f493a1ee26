"""How long the program takes to start, as ratios to ``python -c pass`` from one run.

Each command is run in turn, fifteen rounds, and the medians are compared; the absolute times say
more about the machine than about the program. The last table shows where a scripted run spends its
time, stage by stage, in one fresh process.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 15
HERE = Path(__file__).resolve().parent.parent

STAGES = """
import sys, time
marks = [("python", time.perf_counter())]
import click, triage.cli
marks.append(("click and the command line", time.perf_counter()))
import pydantic, yaml
marks.append(("pydantic and PyYAML", time.perf_counter()))
import triage.cli.options, triage.cli.files, triage.assess, triage.loading
marks.append(("the engine's modules and models", time.perf_counter()))
pack = triage.loading.load_pack(triage.loading.find_pack("liver_calcification"))
marks.append(("load_pack", time.perf_counter()))
assessment = triage.assess.assess(pack, {"age": 63})
marks.append(("assess", time.perf_counter()))
assessment.model_dump_json(by_alias=True, indent=2)
marks.append(("JSON", time.perf_counter()))
for (_, before), (name, after) in zip(marks, marks[1:]):
    print(f"{name}\\t{(after - before) * 1000:.1f}")
"""


def seconds(command: list[str]) -> float:
    """The wall time of one run of a command."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE)
    return time.perf_counter() - begin


def main() -> None:
    """Print the table of ratios and the table of stages."""
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "answers.yaml"
        answers.write_text("age: 63\nalarm: {fever: yes}\n", encoding="utf-8")
        program = [sys.executable, "-m", "triage"]
        scripted = ["run", "--answers", str(answers), "--no-input", "--format", "json"]
        completion = [
            "env",
            "_TRIAGE_COMPLETE=bash_complete",
            "COMP_WORDS=triage r",
            "COMP_CWORD=1",
            *program,
        ]
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "triage --help": [*program, "--help"],
            "triage --version": [*program, "--version"],
            "completion": completion,
            "triage run --answers F --no-input --format json": [*program, *scripted],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(seconds(command))
    base = median(times["python -c pass"])
    for name, taken in times.items():
        print(f"{name:50} {median(taken) * 1000:7.1f} ms  {median(taken) / base:5.1f} x")
    stages = [
        subprocess.run(
            [sys.executable, "-c", STAGES], check=True, capture_output=True, text=True, cwd=HERE
        ).stdout
        for _ in range(5)
    ]
    rows = [[line.split("\t") for line in stage.splitlines()] for stage in stages]
    print("\nstages of a scripted run (ms, median of 5)")
    for parts in zip(*rows, strict=True):
        print(f"{parts[0][0]:50} {median(float(part[1]) for part in parts):7.1f}")


if __name__ == "__main__":
    main()
