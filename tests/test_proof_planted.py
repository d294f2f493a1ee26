"""Packs with one planted fault each: the theorem it breaks is the one that fails, with the place and the people.

Each pack is the small one with a few texts of its files changed, and is read from files like any other.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli.command import run
from tests.conftest import SMALL
from tests.test_proof import DECIDE, replay
from triage.assess import assess
from triage.loading import Reading, read_pack
from triage.pack import RANK, Pack
from triage.verify.course import course
from triage.verify.formula import Formula
from triage.verify.proof import THEOREMS, Proven, issues, prove
from triage.verify.theorems.claim import Counterexample, Person
from triage.worlds import Compiled, Sheet

ENDING = "basis: judgement}\n"


class Planted(NamedTuple):
    """A fault: what becomes what in which file, what is then said, and the text at the place it is said of."""

    theorem: str
    file: str
    old: str
    new: str
    said: str
    at: str  # FILE: the text with which the place begins, or a text of the line before a colon


def flag(name: str, level: str, when: str, more: str = "") -> str:
    return f'  - {{id: {name}, evidence: test, level: {level}, when: "{when}", say: Look., {more}{ENDING}'


def yes_no(name: str, more: str = "") -> str:
    return (
        f"  - {{id: {name}, kind: yes_no, section: S, ask: 'Is it {name}?', label: 'The {name}', why: It matters., "
        f"{more}{ENDING}"
    )


NEVER = "age >= 60 and age < 50"
CHILD = "age < 18"
FLAGS = ("red_flags.yaml", "red_flags:\n", "red_flags:\n")
QUESTIONS = ("questions.yaml", "questions:\n", "questions:\n")
ADVICE = ("advice.yaml", "tests:\n", "tests:\n")


def new_flag(
    theorem: str, name: str, level: str, when: str, said: str, more: str = "", at: str = ""
) -> Planted:
    file, old, new = FLAGS
    return Planted(
        theorem, file, old, new + flag(name, level, when, more), said, at or f"red_flags.yaml: id: {name},"
    )


def untold(level: str, words: str, when: str) -> Planted:
    said = f"somebody ends in '{level}' and is not told what to do"
    old = f"{{say: {words}, basis"
    return Planted("interview-ends", "pack.yaml", old, f'{{say: {words}, when: "{when}", basis', said,
                   f"pack.yaml: say: {words}")  # fmt: skip


def urgent(when: str, asked: str = "age") -> Planted:
    """An emergency flag that never fires, and reads a question that is asked before the danger signs."""
    said = f"'{asked}' is asked before questions that could still raise the level"
    return new_flag("red-flags-hold", "never", "emergency", when, said, at=f"questions.yaml: id: {asked},")


def inexact(level: str, *whens: str) -> Planted:
    """Flags of one level, some of which holds whatever an answer turns out to be."""
    file, old, new = FLAGS
    more = "".join(flag(f"flag{number}", level, when) for number, when in enumerate(whens))
    said = f"however the rest turns out, the level is {level}; but it is not said to be certain"
    return Planted("unknown-is-exact", file, old, new + more, said, "red_flags.yaml: id: flag0,")


def undue(when: str, level: str = "emergency") -> Planted:
    said = "'never' is not excluded, but however the rest turns out no flag of its level fires"
    return new_flag("unknown-is-exact", "never", level, when, said)


def lowering(worry: str, what: str, level: str, when: str, at: str) -> Planted:
    said = f"'{worry}' lowers {what}"
    return new_flag("worry-never-lowers", "dropping", level, when, said, at=f"questions.yaml: {at}")


def shadow(name: str, level: str, when: str, by: str) -> Planted:
    said = f"whenever '{name}' holds, so does '{by}', which is as strong"
    return new_flag("nothing-is-shadowed", name, level, when, said)


PLANTED = [
    untold("consultation", "See a doctor at a planned visit.", "benign"),
    untold("consultation_2w", "See a doctor soon.", "no_stones"),
    untold("consultation_24", "See a doctor today.", "jaundice"),
    untold("emergency", "Go now.", "not black_stool"),
    untold("emergency_ambulance", "Call now.", "age < 80"),
    urgent(NEVER),
    urgent(f"fever and jaundice and {NEVER}"),
    urgent("at least 2 of (age < 20, age >= 60)"),
    urgent("age = 30 and age = 31 and black_stool"),
    urgent("iron and not black_stool and age >= 60 and age < 50"),
    Planted("red-flags-hold", "red_flags.yaml", "when: fever and jaundice,", f'when: "fever and jaundice or {NEVER}",',
            "'age' is asked before questions that could still raise the level", "questions.yaml: id: age,"),
    inexact("consultation_24", "fever or not fever"),
    inexact("consultation_2w", "age >= 60", "age < 60"),
    inexact("consultation_2w", "hepatitis = never", "hepatitis in (b, c)"),
    inexact("emergency", "black_stool and iron", "black_stool and not iron"),
    inexact("emergency_ambulance", "stones and benign", "stones and not benign"),
    undue(NEVER),
    undue("hepatitis = b and hepatitis = c"),
    undue("black_stool and not black_stool", "emergency_ambulance"),
    new_flag("unknown-is-exact", "never", "emergency", "iron and not black_stool",
             "however the rest turns out, the level is consultation_24; but it is not said to be certain"),
    undue("viral_hepatitis and hepatitis = never"),
    lowering("fever", "the level", "emergency", "stones and not fever", "id: alarm"),
    lowering("cancer", "the level", "emergency_ambulance", "fever and not cancer", "id: past"),
    lowering("hepatitis = b", "the level", "emergency", "hepatitis = never", "id: hepatitis"),
    lowering("hepatitis = c", "could_reach", "emergency_ambulance", "benign and not viral_hepatitis", "id: hepatitis"),
    lowering("jaundice", "the level", "emergency_ambulance", "stones and not at least 2 of (fever, jaundice)", "id: alarm"),
    Planted("worry-never-lowers", "questions.yaml", "ask: Which of", "only_if: hepatitis = never\n    ask: Which of",
            "'hepatitis = b' lowers the level", "questions.yaml: id: hepatitis"),
    new_flag("nothing-is-dead", "never", "consultation_24", NEVER, "flag never can never be shown"),
    Planted("nothing-is-dead", "causes/scar.yaml", "when: injury", f"when: {NEVER}",
            "evidence scar/injury can never be shown", "causes/scar.yaml: id: injury"),
    Planted("nothing-is-dead", "causes/scar.yaml", "when: injury", "when: stones and cancer",
            "item injury can change nothing", "questions.yaml: id: past"),
    Planted("nothing-is-dead", *QUESTIONS[:2], QUESTIONS[2] + yes_no("colour"),
            "question colour can change nothing", "questions.yaml: id: colour"),
    Planted("nothing-is-dead", "facts.yaml", "facts:\n", "facts:\n  - {id: idle, when: fever, says: nobody reads it}\n",
            "fact idle can change nothing", "facts.yaml: id: idle"),
    Planted("nothing-is-dead", *ADVICE[:2], f'  - {{kind: do, say: Rest., when: "{NEVER}", {ENDING}' + ADVICE[2],
            "advice 3 can never be shown", "advice.yaml: kind: do, say: Rest."),
    Planted("nothing-is-dead", "pack.yaml", "switch_off:\n", f"switch_off:\n    - {{id: off, when: benign, because: It is., {ENDING}",
            "reassurance can never be shown", "pack.yaml: when: benign\n"),
    Planted("nothing-is-dead", "pack.yaml", "{say: Call now., basis: judgement}",
            f"{{say: Call now., {ENDING[:-1]}, {{say: 'Hurry, at last.', when: '{NEVER}', {ENDING[:-1]}",
            "sentence 2 of level emergency_ambulance can never be shown", "pack.yaml: say: Call now."),
    Planted("nothing-contradicts", "red_flags.yaml", "It can be an infection.", "Take Examplamycin.",
            "'examplamycin' is on the list of medicines not to be shown", "red_flags.yaml: id: fever_with_jaundice"),
    Planted("nothing-contradicts", "questions.yaml", "Do you take iron?", "Do you take iron or EXAMPLAMYCIN?",
            "'examplamycin' is on the list of medicines not to be shown", "questions.yaml: id: iron"),
    Planted("nothing-contradicts", "causes/bile_stones.yaml", "Ask about fat.", "Ask about examplamycin.",
            "'examplamycin' is on the list of medicines not to be shown", "causes/bile_stones.yaml: Ask about ex"),
    Planted("nothing-contradicts", "pack.yaml", "title: Be seen today", "title: Take your examplamycin",
            "'examplamycin' is on the list of medicines not to be shown", "pack.yaml: title: Take your"),
    Planted("nothing-contradicts", "sources.yaml", "title: A test document", "title: On examplamycin",
            "'examplamycin' is shown with the sources", "sources.yaml: On ex"),
    Planted("nothing-contradicts", "pack.yaml", "medicines: [examplamycin]", "medicines: [yellow skin]",
            "'yellow skin' is on the list of medicines not to be shown", "pack.yaml: terms:"),
    shadow("both_and_stool", "emergency", "fever and jaundice and black_stool", "fever_with_jaundice"),
    shadow("again", "consultation_24", "jaundice or fever and jaundice", "jaundice_alone"),
    shadow("older", "consultation_2w", "age >= 70 and cancer", "old_with_cancer"),
    shadow("yellow", "consultation_24", "viral_hepatitis and jaundice", "jaundice_alone"),
    shadow("scarred", "consultation", "black_stool and viral_hepatitis", "black"),
    Planted("nothing-is-shadowed", "causes/bile_stones.yaml", "handling:\n", "handling:\n",
            "whenever 'faint' holds, so does 'known', which is as strong", "causes/bile_stones.yaml: id: faint"),
]  # fmt: skip
FAINT = ("causes/bile_stones.yaml", "against:\n",
         f"  - {{id: faint, when: stones and fever, strength: weak, origin: record, say: Both., {ENDING}against:\n")  # fmt: skip


def pack_with(folder: Path, *changes: tuple[str, str, str]) -> Reading:
    """The small pack in a folder, with these texts changed."""
    shutil.copytree(SMALL, folder)
    (folder / "cases.yaml").unlink()
    for file, old, new in changes:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))
    return read_pack(folder)


def found_by(reading: Reading, theorem: str) -> Proven:
    assert reading.pack is not None, reading.issues
    done = prove(reading.pack, DECIDE[theorem])
    replay(reading.pack, done.claim)
    return done


def line_of(folder: Path, at: str) -> str:
    """``path:line`` of a text of a file."""
    file, _, text = at.partition(": ")
    content = (folder / file).read_text()
    assert text in content
    return f"{folder / file}:{content[: content.index(text)].count(chr(10)) + 1}"


@pytest.fixture(scope="module")
def sound(small: Pack) -> dict[str, list[str]]:
    """What is said of the pack before anything is planted, by theorem."""
    return {theorem.id: messages(prove(small, theorem).claim.counterexamples) for theorem in THEOREMS}


@pytest.mark.parametrize(
    "fault", PLANTED, ids=[f"{fault.theorem}: {fault.new[-70:].strip()}" for fault in PLANTED]
)
def test_a_planted_fault_is_caught_at_its_place_with_people_who_show_it(
    fault: Planted, sound: dict[str, list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "pack"
    changes = [fault[1:4]] if fault.old != fault.new else [FAINT]
    reading = pack_with(folder, *changes)
    done = found_by(reading, fault.theorem)
    assert done.claim.outcome == "fails"
    told = dict(
        zip([example.message for example in done.claim.counterexamples], issues(reading, done), strict=False)
    )
    assert fault.said in told, [*told]
    where = told[fault.said].where
    assert f"{where.path}:{where.line}" == line_of(folder, fault.at)
    assert fault.said not in sound[fault.theorem]


def test_every_theorem_has_at_least_five_planted_faults() -> None:
    planted = [fault.theorem for fault in PLANTED]
    assert {theorem.id for theorem in THEOREMS if planted.count(theorem.id) < 5} == {"pruning-is-honest"}
    assert len(FORGETFUL) >= 5


# --- sound packs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("theorem", DECIDE)
def test_the_same_pack_without_a_fault_is_sound(theorem: str, sound: dict[str, list[str]]) -> None:
    assert sound[theorem] == []


def test_a_rule_that_adds_to_the_one_that_implies_it_is_no_shadow(tmp_path: Path) -> None:
    for number, more in enumerate(("", "adds_to: fever_with_jaundice, ")):
        new = flag("both_and_stool", "emergency", "fever and jaundice and black_stool", more)
        reading = pack_with(
            tmp_path / str(number),
            (*FLAGS[:2], "red_flags:\n"),
            ("red_flags.yaml", "  - {id: black,", new + "  - {id: black,"),
        )
        assert found_by(reading, "nothing-is-shadowed").claim.outcome == ("holds" if more else "fails")


def test_a_relieving_answer_may_lower_and_is_listed_with_what_it_lowers(small: Pack) -> None:
    assert prove(small, DECIDE["worry-never-lowers"]).claim.counts["relieving"] == {"iron": ["bleeding"]}


# --- people who show it, through the real command ---------------------------------------------------


def replayed(folder: Path, person: Person, file: Path) -> tuple[str, str]:
    """What `triage run` says of somebody's answers: the level, and the level that is not excluded."""
    file.write_text(json.dumps(person.answers))
    result = run("run", str(folder), "--answers", str(file), "--no-input", "--format", "json")
    assert result.code in (0, 4), result.err
    return result.json["level"]["id"], result.json["could_reach"] or result.json["level"]["id"]


