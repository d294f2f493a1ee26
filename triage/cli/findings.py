"""What `triage test` has found, in words and as data."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from triage.answers import Answers
from triage.errors import Place
from triage.loading import Reading
from triage.pack import Case, Pack
from triage.verify.coverage import Coverage, Literal, Rule
from triage.verify.mutants import spelt
from triage.verify.rewrite import Where
from triage.verify.trial import Judged, gravest_first, score

MOST = 20


@dataclass
class Findings:
    """The cases of a pack and what they show; ``faults`` are those judged so far of all ``planted``."""

    reading: Reading
    pack: Pack
    cases: Sequence[Case]
    coverage: Coverage
    faults: list[Judged] = field(default_factory=list)
    planted: int = 0

    @property
    def partial(self) -> bool:
        """Whether the work was broken off."""
        return len(self.faults) < self.planted

    @property
    def share(self) -> float:
        """The figure that is asked for, in percent: of faults where some were planted, else of literals."""
        return score(self.faults).share if self.planted else _percent(*self.coverage.shown_literals)

    def place(self, where: Where) -> Place:
        """The line and column of a place in the pack."""
        return self.reading.files[where[0]].place(where[1])

    # --- in words -------------------------------------------------------------------------------

    def text(self) -> str:
        """Everything as lines."""
        lines = [f"{_many(len(self.cases), 'case')}, all of which hold"]
        lines.append(f"Rules     {_of(*self.coverage.shown_rules)} hold in one case and fail in another")
        lines.append(f"Literals  {_of(*self.coverage.shown_literals)} are shown to matter")
        if self.planted:
            lines += ["", *self._faults()]
        else:
            hidden = [*self._hidden()]
            lines += [f"  {line}" for line in hidden[:MOST]]
            lines += [f"  and {len(hidden) - MOST} more; --format json lists all"] if hidden[MOST:] else []
        return "\n".join(lines)

    def _hidden(self) -> Iterator[str]:
        for rule, literal in self._not_shown():
            yield f"{self.place(rule.where)}: {rule.name}: no case shows {_lacking(literal)}"

    def _not_shown(self) -> Iterator[tuple[Rule, Literal]]:
        for rule in self.coverage.rules:
            yield from ((rule, one) for one in rule.literals if not (one.holds and one.fails))

    def _faults(self) -> Iterator[str]:
        found = score(self.faults)
        if self.partial:
            yield f"Interrupted after {len(self.faults):,} of {self.planted:,} faults: a partial result."
        changing = found.planted - found.equal
        yield f"Faults    {found.planted:,} planted; of {found.equal:,} it is proven that they change nothing"
        yield f"Noticed   {_of(found.noticed, changing)} that change something make a case fail"
        silent = gravest_first(self.faults)
        if silent:
            yield "\nNo case would notice these; the gravest come first:"
        for one in silent[:MOST]:
            yield from self._silent(one)
        if silent[MOST:]:
            yield f"\nand {len(silent) - MOST} more; --format json lists all"

    def _silent(self, one: Judged) -> Iterator[str]:
        person = one.person(self.pack)
        yield f"\n{self.place(one.mutant.where)}: {one.mutant}"
        yield f"  {one.change}: {_levels(*person.before)}  →  {_levels(*person.after)}"
        yield f"  answers: {written(self.pack, person.answers)}"
        yield from (f"  not said any more: {say}" for say in person.lost)
        yield from (f"  said now: {say}" for say in person.new)
        yield from (f"  {cause}: {before}  →  {after}" for cause, before, after in person.causes)

    # --- as data --------------------------------------------------------------------------------

    def data(self) -> dict[str, Any]:
        """The same as plain data, with everything that the lines leave out."""
        rules, literals = self.coverage.shown_rules, self.coverage.shown_literals
        found: dict[str, Any] = {
            "pack": {
                "id": self.pack.about.id,
                "version": self.pack.about.version,
                "digest": self.pack.digest,
            },
            "cases": len(self.cases),
            "rules": {"shown": rules[0], "all": rules[1], "percent": round(_percent(*rules), 2)},
            "literals": {"shown": literals[0], "all": literals[1], "percent": round(_percent(*literals), 2)},
            "not_shown": [
                {
                    **self._at(rule.where),
                    "rule": rule.name,
                    "literal": one.text,
                    "no_case_shows": _lacking(one),
                }
                for rule, one in self._not_shown()
            ],
        }
        if self.planted:
            told = score(self.faults)
            found["faults"] = {
                "planted": self.planted, "judged": told.planted, "partial": self.partial,
                "noticed": told.noticed, "change_nothing": told.equal, "percent": round(told.share, 2),
                "silent": [self._as_data(one) for one in gravest_first(self.faults)],
            }  # fmt: skip
        return found

    def _at(self, where: Where) -> dict[str, Any]:
        return dict(zip(("path", "line", "column"), self.place(where), strict=True))

    def _as_data(self, one: Judged) -> dict[str, Any]:
        person, mutant = one.person(self.pack), one.mutant
        return {
            **self._at(mutant.where), "rule": mutant.rule, "fault": str(mutant),
            "before": spelt(mutant.before), "after": spelt(mutant.after), "change": one.change,
            "levels_before": person.before, "levels_after": person.after,
            "not_said_any_more": person.lost, "said_now": person.new, "causes": person.causes,
            "answers": plain(self.pack, person.answers),
        }  # fmt: skip

    def write_people(self, name: str) -> None:
        """One answers file for each fault that no case notices, into a folder that is new or empty."""
        from triage.cli.files import write_all

        texts: dict[str, str] = {}
        for number, one in enumerate(gravest_first(self.faults), start=1):
            told = written(self.pack, one.person(self.pack).answers)
            texts[f"{number:04}.yaml"] = f"# {one.mutant}\n# {one.change}\n{told}\n"
        write_all("--people", name, texts)


def plain(pack: Pack, answers: Answers) -> dict[str, Any]:
    """Answers as a file holds them, with ``none`` for a list to which all is no."""
    found: dict[str, Any] = {}
    for name, answer in answers.items():
        if isinstance(answer, Mapping):
            all_no = len(answer) == len(pack.question[name].choices) and {*answer.values()} == {"no"}
            found[name] = "none" if all_no else dict(answer)
        else:
            found[name] = answer
    return found


def written(pack: Pack, answers: Answers) -> str:
    """Answers on one line that `triage run --answers` reads."""
    return json.dumps(plain(pack, answers), ensure_ascii=False)


def _lacking(literal: Literal) -> str:
    """What no case shows of a literal."""
    lacking = [] if literal.holds else [f"that it matters when '{literal.text}' holds"]
    lacking += [] if literal.fails else [f"that it matters when '{literal.text}' does not hold"]
    return " nor ".join(lacking)


def _levels(level: str, reach: str) -> str:
    return level if level == reach else f"{level} (not excluded: {reach})"


def _percent(some: int, whole: int) -> float:
    return 100 * some / whole if whole else 100.0


def _of(some: int, whole: int) -> str:
    return f"{some:,} of {whole:,} ({_percent(some, whole):.1f} %)"


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"
