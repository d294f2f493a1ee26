"""Nothing contradicts: what speaks strongly both ways is said to, and no word of a medicine is ever told."""

from collections.abc import Iterator

from triage.pack import Pack
from triage.provenance import citations_hold
from triage.verify.check import no_medicine_is_named
from triage.verify.formula import Formula
from triage.verify.space import Anyone, Space
from triage.verify.theorems.claim import Claim, Counterexample, Place, person
from triage.walk import Fault, citations, parts, texts


def nothing_contradicts(pack: Pack) -> Claim:
    """Strong both ways is *contested*; reassurance stands beside no switch-off; no withheld word is told."""
    space = Space(pack)
    claim = Claim()
    anyone = space.anyone()
    space.solver.always(anyone.fits)
    claim.counts["causes_that_can_be_contested"] = sum(
        space.solver.find(anyone.sheet.support(cause)["contested"]) is not None for cause in pack.causes
    )
    for message, never, place in (*_contested(pack, anyone), *_reassured(pack, anyone)):
        model = space.solver.find(never)
        if model:
            claim.counterexamples.append(Counterexample(message, (person(anyone, model),), (place,)))
    for fault in (*no_medicine_is_named(pack), *_medicines_in_sources(pack), *citations_hold(pack)):
        claim.counterexamples.append(
            Counterexample(fault.message, (), ((fault.file, fault.loc),), fault.hint)
        )
    claim.counts["texts_read"] = sum(1 for part in parts(pack) for _ in texts(part))
    claim.counts["words_of_medicines"] = len(pack.about.medicines)
    return claim


def _contested(pack: Pack, anyone: Anyone) -> Iterator[tuple[str, Formula, Place]]:
    """For each cause: strong for and strong against, and yet not contested."""
    for cause in pack.causes:
        both = anyone.space.graph.true
        for side in (cause.supporting, cause.against):
            strong = (anyone.sheet.planes(part.when).yes for part in side if part.strength == "strong")
            both = both & anyone.space.graph.any(strong)
        message = f"evidence for '{cause.id}' is strong both ways, and it is not called contested"
        yield message, both & ~anyone.sheet.support(cause)["contested"], (f"causes/{cause.id}.yaml", ())


def _reassured(pack: Pack, anyone: Anyone) -> Iterator[tuple[str, Formula, Place]]:
    """For each switch-off: not excluded, and yet somebody is reassured."""
    guard = pack.about.reassurance
    for number, off in enumerate(guard.switch_off if guard else ()):
        beside = anyone.sheet.reassured() & ~anyone.sheet.planes(off.when).no
        place = ("pack.yaml", ("reassurance", "switch_off", number))
        yield f"somebody is reassured although '{off.id}' is not excluded", beside, place


def _medicines_in_sources(pack: Pack) -> Iterator[Fault]:
    """No medicine stands in what is shown of a document: its title, its publisher, how it was read."""
    told = [citer for file, _, citer in citations(pack) if file != "sources.yaml"]
    cited = {pack.statement[name].document for citer in told for name in citer.sources}
    for number, document in enumerate(pack.documents):
        if document.id not in cited:
            continue
        for field in ("title", "publisher", "read"):
            for word in pack.about.medicines:
                if word.casefold() in str(getattr(document, field)).casefold():
                    loc = ("documents", number, field)
                    yield Fault("sources.yaml", loc, "medicine-named", f"'{word}' is shown with the sources")
