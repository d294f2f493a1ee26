"""A table comes to what its rows come to one by one, and is wrong where they are wrong."""

import pickle
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generated import domain, loose, packs, written
from tests.test_worlds import anybody
from triage.answers import Answer, Answers
from triage.assess import assess
from triage.assessment import Assessment
from triage.batch import assess_table
from triage.batch.columns import Options, units_of
from triage.batch.engine import WIDTH, Engine
from triage.batch.fields import FIELDS
from triage.batch.words import Words
from triage.errors import AnswerError
from triage.pack import EMERGENCY, LEVELS, RANK, Pack


def expected(pack: Pack, found: Assessment) -> dict[str, object]:
    """What a row of the result says of somebody, by the assessment alone."""
    reach = found.could_reach or found.level.id
    withheld = found.causes_withheld is not None
    supports = {cause.id: cause.support for cause in found.causes}
    evidence = [
        f"{cause.id}.{part.id}: {'; '.join(reason.text for reason in part.because)}"
        for cause in sorted(found.causes, key=lambda cause: [c.id for c in pack.causes].index(cause.id))
        for part in (*cause.supporting, *cause.against)
    ]
    flags = [f"{f.id}: {'; '.join(reason.text for reason in f.because)}" for f in found.red_flags]
    return {
        "status": found.status,
        "level": found.level.id,
        "could_reach": reach,
        "headline": Words(pack).headline(found.level.id, reach),
        "red_flags": tuple(flag.id for flag in found.red_flags),
        "causes": tuple(f"{c.id}={c.support}" for c in found.causes if c.support not in ("open", "none")),
        "open": tuple(("" if q.status == "unasked" else "?") + q.id for q in found.open_questions),
        "reasons": (*flags, *evidence),
        **{f"cause.{cause.id}": "withheld" if withheld else supports[cause.id] for cause in pack.causes},
    }


def agree(pack: Pack, rows: Sequence[Mapping[str, object]], table: Mapping[str, Sequence[object]]) -> None:
    """Hold a table against `assess` on each of its rows."""
    found = assess_table(pack, table, fields=FIELDS)
    good: dict[int, dict[str, object]] = {}
    bad: dict[int, list[str]] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for number, row in enumerate(rows, start=1):
        try:
            result = assess(pack, row)
        except AnswerError as error:
            bad[number] = [str(misfit) for misfit in error.misfits]
        else:
            good[number] = expected(pack, result)
            counts[result.level.id, result.could_reach or result.level.id, result.status] += 1
    told: dict[int, list[str]] = {}
    for reject in found.rejects:
        told.setdefault(reject.line, []).append(reject.reason)
    assert told == bad
    columns = {name: list(cells) for name, cells in found.columns.items()}
    assert columns.pop("row") == list(good)
    for name, cells in columns.items():
        assert cells == [row[name] for row in good.values()], name
    assert {tuple(key): count for key, count in found.counts.items()} == counts


def whole(pack: Pack, people: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """People as a table with a column for each question."""
    return {name: [person.get(name) for person in people] for name in pack.question}


def by_item(pack: Pack, people: Sequence[Answers]) -> dict[str, list[object]]:
    """People as a table with a column for each item, as text."""

    def cell(person: Answers, question: str, item: str | None) -> str:
        answer = person.get(question, "")
        return str(answer) if item is None else answer.get(item, "") if isinstance(answer, Mapping) else ""

    return {str(unit): [cell(person, *unit) for person in people] for unit in units_of(pack)}


@st.composite
def rows_of(draw: st.DrawFn, pack: Pack) -> list[dict[str, object]]:
    """Rows in every form a file may use, some outside the domain, some with answers that do not apply."""
    people = []
    for _ in range(draw(st.integers(1, 5))):
        answers = draw(loose(pack))
        row = {name: draw(written(pack.question[name], answer)) for name, answer in answers.items()}
        if draw(st.integers(0, 4)) == 0:
            row[draw(st.sampled_from(list(pack.question)))] = draw(
                st.sampled_from(["maybe", -1, 1.5, ["x"], {"x": 1}])
            )
        people.append(row)
    return people


@given(packs(), st.data())
def test_a_table_of_any_answers_comes_to_what_its_rows_come_to(pack: Pack, data: st.DataObject) -> None:
    people = data.draw(rows_of(pack))
    agree(pack, people, whole(pack, people))


@given(packs(), st.data())
def test_a_column_for_each_item_says_the_same_as_one_for_the_question(
    pack: Pack, data: st.DataObject
) -> None:
    people = [data.draw(loose(pack)) for _ in range(4)]
    agree(pack, people, by_item(pack, people))


@pytest.mark.parametrize("seed", range(2))
def test_people_at_random_come_to_the_same_under_the_shipped_pack(liver: Pack, seed: int) -> None:
    chance = random.Random(seed)
    people: list[Answers] = [{}, *(anybody(liver, chance) for _ in range(20))]
    agree(liver, people, by_item(liver, people))


def test_a_table_longer_than_a_slice_comes_to_the_same_in_the_same_order(small: Pack) -> None:
    some: list[Answer | None] = [None, *domain(small.questions[1])]
    name = small.questions[1].id
    count = WIDTH + 7
    found = assess_table(
        small, {name: [some[n % len(some)] for n in range(count)]}, fields=("level", "could_reach")
    )
    one = assess_table(small, {name: some}, fields=("level", "could_reach"))
    assert found.columns["row"] == list(range(1, count + 1))
    for field in ("level", "could_reach"):
        assert found.columns[field] == [one.columns[field][n % len(some)] for n in range(count)]


def test_no_row_is_told_as_routine_while_an_emergency_is_not_excluded(liver: Pack) -> None:
    words = Words(liver)
    for level in LEVELS:
        for reach in LEVELS:
            told = words.headline(level, reach)
            assert liver.about.levels[level].title in told
            assert told.startswith("At least: ") == (RANK[reach] > RANK[level])
            assert ("An emergency is not ruled out" in told) == (RANK[reach] >= EMERGENCY > RANK[level])


def test_an_engine_that_travelled_says_the_same(small: Pack) -> None:
    engine = Engine(small, Options(), tuple(FIELDS))
    again = pickle.loads(pickle.dumps(engine.evaluator))
    planes = [n % 2 for n in range(len(again.compiled.slots))]
    assert again.evaluate(planes, 1) == engine.evaluator.evaluate(planes, 1)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"agee": [1]}, "column 'agee': there is no question 'agee' (did you mean 'age'?)"),
        ({"age": [1], "fever": []}, "the columns of a table have one length"),
    ],
)
def test_a_table_that_means_nothing_is_refused(liver: Pack, table: Any, message: str) -> None:
    with pytest.raises(AnswerError) as caught:
        assess_table(liver, table)
    assert str(caught.value) == message
