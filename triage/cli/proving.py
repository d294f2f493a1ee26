"""`triage check --prove`: the theorems one by one, on the screen and in files."""

import json
from collections.abc import Iterator
from math import ceil, floor
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from triage.cli.files import prepare, prepare_folder, write_all, write_private
from triage.errors import MissingExtra
from triage.loading import Reading, read_pack
from triage.verify.proof import THEOREMS, Proven, as_data, issues, prove

EXAMPLES = 3
COUNTED = {
    "fewest_questions": "fewest {} questions", "most_questions": "most {}", "mean_questions": "mean {}",
    "mean_is": "({})", "flags": "{} flags", "levels": "{} levels", "worries": "{} worries",
    "witnesses": "{} witnesses", "texts_read": "{} texts read", "pairs": "{} pairs",
    "ways_to_complete": "{} ways to complete", "outcome_planes": "{} parts of the outcome",
}  # fmt: skip


def proven(
    folder: Path, aloud: bool, report: str | None, examples: str | None
) -> tuple[bool, dict[str, object]]:
    """Decide every theorem; whether all hold, and the proof as data.

    ``aloud`` prints each as it is decided. Raises :class:`click.UsageError` if the extra is missing or a
    file cannot be written; an interruption leaves a partial report, which says so.
    """
    if report is not None:
        prepare(report, force=False, option="--report", instead="use ")
    if examples is not None:
        prepare_folder("--examples", examples)
    reading = read_pack(folder)
    assert reading.pack is not None
    done: list[Proven] = []
    try:
        for one in _with_progress(reading):
            done.append(one)
            if aloud:
                _tell(reading, one)
    except MissingExtra as error:
        raise click.UsageError(f"--prove: {error}") from None
    except KeyboardInterrupt:
        if aloud:
            left = ", ".join(theorem.id for theorem in THEOREMS[len(done) :])
            click.echo(f"Interrupted: not proven are {left}.")
        _write(as_data(reading, done, folder), report)
        raise
    data = as_data(reading, done, folder)
    _write(data, report)
    if examples is not None:
        write_all("--examples", examples, dict(_examples(done)))
    if aloud:
        click.echo(f"{sum(one.claim.outcome == 'holds' for one in done)} of {len(THEOREMS)} theorems hold.")
    return data["proven"] is True, data


def _with_progress(reading: Reading) -> Iterator[Proven]:
    """The theorems, with a bar on a terminal."""
    assert reading.pack is not None
    screen = Console(stderr=True)
    for theorem in track(THEOREMS, "Proving", console=screen, transient=True, disable=not screen.is_terminal):
        yield prove(reading.pack, theorem)


def _tell(reading: Reading, one: Proven) -> None:
    claim = one.claim
    counted = [
        words.format(_number(claim.counts[name])) for name, words in COUNTED.items() if name in claim.counts
    ]
    click.echo(f"{claim.outcome:<10} {one.theorem.id}: {one.theorem.says} {', '.join(counted)}".rstrip())
    for issue, example in zip(issues(reading, one)[:EXAMPLES], claim.counterexamples, strict=False):
        click.echo("\n".join(f"  {line}" for line in issue.lines()))
        for person in example.people:
            click.echo(f"    {person.level}, could reach {person.could_reach}: {json.dumps(person.answers)}")
    if len(claim.counterexamples) > EXAMPLES:
        click.echo(f"  and {len(claim.counterexamples) - EXAMPLES} more (--report FILE has all)")
    for open_ in claim.open:
        click.echo(f"  not proven: {open_}")


def _number(value: object) -> object:
    """Two digits, a bound rounded outwards."""
    match value:
        case float():
            return f"{value:.2f}"
        case [float(low), float(high)]:
            return f"between {floor(low * 100) / 100:.2f} and {ceil(high * 100) / 100:.2f}"
    return value


def _write(data: dict[str, object], report: str | None) -> None:
    if report is not None:
        write_private(report, json.dumps(data, indent=2, ensure_ascii=False) + "\n", force=False)


def _examples(done: list[Proven]) -> Iterator[tuple[str, str]]:
    """Each person of each counterexample as an answers file, such as `worry-never-lowers-1a.json`."""
    for one in done:
        for number, example in enumerate(one.claim.counterexamples, start=1):
            for letter, person in zip("abc", example.people, strict=False):
                text = json.dumps(person.answers, indent=2) + "\n"
                yield f"{one.theorem.id}-{number}{letter}.json", text
