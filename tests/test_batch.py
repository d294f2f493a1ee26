"""A table comes to what its rows come to one by one, and is wrong where they are wrong."""

import doctest
import pickle
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
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


Rows = Sequence[Mapping[str, object]]
Columns = Mapping[str, Sequence[object]]


def one_by_one(pack: Pack, rows: Rows) -> tuple[dict[int, dict[str, object]], dict[int, list[str]]]:
    """What `assess` says of each row by its number, and why it refuses the others."""
    good: dict[int, dict[str, object]] = {}
    bad: dict[int, list[str]] = {}
    for number, row in enumerate(rows, start=1):
        try:
            good[number] = expected(pack, assess(pack, row))
        except AnswerError as error:
            bad[number] = [str(misfit) for misfit in error.misfits]
    return good, bad


def agree(pack: Pack, rows: Rows, table: Columns, fields: Sequence[str] = tuple(FIELDS)) -> None:
    """Hold a table, as Python columns and as Arrow columns, against `assess` on each of its rows."""
    good, bad = one_by_one(pack, rows)
    found = assess_table(pack, table, fields=fields)
    arrow = assess_table(pack, as_arrow(table), fields=[name for name in fields if name != "reasons"])
    assert arrow.rejects == found.rejects
    assert arrow.counts == found.counts
    for name, cells in arrow.table.to_pydict().items():
        assert [tuple(cell) if isinstance(cell, list) else cell for cell in cells] == found.table[name], name
    told: dict[int, list[str]] = {}
    for reject in found.rejects:
        told.setdefault(reject.line, []).append(reject.reason)
    assert told == bad
    columns = {name: list(cells) for name, cells in found.table.items()}
    assert columns.pop("row") == list(good)
    for name, cells in columns.items():
        assert cells == [row[name] for row in good.values()], name
    counts = Counter((row["level"], row["could_reach"], row["status"]) for row in good.values())
    assert {tuple(key): count for key, count in found.counts.items()} == counts


def as_arrow(table: Columns) -> "pa.Table":
    """The columns as Arrow has them: one type for each column, and text where cells are of several."""

    def column(cells: Sequence[object]) -> "pa.Array":
        try:
            return pa.array(cells)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            return pa.array([None if cell is None else str(cell) for cell in cells])

    return pa.table({name: column(cells) for name, cells in table.items()})


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
    good, bad = one_by_one(pack, people)
    found = assess_table(pack, whole(pack, people), fields=FIELDS)
    assert found.table["row"] == list(good)
    assert {reject.line for reject in found.rejects} == set(bad)
    assert [reject.reason for reject in found.rejects] == [told for line in bad for told in bad[line]]
    for name, cells in found.table.items():
        assert cells == [row.get(name, line) for line, row in good.items()], name


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
    assert found.table["row"] == list(range(1, count + 1))
    for field in ("level", "could_reach"):
        assert found.table[field] == [one.table[field][n % len(some)] for n in range(count)]


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


def test_the_examples_in_the_module_are_so() -> None:
    from triage.batch import table

    failed, tried = doctest.testmod(table)
    assert failed == 0
    assert tried > 5


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["yes", "no", None, "unknown", ""]),
        pa.array(["yes", "no", None, "unknown", ""], pa.large_string()),
        pa.array(["yes", "no", None, "unknown", ""], pa.string_view()),
        pa.array(["yes", "no", None, "unknown", ""]).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_every_kind_of_text_column_is_read(liver: Pack, column: "pa.Array") -> None:
    cells = column.to_pylist()
    plain = assess_table(liver, {"fever": cells}, fields=("level", "could_reach"))
    found = assess_table(liver, pa.table({"fever": column}), fields=("level", "could_reach"))
    assert found.table.to_pydict() == plain.table


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.float64()])
def test_every_kind_of_number_column_is_read(liver: Pack, kind: "pa.DataType") -> None:
    ages: list[int | None] = [17, 41, None, 90]
    fields = ("level", "could_reach", "causes", "support")
    found = assess_table(liver, pa.table({"age": pa.array(ages, kind)}), fields=fields)
    plain = assess_table(liver, {"age": ages}, fields=fields).table
    assert found.table.to_pydict() == {
        name: [list(cell) if isinstance(cell, tuple) else cell for cell in cells]
        for name, cells in plain.items()
    }


def test_a_column_of_truth_values_is_yes_and_no(liver: Pack) -> None:
    table = pa.table({"fever": pa.array([True, False, None])})
    found = assess_table(liver, table, fields=("level", "could_reach", "open"))
    plain = assess_table(liver, {"fever": ["yes", "no", ""]}, fields=("level", "could_reach", "open"))
    assert found.table["level"].to_pylist() == plain.table["level"]
    assert list(map(tuple, found.table["open"].to_pylist())) == plain.table["open"]


def test_a_cell_of_a_kind_that_is_no_answer_is_rejected(liver: Pack) -> None:
    table = pa.table({"age": pa.array([b"x", None]), "fever": pa.array([1.5, None])})
    found = assess_table(liver, table)
    assert [(reject.line, reject.column) for reject in found.rejects] == [(1, "age"), (1, "fever")]
    assert found.table["row"].to_pylist() == [2]


def test_keys_of_an_arrow_table_keep_their_kind(liver: Pack) -> None:
    table = pa.table({"when": pa.array([1, 2], pa.timestamp("s")), "age": [300, 41]})
    found = assess_table(liver, table, options=Options(keys=("when",)))
    assert found.table.schema.field("when").type == pa.timestamp("s")
    assert found.table["when"].to_pylist() == table["when"].to_pylist()[1:]