WITH_PEOPLE = {fault.theorem: fault for fault in PLANTED if fault.file != "pack.yaml"}


@pytest.mark.parametrize("theorem", [name for name in WITH_PEOPLE if name != "nothing-contradicts"])
def test_the_people_of_a_counterexample_come_to_what_is_claimed_through_the_command(
    theorem: str, tmp_path: Path
) -> None:
    fault = WITH_PEOPLE[theorem]
    folder = tmp_path / "pack"
    reading = pack_with(folder, *([fault[1:4]] if fault.old != fault.new else [FAINT]))
    for example in found_by(reading, theorem).claim.counterexamples:
        for person in example.people:
            assert replayed(folder, person, tmp_path / "person.json") == (person.level, person.could_reach)


def test_a_worry_that_lowers_is_shown_by_two_people_who_differ_in_it(tmp_path: Path) -> None:
    for number, fault in enumerate(fault for fault in PLANTED if fault.theorem == "worry-never-lowers"):
        reading = pack_with(tmp_path / str(number), fault[1:4])
        (example,) = (
            one for one in found_by(reading, fault.theorem).claim.counterexamples if one.message == fault.said
        )
        calm, worried = example.people
        assert RANK[worried.level] < RANK[calm.level] or RANK[worried.could_reach] < RANK[calm.could_reach]
        assert calm.answers != worried.answers


