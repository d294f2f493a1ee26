"""One person's answers seen through a pack: which questions apply, what holds, what is still open."""

from collections.abc import Iterator, Mapping

from triage.answers import Answer, Answers, describe_answer, is_answered, item_label, truth_of
from triage.condition import All, Atom, Condition, Fact, Item, Leaf, Not, Open, Verdict, judge
from triage.errors import AnswerError, Misfit
from triage.logic import NO, UNKNOWN, YES
from triage.pack import EMERGENCY, LEVELS, RANK, Cause, Pack, RedFlag

ALWAYS = Verdict(YES)


class View:
    """Judges conditions of ``pack`` for one set of canonical answers, each leaf once.

    ``assumed`` is an atom taken to hold, whatever was answered and whether or not its question applies.
    """

    def __init__(self, pack: Pack, answers: Answers, assumed: Atom | None = None) -> None:
        self.pack = pack
        self.answers = answers
        self.assumed = assumed
        self._judged: dict[int, tuple[Condition, Verdict]] = {}
        self._known: dict[Leaf, Verdict] = {}
        self._gates: dict[str, Verdict] = {}

    def judge(self, condition: Condition | None) -> Verdict:
        """The verdict on a condition; no condition always holds."""
        if condition is None:
            return ALWAYS
        # By identity, because comparing trees would cost more; a condition kept here keeps its identity.
        if id(condition) not in self._judged:
            self._judged[id(condition)] = condition, judge(condition, self._look)
        return self._judged[id(condition)][1]

    def holds(self, condition: Condition | None) -> bool:
        """Whether the condition surely holds."""
        return self.judge(condition).truth is YES

    def applies(self, question: str) -> Verdict:
        """Whether a question applies: unless its ``only_if`` is NO, it does."""
        if question not in self._gates:
            self._gates[question] = self.judge(self.pack.question[question].only_if)
        return self._gates[question]

    def _look(self, leaf: Leaf) -> Verdict:
        if leaf not in self._known:
            self._known[leaf] = self._fresh(leaf)
        return self._known[leaf]

    def _fresh(self, leaf: Leaf) -> Verdict:
        return self.judge(self.pack.fact[leaf.name].when) if isinstance(leaf, Fact) else self._atom(leaf)

    def _atom(self, atom: Atom) -> Verdict:
        if atom == self.assumed:
            return Verdict(YES, (atom,))
        gate = self.applies(atom.question)
        if gate.truth is NO:
            return gate
        answer = self.answers.get(atom.question)
        if answer is None or not is_answered(atom, answer):
            return Verdict(UNKNOWN, (), (*gate.open, Open(atom, "unasked")), may_yes=True, may_no=True)
        truth = truth_of(atom, answer)
        if truth is UNKNOWN:
            return Verdict(UNKNOWN, (), (*gate.open, Open(atom, "unknown")), may_no=gate.may_no)
        return Verdict(truth, (atom,))

    # --- what the answers come to, before any words -----------------------------------------------

    def fired_rank(self) -> int:
        """The rank of the highest red flag that fires (0, a planned visit, if none does)."""
        return max((RANK[flag.level] for flag in self.pack.red_flags if self.holds(flag.when)), default=0)

    def possible_rank(self) -> int:
        """The rank of the highest red flag that is not excluded."""
        possible = (flag for flag in self.pack.red_flags if self.judge(flag.when).truth is not NO)
        return max((RANK[flag.level] for flag in possible), default=0)

    def open_flags(self, above: int) -> Iterator[tuple[RedFlag, Verdict]]:
        """Flags of a rank higher than ``above`` that are neither fired nor excluded."""
        for flag in self.pack.red_flags:
            if RANK[flag.level] > above:
                verdict = self.judge(flag.when)
                if verdict.truth is UNKNOWN:
                    yield flag, verdict

    def alone(self, verdict: Verdict, condition: Condition) -> tuple[Open, ...]:
        """Those of the atoms that could still settle a condition that alone would make it hold."""
        return tuple(
            still for still in verdict.open if View(self.pack, self.answers, still.atom).holds(condition)
        )

    def emergency_asked_in_vain(self) -> bool:
        """Whether some emergency flag was asked about as far as that can settle it, and is still unknown."""
        return any(
            not verdict.may_yes and not verdict.may_no for _, verdict in self.open_flags(above=EMERGENCY - 1)
        )

    def reassurance(self) -> Verdict:
        """The part of the reassurance guard that hangs on answers: the report says so, no switch-off."""
        guard = self.pack.about.reassurance
        if guard is None or self.fired_rank() > 0:
            return Verdict(NO)
        report = self.judge(guard.when)
        if report.truth is NO:
            return report
        return self.judge(_and_none(guard.when, tuple(off.when for off in guard.switch_off)))

    def open_atoms(self) -> dict[Open, None]:
        """Every atom that what is said still hangs on, asked or not, in a stable order."""
        found: dict[Open, None] = {}
        for verdict in self._outcome():
            found.update(dict.fromkeys(verdict.open))
        return found

    def _outcome(self) -> Iterator[Verdict]:
        """The verdicts that together are the outcome."""
        pack = self.pack
        yield from (self.judge(flag.when) for flag in pack.red_flags)
        withheld = pack.about.causes_withheld
        hidden = Verdict(NO) if withheld is None else self.judge(withheld.when)
        yield hidden
        if hidden.truth is not YES:
            for cause in pack.causes:
                yield from self._cause(cause)
        yield self.reassurance()
        general = pack.general
        if pack.about.carer is not None:
            yield self.judge(pack.about.carer.when)
        for rank in range(self.fired_rank(), self.possible_rank() + 1):
            yield from (self.judge(sentence.when) for sentence in pack.about.levels[LEVELS[rank]].say)
        for sentence in (*pack.about.finding, *pack.about.not_established):
            yield self.judge(sentence.when)
        for sentence in (*general.advice, *general.tests, *general.ask_doctor, *general.follow_up):
            yield self.judge(sentence.when)

    def _cause(self, cause: Cause) -> Iterator[Verdict]:
        supporting = [self.judge(part.when) for part in cause.supporting]
        yield from supporting
        yield from (self.judge(part.when) for part in cause.against)
        if any(verdict.truth is not NO for verdict in supporting):
            for sentence in (*cause.about, *cause.handling, *cause.advice, *cause.tests, *cause.follow_up):
                yield self.judge(sentence.when)


