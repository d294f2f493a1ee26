"""Everything that can be said against a pack without running an interview, in one report."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from triage.condition import Atom, Compare, Condition, Fact, Item, Said, leaves
from triage.errors import AnswerError, Issue, PackError
from triage.loading import CASES, load_cases, read_pack
from triage.pack import EMERGENCY, RANK, SEED, Case, Pack
from triage.provenance import carried, statements_used_or_withheld
from triage.source import Loc, read
from triage.verify.cases import differences
from triage.walk import Fault, parts, texts

LONGEST_EMERGENCY_LIST = 7


@dataclass(frozen=True, slots=True)
class Report:
    """The issues of a pack in a stable order, and how much was looked at."""

    issues: tuple[Issue, ...]
    counts: dict[str, int]

    def summary(self) -> str:
        """One line for the end, and one that counts what the seeds say both ways."""
        errors = sum(issue.severity == "error" for issue in self.issues)
        line = f"{_count(errors, 'errors')}, {_count(len(self.issues) - errors, 'warnings')}"
        told = dict(self.counts)
        seeds, used, withheld = (told.pop(f"seed statements{part}", 0) for part in ("", " used", " withheld"))
        problems = told.pop("problems", 0)
        if told:
            line += f" in {', '.join(_count(count, name) for name, count in told.items())}"
        if seeds:
            line += (
                f"\n{used + withheld}/{seeds} seed statements: {used} used, "
                f"{withheld} withheld with a reason; "
                f"{problems}/{problems} problems dealt with"
            )
        return line


def _count(count: int, name: str) -> str:
    return f"{count} {name.removesuffix('s') if count == 1 else name}"


def check_pack(folder: Path) -> Report:
    """Check the pack in a folder: whether it loads, and whether it is sound."""
    reading = read_pack(folder)
    if reading.pack is None:
        return Report(PackError(reading.issues).issues, {})
    pack = reading.pack
    issues = [reading.place(fault) for check in CHECKS for fault in check(pack)]
    try:
        cases = load_cases(folder)
    except PackError as error:
        return Report(PackError((*issues, *error.issues)).issues, {})
    issues += case_issues(folder, pack, cases)
    return Report(PackError(issues).issues, _counts(pack, len(cases)))


def _counts(pack: Pack, cases: int) -> dict[str, int]:
    """How much the pack holds; of its seed statements, how many are used and how many withheld."""
    seeds = [one for one in pack.statements if pack.document[one.document].kind == SEED]
    used, withheld = carried(pack), [one for one in seeds if one.withheld is not None]
    return {
        "questions": len(pack.questions),
        "red flags": len(pack.red_flags),
        "causes": len(pack.causes),
        "cases": cases,
        "seed statements": len(seeds),
        "seed statements used": sum(one.id in used for one in seeds),
        "seed statements withheld": len(withheld),
        "outside statements": len(pack.statements) - len(seeds),
        "problems": len(pack.problems),
        "conflicts": len(pack.conflicts),
    }


def emergency_items_have_a_plainer_question(pack: Pack) -> Iterator[Fault]:
    """Who is not sure about a danger sign is asked once more in plainer words."""
    for atom in _emergency_atoms(pack):
        number = pack.position[atom.question]
        question = pack.questions[number]
        if isinstance(atom, Item):
            place = list(question.choices).index(atom.item)
            if question.options[place].plainer is None:
                loc: Loc = ("questions", number, "options", place)
                message = f"'{atom.item}' is read by an emergency flag and has no 'plainer' question"
                yield Fault("questions.yaml", loc, "no-plainer-question", message)
        elif isinstance(atom, Said | Compare) and question.plainer is None:
            message = f"'{question.id}' is read by an emergency flag and has no 'plainer' question"
            yield Fault("questions.yaml", ("questions", number), "no-plainer-question", message)


def emergency_lists_are_short(pack: Pack) -> Iterator[Fault]:
    """A long list of danger signs is skimmed."""
    for name in dict.fromkeys(atom.question for atom in _emergency_atoms(pack)):
        number = pack.position[name]
        if len(pack.questions[number].options) > LONGEST_EMERGENCY_LIST:
            message = f"'{name}' is an emergency list with more than {LONGEST_EMERGENCY_LIST} items"
            yield Fault(
                "questions.yaml", ("questions", number, "options"), "emergency-list-too-long", message
            )


def _emergency_atoms(pack: Pack) -> dict[Said | Item | Compare, None]:
    """The atoms that emergency flags read, through facts and gates."""
    waiting = [flag.when for flag in pack.red_flags if RANK[flag.level] >= EMERGENCY]
    found: dict[Said | Item | Compare, None] = {}
    while waiting:
        for leaf, _ in leaves(waiting.pop()):
            if isinstance(leaf, Fact):
                waiting.append(pack.fact[leaf.name].when)
            elif isinstance(leaf, Said | Item | Compare) and leaf not in found:
                found[leaf] = None
                gate = pack.question[leaf.question].only_if
                waiting += [gate] if gate is not None else []
    return found


def only_relief_stands_under_not(pack: Pack) -> Iterator[Fault]:
    """Under a *not*, a worry would lower a level; only what is declared relieving may stand there."""
    for number, flag in enumerate(pack.red_flags):
        for atom, negated in _atoms(pack, flag.when):
            if negated and not _relieving(pack, atom):
                message = f"'{atom}' stands under 'not' in '{flag.id}' and is not declared relieving"
                hint = "a worry must never lower a level"
                yield Fault("red_flags.yaml", ("red_flags", number, "when"), "level-can-drop", message, hint)


def _atoms(pack: Pack, condition: Condition, negated: bool = False) -> Iterator[tuple[Atom, bool]]:
    """The atoms of a condition with their polarity, facts looked through."""
    for leaf, under_not in leaves(condition, negated):
        if isinstance(leaf, Fact):
            yield from _atoms(pack, pack.fact[leaf.name].when, under_not)
        else:
            yield leaf, under_not


def _relieving(pack: Pack, leaf: Atom) -> bool:
    if isinstance(leaf, Item):
        return pack.question[leaf.question].role_of(leaf.item) == "relieving"
    return isinstance(leaf, Said) and pack.question[leaf.question].role == "relieving"


def no_medicine_is_named(pack: Pack) -> Iterator[Fault]:
    """No medicine on the pack's list stands in any text that a person may be shown."""
    words = [word.casefold() for word in pack.about.medicines]
    for part in parts(pack):
        for loc, text in texts(part) if part.file != "sources.yaml" else ():
            for word in words:
                if word in text.casefold():
                    message = f"'{word}' is on the list of medicines not to be shown"
                    yield Fault(part.file, loc, "medicine-named", message)


Check = Callable[[Pack], Iterator[Fault]]
CHECKS: tuple[Check, ...] = (
    statements_used_or_withheld,
    emergency_items_have_a_plainer_question,
    emergency_lists_are_short,
    only_relief_stands_under_not,
    no_medicine_is_named,
)


def case_issues(folder: Path, pack: Pack, cases: Sequence[Case]) -> list[Issue]:
    """Cases whose answers do not fit the questions, or that come to something else than expected."""
    found: list[tuple[Loc, str, str]] = []
    for number, case in enumerate(cases):
        try:
            wrong = list(differences(pack, case))
            found += [(("cases", number, "expect"), "case-fails", f"{case.id}: {part}") for part in wrong]
        except AnswerError as error:
            found += [(("cases", number, "answers"), "case-answer", str(misfit)) for misfit in error.misfits]
    source = read(folder / CASES) if found else None
    return [Issue(code, message, source.place(loc)) for loc, code, message in found if source]