# --- faults of the engine itself --------------------------------------------------------------------
# No pack can break these parts: the interview asks whatever is open. So the fault is planted in the engine.


@pytest.fixture
def fresh(small: Pack) -> Pack:
    """A pack of its own: what a faulty engine makes of it is not kept for the next test."""
    return small.with_parts()


def forgetful(monkeypatch: pytest.MonkeyPatch, **less: Any) -> None:
    """Let the interview be led by a pack that has forgotten some of its rules."""

    def asked(compiled: Compiled, people: Sequence[Formula], full: Formula) -> Any:
        return course(Compiled(without(compiled.pack, **less)), people, full)

    monkeypatch.setattr("triage.verify.interviews.course", asked)


def without(pack: Pack, flags: Sequence[str] = (), causes: Sequence[str] = (), guard: bool = False) -> Pack:
    about = pack.about.model_copy(update={"reassurance": None}) if guard else pack.about
    return pack.with_parts(
        about=about,
        red_flags=tuple(flag for flag in pack.red_flags if flag.id not in flags),
        causes=tuple(cause for cause in pack.causes if cause.id not in causes),
    )


FORGETFUL: list[tuple[dict[str, Any], str]] = [
    ({"flags": ["bleeding"]}, "iron"),
    ({"causes": ["bile_stones"]}, "no_stones"),
    ({"causes": ["scar", "bile_stones"], "flags": ["old_with_cancer"], "guard": True}, "past"),
    ({"guard": True}, "benign"),
    (
        {"flags": ["bleeding", "black", "fever_with_jaundice", "jaundice_alone"], "causes": ["bile_stones"]},
        "alarm",
    ),
]


