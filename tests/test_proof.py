"""The theorems: sound packs pass, and each fault is shown by people whose answers replay to what is claimed."""

import pytest

from triage.assess import assess
from triage.pack import Pack
from triage.verify.proof import THEOREMS, Proven, prove
from triage.verify.theorems.claim import Claim

DECIDE = {theorem.id: theorem for theorem in THEOREMS}


def decide(pack: Pack, theorem: str) -> Claim:
    proven = prove(pack, DECIDE[theorem])
    assert isinstance(proven, Proven)
    replay(pack, proven.claim)
    return proven.claim


def replay(pack: Pack, claim: Claim) -> None:
    """Everybody named comes to what is claimed for them."""
    people = [person for example in claim.counterexamples for person in example.people]
    for person in (*people, *claim.witnesses.values()):
        found = assess(pack, person.answers)
        assert (found.level.id, found.could_reach or found.level.id) == (person.level, person.could_reach)


@pytest.mark.parametrize("theorem", DECIDE)
def test_the_shipped_pack_holds(liver: Pack, theorem: str) -> None:
    claim = decide(liver, theorem)
    assert [example.message for example in claim.counterexamples] == []
    assert claim.outcome == "holds"
