"""Where everything comes from: citations that carry what is said, problems dealt with, conflicts settled.

A statement is *used* when it carries something: it is the only source of what cites it, or it is
cited with the words that rest on it (``S31 for hepatitis B``). A seed statement that merely stands
beside others could be taken away and nothing would change; outside evidence may stand so, as a
second voice.
"""

from collections.abc import Iterator, Sequence

from triage.errors import did_you_mean
from triage.pack import JUDGEMENT, SEED, Choice, Cited, Conflict, Pack, Problem
from triage.walk import Fault, citations

SAYING = ("say", "ask", "label", "why", "because", "about", "taken")


def citations_hold(pack: Pack) -> Iterator[Fault]:
    """Every sentence has a basis that carries it; nothing withheld is quoted; words cited are there."""
    for file, loc, cited in citations(pack):
        if cited.basis != JUDGEMENT and not cited.sources:
            yield Fault(file, loc, "no-source", f"basis '{cited.basis}' needs sources", "or say 'judgement'")
        if cited.basis == JUDGEMENT and cited.sources:
            yield Fault(file, loc, "judgement-with-source", "a judgement cites nothing", "or say 'derived'")
        for name in cited.sources:
            if name not in pack.statement:
                yield _unknown(pack, file, loc, name)
            elif reason := pack.statement[name].withheld:
                yield Fault(file, loc, "withheld-quoted", f"'{name}' is withheld: {reason}")
            if name.words and name.words.casefold() not in _said(cited):
                message = f"'{name}' is cited for '{name.words}', which is not said here"
                yield Fault(file, loc, "words-not-said", message, "cite the words as they stand")


def _said(cited: Cited) -> str:
    """All that a citer says, its options included, without regard to case."""
    said = vars(cited)
    options: Sequence[Choice] = said.get("options", ())
    words = [said.get(name, "") for name in SAYING]
    return "\n".join([*words, *(choice.label for choice in options)]).casefold()


def _unknown(pack: Pack, file: str, loc: Sequence[str | int], name: str) -> Fault:
    hint = did_you_mean(name, list(pack.statement))
    return Fault(file, loc, "unknown-statement", f"there is no statement '{name}'", hint)


def documents_exist(pack: Pack) -> Iterator[Fault]:
    """Each statement belongs to a document, and there is one for the project's own judgement."""
    for number, statement in enumerate(pack.statements):
        if statement.document not in pack.document:
            hint = did_you_mean(statement.document, list(pack.document))
            message = f"there is no document '{statement.document}'"
            yield Fault("sources.yaml", ("statements", number, "document"), "unknown-document", message, hint)
    if not any(document.kind == JUDGEMENT for document in pack.documents):
        message = "the pack needs a document of kind 'judgement' for its own judgements"
        yield Fault("sources.yaml", ("documents",), "no-judgement-document", message)


def problems_and_conflicts_are_dealt_with(pack: Pack) -> Iterator[Fault]:
    """Problems and conflicts name statements that exist, and things in the pack that deal with them."""
    known = references(pack)
    for field, number, thing in _flaws(pack):
        for name in _statements(thing):
            if name not in pack.statement:
                yield _unknown(pack, "sources.yaml", (field, number), name)
        for reference in thing.by:
            if reference not in known:
                message = f"'{thing.id}' is said to be dealt with by '{reference}', which does not exist"
                hint = did_you_mean(reference, sorted(known))
                yield Fault("sources.yaml", (field, number, "by"), "unknown-reference", message, hint)


def _flaws(pack: Pack) -> Iterator[tuple[str, int, Problem | Conflict]]:
    yield from (("problems", number, problem) for number, problem in enumerate(pack.problems))
    yield from (("conflicts", number, conflict) for number, conflict in enumerate(pack.conflicts))


def _statements(thing: Problem | Conflict) -> tuple[str, ...]:
    if isinstance(thing, Problem):
        return thing.statements
    return tuple(name for side in thing.sides for name in side.statements)


def references(pack: Pack) -> frozenset[str]:
    """What a problem or conflict can say deals with it, as ``kind/id``."""
    guard = pack.about.reassurance
    advice = (*pack.general.advice, *(part for cause in pack.causes for part in cause.advice))
    return frozenset(
        [
            *(f"question/{question.id}" for question in pack.questions),
            *(f"fact/{fact.id}" for fact in pack.facts),
            *(f"flag/{flag.id}" for flag in pack.red_flags),
            *(f"cause/{cause.id}" for cause in pack.causes),
            *(
                f"evidence/{cause.id}/{part.id}"
                for cause in pack.causes
                for part in (*cause.supporting, *cause.against)
            ),
            *(f"advice/{part.id}" for part in advice if part.id is not None),
            *(f"switch_off/{off.id}" for off in (guard.switch_off if guard else ())),
            *(f"{'withheld' if one.withheld else 'statement'}/{one.id}" for one in pack.statements),
            *(f"conflict/{conflict.id}" for conflict in pack.conflicts),
            *(f"term/{term}" for term in pack.about.terms),
        ]
    )


def carried(pack: Pack) -> frozenset[str]:
    """The statements that are used: taken away, what cites them would lose its source or its words."""
    return frozenset(
        name
        for _, _, cited in citations(pack)
        for name in cited.sources
        if name.words or len(cited.sources) == 1
    )


def statements_used_or_withheld(pack: Pack) -> Iterator[Fault]:
    """A statement that is neither used nor withheld was forgotten, or is an ornament."""
    used = carried(pack)
    cited = {name for _, _, citer in citations(pack) for name in citer.sources}
    for number, statement in enumerate(pack.statements):
        if statement.id in used or statement.withheld is not None:
            continue
        loc = ("statements", number)
        if statement.id not in cited:
            message = f"statement '{statement.id}' is neither cited nor withheld"
            hint = "cite it where it is used, or say why not in 'withheld'"
            yield Fault("sources.yaml", loc, "unused-statement", message, hint)
        elif pack.document[statement.document].kind == SEED:
            message = f"seed statement '{statement.id}' only stands beside others; nothing rests on it"
            hint = f"cite it alone, or with its words: '{statement.id} for …'"
            yield Fault("sources.yaml", loc, "statement-carries-nothing", message, hint)