@pytest.mark.parametrize(("less", "left_out"), FORGETFUL, ids=[left_out for _, left_out in FORGETFUL])
def test_an_interview_that_forgets_a_rule_is_not_honest(
    less: dict[str, Any], left_out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = pack_with(tmp_path / "pack")
    forgetful(monkeypatch, **less)
    done = found_by(reading, "pruning-is-honest")
    (example,) = done.claim.counterexamples
    assert example.message == "the interview ends with another outcome than asking everything"
    assert line_of(tmp_path / "pack", f"questions.yaml: id: {left_out}") in [
        f"{reading.where(*place).path}:{reading.where(*place).line}" for place in example.places
    ]
    pruned, asked_all = example.people
    assert left_out not in pruned.answers
    assert left_out in asked_all.answers
    assert spoken(reading.pack, pruned) != spoken(reading.pack, asked_all)


def spoken(pack: Pack | None, person: Person) -> Any:
    """What a person is told, without what is still unknown."""
    assert pack is not None
    found = assess(pack, person.answers)
    return (
        found.level,
        found.red_flags,
        found.causes,
        found.advice,
        found.reassurance,
        found.tests,
        found.causes_withheld,
    )


@pytest.mark.parametrize(("less", "left_out"), FORGETFUL, ids=[left_out for _, left_out in FORGETFUL])
def test_an_interview_that_forgets_a_rule_is_not_at_its_end(
    less: dict[str, Any], left_out: str, fresh: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful(monkeypatch, **less)
    claim = prove(fresh, DECIDE["interview-ends"]).claim
    assert "the interview does not end: something is still to ask" in messages(claim.counterexamples)
    (person,) = next(example.people for example in claim.counterexamples)
    assert any(question.status == "unasked" for question in assess(fresh, person.answers).open_questions)


@pytest.mark.parametrize("name", ["bleeding", "fever_with_jaundice"])
def test_an_interview_that_forgets_an_emergency_flag_asks_other_things_first_and_ends_lower(
    name: str, fresh: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [flag.id for flag in fresh.red_flags if flag.id != name]
    forgetful(monkeypatch, flags=[name, *(others if name != "bleeding" else [])], causes=["bile_stones"])
    found = messages(prove(fresh, DECIDE["red-flags-hold"]).claim.counterexamples)
    assert f"'{name}' would fire if everything were asked, and the interview ends lower" in found
    assert any("are asked before one that can" in message for message in found)


def messages(examples: Sequence[Counterexample]) -> list[str]:
    return [example.message for example in examples]


LEVELS_OF = Sheet.levels


@pytest.mark.parametrize(
    ("levels", "theorem", "said"),
    [
        (lambda sheet: [sheet.none, *LEVELS_OF(sheet)[1:]], "interview-ends", "not exactly one level"),
        (lambda sheet: [sheet.full, *LEVELS_OF(sheet)[1:]], "interview-ends", "not exactly one level"),
        (
            lambda sheet: [sheet.full ^ sheet.fired(4), *[sheet.none] * 3, sheet.fired(4)],
            "red-flags-hold",
            "'jaundice_alone' fires and the level is lower than consultation_24",
        ),
        (
            lambda sheet: [sheet.full ^ sheet.fired(1), *LEVELS_OF(sheet)[1:]],
            "unknown-is-exact",
            "an emergency flag is unknown after it was asked about, and the level is below consultation_24",
        ),
    ],
    ids=["none", "two", "dropped", "floor"],
)  # fmt: skip
def test_levels_that_do_not_add_up_are_caught(
    levels: Any, theorem: str, said: str, fresh: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sheet, "levels", levels)
    if theorem == "unknown-is-exact":
        monkeypatch.setattr(Sheet, "levels", lambda sheet: [sheet.full, *[sheet.none] * 4])
    monkeypatch.setattr("triage.verify.theorems.ends.person", nobody)
    monkeypatch.setattr("triage.verify.theorems.flags.person", nobody)
    monkeypatch.setattr("triage.verify.theorems.unknown.person", nobody)
    assert said in messages(prove(fresh, DECIDE[theorem]).claim.counterexamples)


def nobody(*_: object) -> Person:
    """With levels that do not add up, nobody's level can be told."""
    return Person({}, "consultation", "consultation")


def test_a_support_that_forgets_contested_and_a_guard_that_forgets_its_switch_offs_are_caught(
    fresh: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    support = Sheet.support
    monkeypatch.setattr(
        Sheet, "support", lambda sheet, cause: {**support(sheet, cause), "contested": sheet.none}
    )
    guard = fresh.about.reassurance
    assert guard is not None
    monkeypatch.setattr(Sheet, "reassured", lambda sheet: sheet.planes(guard.when).yes)
    found = messages(prove(fresh, DECIDE["nothing-contradicts"]).claim.counterexamples)
    assert found == [
        "evidence for 'bile_stones' is strong both ways, and it is not called contested",
        "somebody is reassured although 'cancer' is not excluded",
        "somebody is reassured although 'child' is not excluded",
    ]
    exact = messages(prove(fresh, DECIDE["unknown-is-exact"]).claim.counterexamples)
    assert exact == ["somebody is reassured although what forbids it may be so"]