def _and_none(condition: Condition, others: tuple[Condition, ...]) -> Condition:
    return All((condition, *(Not(other) for other in others)))


def check_live(view: View) -> None:
    """Raise :class:`AnswerError` for each answer to a question that does not apply, naming both answers."""
    misfits = []
    for name, answer in view.answers.items():
        gate = view.applies(name)
        if gate.truth is NO:
            others = "; ".join(because(view, atom) for atom in gate.because)
            message = (
                f"'{name}' ({_short(view, name, answer)}) does not apply, because of the answer: {others}"
            )
            misfits.append(Misfit(name, message, "change one of the two answers or leave one out"))
    if misfits:
        raise AnswerError(misfits)


def because(view: View, atom: Atom) -> str:
    """An answered atom in the words the person saw, with the answer unless it is a plain yes."""
    question, answer = view.pack.question[atom.question], view.answers[atom.question]
    if not isinstance(atom, Item):
        said = describe_answer(question, answer)
        return question.label if said == "yes" else f"{question.label}: {said}"
    label = item_label(question, atom.item)
    state = answer[atom.item] if isinstance(answer, Mapping) else "unknown"
    return label if state == "yes" else f"{label}: {state}"


def _short(view: View, name: str, answer: Answer) -> str:
    question = view.pack.question[name]
    if isinstance(answer, Mapping):
        return ", ".join(f"{item}: {state}" for item, state in answer.items())
    return describe_answer(question, answer)
