"""`triage batch`: what stands in files, what becomes of bad ones, and what is told about a run."""

import codecs
import csv
import io
import json
import os
import random
import re
import shlex
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.cli.command import Result, program, run
from tests.conftest import ROOT, SMALL
from tests.test_batch import expected
from tests.test_worlds import anybody
from triage.assess import assess
from triage.batch.blocks import Cutter
from triage.batch.delimited import harmless
from triage.batch.fields import FIELDS, USUAL
from triage.cli.beside import ahead, behind
from triage.errors import AnswerError, Misfit
from triage.loading import load_pack
from triage.pack import Pack

Batch = Callable[..., Result]
WHERE = ("--fields", "level,could_reach")


@pytest.fixture(params=["with the extra", "without it"])
def batch(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Runs a batch of a table given as text or bytes, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("triage.loading.load_pack", kept_pack)
    if request.param == "without it":
        without_extra(monkeypatch)

    def hold(table: str | bytes, *args: str, name: str = "in.csv") -> Result:
        Path(name).write_bytes(table.encode() if isinstance(table, str) else table)
        return run("batch", name, *args)

    return hold


@cache
def kept_pack(folder: Path) -> Pack:
    """A pack of these tests, read once: reading it is the most of what a small batch takes."""
    return load_pack(folder)


def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the packages of the extra be impossible to import, as where they are not installed."""
    for name in [name for name in sys.modules if name.startswith("triage.batch.")]:
        if "pyarrow" in (Path(str(sys.modules[name].__file__)).read_text(encoding="utf-8")):
            monkeypatch.delitem(sys.modules, name)
            monkeypatch.delattr(sys.modules["triage.batch"], name.rpartition(".")[2])
    monkeypatch.setitem(sys.modules, "pyarrow", None)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def reasons(result: Result) -> list[str]:
    """What is said about rejected rows, from ``FILE:LINE:`` on."""
    return [line for line in result.err.splitlines() if line.startswith(("in.", "standard input:"))]


# --- what comes out ------------------------------------------------------------------------------


def people_at_random(pack: Pack, count: int) -> list[dict[str, Any]]:
    chance = random.Random(7)
    return [{"id": str(n), **anybody(pack, chance)} for n in range(count)]


def as_csv(pack: Pack, people: list[dict[str, Any]]) -> str:
    """People as CSV: a column for each question, items with their marks."""
    marks = {"yes": "", "no": "!", "unknown": "?"}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", *pack.question])
    for person in people:
        cells = (person.get(name, "") for name in ("id", *pack.question))
        writer.writerow(
            ";".join(f"{marks[state]}{item}" for item, state in cell.items())
            if isinstance(cell, dict)
            else cell
            for cell in cells
        )
    return out.getvalue()


def of(person: dict[str, Any]) -> dict[str, Any]:
    return {name: answer for name, answer in person.items() if name != "id"}


@pytest.mark.parametrize("style", ["csv", "jsonl"])
def test_a_file_of_people_comes_to_what_assess_says_of_each(batch: Batch, liver: Pack, style: str) -> None:
    people = people_at_random(liver, 25)
    text = as_csv(liver, people) if style == "csv" else "".join(json.dumps(one) + "\n" for one in people)
    found = batch(text, "--key", "id", "--format", "jsonl", "--fields", ",".join(FIELDS), name=f"in.{style}")
    assert found.code == 0, found.err
    for person, line in zip(people, found.out.splitlines(), strict=True):
        wanted = {"id": person["id"], **expected(liver, assess(liver, of(person)))}
        assert json.loads(line) == json.loads(json.dumps(wanted))


def test_csv_and_json_lines_say_the_same(batch: Batch, liver: Pack) -> None:
    table = as_csv(liver, people_at_random(liver, 15))
    as_json = batch(table, "--key", "id", "--format", "jsonl").out.splitlines()
    for row, line in zip(rows(batch(table, "--key", "id").out), as_json, strict=True):
        joined = {k: ";".join(v) if isinstance(v, list) else v for k, v in json.loads(line).items()}
        assert row == joined
        assert list(row) == ["id", *USUAL]


def test_without_a_key_rows_are_named_by_their_line(batch: Batch) -> None:
    found = batch('age\n63\n\n"4\n1"\n41\n', *WHERE)
    assert [row["row"] for row in rows(found.out)] == ["2", "6"]


def test_an_empty_cell_is_not_known_and_never_no(batch: Batch, liver: Pack) -> None:
    found = batch(
        "age,jaundice,fever\n63,,\n63,no,no\n", "--format", "jsonl", "--fields", "open,level,could_reach"
    )
    nothing, some = map(json.loads, found.out.splitlines())
    for row, answers in (
        (nothing, {"age": 63}),
        (some, {"age": 63, "alarm": {"jaundice": "no", "fever": "no"}}),
    ):
        wanted = expected(liver, assess(liver, answers))
        assert row == {"row": row["row"], **{k: json.loads(json.dumps(wanted[k])) for k in row if k != "row"}}


def test_what_a_list_does_not_name_is_no_only_where_the_question_is_closed(batch: Batch, liver: Pack) -> None:
    from triage.answers import normalise

    table = "alarm\nfever; ?jaundice\n\nnone\n"
    for options, closed in (((), False), (("--closed", "alarm"), True)):
        found = batch(table, "--format", "jsonl", "--fields", "level,could_reach,status,open", *options)
        answers: list[Any] = [{"items": ["fever", "?jaundice"], "closed": closed}, "none"]
        wanted = [expected(liver, assess(liver, normalise(liver, {"alarm": one}))) for one in answers]
        for line, row in zip(found.out.splitlines(), wanted, strict=True):
            assert {**json.loads(line), "row": 0} == {
                "row": 0, **{k: json.loads(json.dumps(row[k])) for k in ("status", "level", "could_reach", "open")}
            }  # fmt: skip


def test_columns_of_other_names_answer_the_questions_they_are_said_to(batch: Batch) -> None:
    options = ("--column", "Alter=age", "--column", "Fieber=alarm.fever", "--key", "Nr")
    found = batch("Nr,Alter,Fieber\na,63,yes\n", *options, *WHERE)
    assert found.out == "Nr,level,could_reach\na,consultation_24,emergency_ambulance\n"


@pytest.mark.parametrize("cell", ["Yes", " yes ", "TRUE", "true"])
def test_yes_may_be_written_in_several_ways(batch: Batch, cell: str) -> None:
    assert "consultation_24" in batch(f"fever\n{cell}\n", *WHERE).out


@pytest.mark.parametrize("cell", ["63", " 63", "63.0"])
def test_a_whole_number_may_have_a_point(batch: Batch, cell: str) -> None:
    assert batch(f"age,fever\n{cell},no\n", *WHERE).out == batch("age,fever\n63,no\n", *WHERE).out


def test_another_pack_can_be_named(batch: Batch) -> None:
    assert batch("age\n63\n", "--pack", str(SMALL)).code == 0


@pytest.mark.parametrize("fields", [",".join(USUAL), "level,could_reach,support", ",".join(FIELDS)])
def test_parquet_says_the_same_as_csv_whatever_comes_in_and_goes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, liver: Pack, fields: str
) -> None:
    monkeypatch.chdir(tmp_path)
    table = pyarrow.csv.read_csv(io.BytesIO(as_csv(liver, people_at_random(liver, 40)).encode()))
    table = table.append_column("bad", pa.array(["200" if n % 7 == 0 else None for n in range(40)]))
    pq.write_table(table.drop(["age"]), "in.parquet", row_group_size=9)
    pyarrow.csv.write_csv(table.drop(["age"]), "in.csv")
    args = ("--key", "id", "--column", "bad=age", "--fields", fields, "--rejects", "bad.csv", "--force")
    told = {}
    for source in ("csv", "parquet"):
        for style in ("csv", "jsonl", "parquet"):
            done = run("batch", f"in.{source}", "--output", f"out.{style}", *args)
            assert done.code == 0, done.err
            told[source, style] = (
                [row[1:] for row in csv.reader(Path("bad.csv").read_text().splitlines())],
                done.err.splitlines()[:-1],
            )
        out = [
            {name: ";".join(cell) if isinstance(cell, list) else str(cell) for name, cell in row.items()}
            for row in pq.read_table("out.parquet").to_pylist()
        ]
        assert rows(Path("out.csv").read_text()) == out
        assert [
            {
                name: ";".join(cell) if isinstance(cell, list) else str(cell)
                for name, cell in json.loads(line).items()
            }
            for line in Path("out.jsonl").read_text().splitlines()
        ] == out
        assert len(out) == 34
        told[source, "rows"] = out, []
    assert told["csv", "rows"] == told["parquet", "rows"]
    for key, said in told.items():
        assert key[1] == "rows" or said == told["csv", "csv"]


def test_parquet_keeps_the_kind_of_a_key_and_numbers_rows_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.table({"nr": pa.array([7, 8], pa.int16()), "age": [41, 300]}), "in.parquet")
    for args, kind in ((("--key", "nr"), pa.int16()), (("--ignore", "nr"), pa.int64())):
        done = run("batch", "in.parquet", "--output", "out.parquet", "--force", *args)
        assert done.code == 0, done.err
        assert pq.read_schema("out.parquet").field(0).type == kind
    assert reasons(done)[0].startswith("in.parquet:2: column 'age': 'age' cannot be '300'")


@pytest.mark.parametrize(
    ("content", "args", "message"),
    [
        (b"age\n41\n", (), "in.parquet: this is no Parquet: "),
        (b"", (), "in.parquet: this is no Parquet: "),
    ],
)
def test_what_is_no_parquet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, args: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.parquet").write_bytes(content)
    done = run("batch", "in.parquet", *args)
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith(f"Error: {message}")


def test_parquet_needs_the_extra_and_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("batch", "-", "--input-format", "parquet")
    assert "Parquet cannot be read from standard input; name a file" in done.err
    without_extra(monkeypatch)
    done = run("batch", "-", "--format", "parquet")
    assert done.code == 2
    assert "Parquet needs more packages: pip install 'triage[batch]'" in done.err


# --- what is told ---------------------------------------------------------------------------------


def test_a_table_without_symptoms_is_no_all_clear(batch: Batch) -> None:
    found = batch("age\n41\n63\n", *WHERE, "--fields", "level,could_reach,headline")
    assert "Warning: no column says yes or no to these danger signs:\n  danger: " in found.err
    assert "Such a row is no all-clear." in found.err
    for row in rows(found.out):
        assert row["could_reach"] == "emergency_ambulance"
        assert row["headline"].startswith("At least: ")
        assert "An emergency is not ruled out" in row["headline"]


def test_a_table_that_answers_all_that_emergencies_hang_on_has_no_warning(batch: Batch, liver: Pack) -> None:
    assert "Warning" not in batch(as_csv(liver, people_at_random(liver, 2)), "--key", "id").err


def test_json_lines_are_warned_about_by_what_they_answered(batch: Batch) -> None:
    found = batch('{"age": 41}\n{"age": 63, "alarm": {"fever": "no"}}\n', name="in.jsonl")
    warned = [line for line in found.err.splitlines() if line.startswith("  alarm: ")]
    assert len(warned) == 1
    assert "fever" not in warned[0]


def test_rows_are_counted_by_level_could_reach_and_status(batch: Batch) -> None:
    found = batch("age,fever\n41,no\n41,no\n41,yes\n41,perhaps\n", *WHERE, "--rejects", "bad.csv")
    told = [line.split() for line in found.err.splitlines()][-4:]
    assert told == [
        ["level", "could_reach", "status", "rows"],
        ["consultation_24", "emergency_ambulance", "incomplete", "1"],
        ["consultation", "emergency_ambulance", "incomplete", "2"],
        ["4", "rows", "read:", "3", "written,", "1", "rejected", "to", "bad.csv."],
    ]


def test_levels_never_stand_without_each_other(batch: Batch) -> None:
    found = batch("age\n41\n", "--fields", "level")
    assert (found.code, found.out) == (2, "")
    assert "'level' and 'could_reach' never stand without each other" in found.err


# --- bad rows -------------------------------------------------------------------------------------

BAD_ROWS = [
    ("age\n200\n", "in.csv:2: column 'age': 'age' cannot be '200' (allowed: a whole number from 0 to 120, or unknown)"),
    ("age\n-3\n", "in.csv:2: column 'age': 'age' cannot be '-3' (allowed: a whole number from 0 to 120, or unknown)"),
    ("age\n63.5\n", "in.csv:2: column 'age': 'age' cannot be '63.5' (allowed: a whole number from 0 to 120, or unknown)"),
    ("hepatitis\nbb\n", "in.csv:2: column 'hepatitis': 'hepatitis' cannot be 'bb' (did you mean 'b'?)"),
    ("fever\n1\n", "in.csv:2: column 'fever': 'alarm' cannot be 'fever: 1' (allowed: yes, no, unknown)"),
    ("alarm\nfevr\n", "in.csv:2: column 'alarm': 'alarm' cannot be 'fevr' (did you mean 'fever'?)"),
    ("age,fever\n63\n", "in.csv:2: the line has 1 fields, the header has 2"),
    ("age,fever\n63,no,yes\n", "in.csv:2: the line has 3 fields, the header has 2"),
    ('age,fever\n63,"no\n', "in.csv:2: a quote is opened and not closed"),
    ('age,fever\n63,"no"x\n', "in.csv:2: something follows a closing quote; a quote within quotes is written twice"),
    ("age,fever\n6\r3,no\n", "in.csv:2: a carriage return stands within the line; put the cell in quotes"),
    ("age,fever\n6\x003,no\n", "in.csv:2: column 'age': 'age' cannot be '6\N{REPLACEMENT CHARACTER}3' (allowed: a whole number from 0 to 120, or unknown)"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "message"), BAD_ROWS)
def test_a_bad_row_is_rejected_with_its_place_and_the_next_goes_on(
    batch: Batch, table: str, message: str
) -> None:
    head, _, bad = table.partition("\n")
    good = ",".join(
        {"age": "41", "hepatitis": "never", "alarm": "none"}.get(name, "no") for name in head.split(",")
    )
    padding = f"{good}\n" * 3000  # zero bytes far from the beginning are a matter of their row
    found = batch(f"{head}\n{padding}{bad}{good}\n", *WHERE)
    assert found.code == 0
    assert reasons(found) == [message.replace("in.csv:2:", "in.csv:3002:")]
    assert len(rows(found.out)) == 3001


def test_answers_that_do_not_apply_beside_each_other_are_rejected_with_both(batch: Batch) -> None:
    found = batch("age,pregnant\n70,yes\n30,yes\n", *WHERE)
    assert reasons(found) == [
        "in.csv:2: column 'pregnant': 'pregnant' (yes) does not apply, because of the answer: Age: 70 years "
        "(change one of the two answers or leave one out)"
    ]
    assert len(rows(found.out)) == 1


def test_rejects_go_to_their_file_with_line_keys_column_and_reason(batch: Batch) -> None:
    found = batch("id,age,fever\na,41,no\n=b,200,maybe\nc\n", "--key", "id", "--rejects", "bad.csv", *WHERE)
    assert reasons(found) == []
    told = rows(Path("bad.csv").read_text())
    assert [(row["line"], row["id"], row["column"]) for row in told] == [
        ("3", "'=b", "age"), ("3", "'=b", "fever"), ("4", "", "")
    ]  # fmt: skip
    assert told[0]["reason"].startswith("'age' cannot be '200'")
    assert found.err.endswith("3 rows read: 1 written, 2 rejected to bad.csv.\n")


def test_rejects_may_be_json_lines(batch: Batch) -> None:
    batch("id,age\nb,200\n", "--key", "id", "--rejects", "bad.jsonl", *WHERE)
    told = json.loads(Path("bad.jsonl").read_text())
    assert list(told) == ["line", "id", "column", "reason"]
    assert (told["line"], told["id"], told["column"]) == (2, "b", "age")


def test_strict_says_by_its_exit_code_that_rows_were_rejected(batch: Batch) -> None:
    assert batch("age\n200\n41\n", "--strict", *WHERE).code == 3
    assert batch("age\n200\n41\n", *WHERE).code == 0
    assert batch("age\n41\n", "--strict", *WHERE).code == 0


def test_only_the_first_rejected_rows_are_shown(batch: Batch) -> None:
    found = batch("age\n" + "200\n" * 30, *WHERE)
    assert len(reasons(found)) == 20
    assert "and 10 more; --rejects FILE keeps them all" in found.err


BAD_LINES = [
    ("{", "in.jsonl:1: not JSON: Expecting property name enclosed in double quotes at column 2"),
    ("[1]", 'in.jsonl:1: a line is an object, such as {"age": 63}'),
    ('{"age": 1, "age": 2}', "in.jsonl:1: 'age' stands there twice"),
    ('{"age": NaN}', "in.jsonl:1: NaN is no answer"),
    ('{"agee": 1}', "in.jsonl:1: column 'agee': there is no question 'agee' (did you mean 'age'?)"),
    ('{"age": "old"}', "in.jsonl:1: column 'age': 'age' cannot be 'old' (allowed: a whole number from 0 to 120, or unknown)"),
    ('{"age": 1.5}', "in.jsonl:1: column 'age': 'age' cannot be '1.5' (allowed: a whole number from 0 to 120, or unknown)"),
    ('{"age": true}', "in.jsonl:1: column 'age': 'age' cannot be 'yes' (allowed: a whole number from 0 to 120, or unknown)"),
    ('{"fever": "no", "alarm": ["fever"]}', "in.jsonl:1: column 'alarm': another column answers 'alarm' too (keep one)"),
    ("[" * 100_000, "in.jsonl:1: not JSON that can be read: it is nested too deeply"),
    ('{"age": ' + "9" * 5000 + "}", "in.jsonl:1: not JSON that can be read: Exceeds the limit (4300 digits) for integer string conver..."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message"), BAD_LINES, ids=[message[12:50] for _, message in BAD_LINES])
def test_a_bad_line_of_json_is_rejected_and_the_next_goes_on(batch: Batch, line: str, message: str) -> None:
    found = batch(f'{line}\n{{"age": 41}}\n', *WHERE, name="in.jsonl")
    assert reasons(found) == [message]
    assert found.out.count("\n") == 2


# --- CSV as it is met -----------------------------------------------------------------------------

PLAIN = "id,age,fever\nA,63,yes\nB,41,no\n"
SAME = [
    PLAIN.replace("\n", "\r\n").encode(),
    PLAIN.replace("\n", "\r").encode(),
    codecs.BOM_UTF8 + PLAIN.encode(),
    PLAIN.replace(",", ";").encode(),
    PLAIN.replace(",", "\t").encode(),
    PLAIN.replace(",", "|").encode(),
    PLAIN.rstrip("\n").encode(),
    PLAIN.replace("\n", "\n\n").encode(),
    b"\n\n" + PLAIN.encode(),
    b'"id","age","fever"\n"A","63","yes"\n"B","41","no"\n',
    b" id , age , fever \nA, 63 , yes\nB,41 ,no \n",
]


@pytest.mark.parametrize("table", SAME, ids=range(len(SAME)))
def test_line_ends_marks_delimiters_quotes_and_blanks_make_no_difference(batch: Batch, table: bytes) -> None:
    assert batch(table, "--key", "id", *WHERE).out == batch(PLAIN, "--key", "id", *WHERE).out


def test_a_cell_in_quotes_may_hold_delimiters_quotes_and_line_breaks(batch: Batch) -> None:
    found = batch('id,age\n"a, ""b""\nc",63\n', "--key", "id", "--format", "jsonl", *WHERE)
    assert json.loads(found.out)["id"] == 'a, "b"\nc'


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (b"", "in.csv: there is no header (the first line names the columns)"),
        (b"\n \n"[:1], "in.csv: there is no header (the first line names the columns)"),
        (b"age,agee\n1,2\n", "in.csv: column 'agee': there is no question 'agee' (did you mean 'age'?)"),
        (b"age,note\n1,2\n", "in.csv: column 'note': there is no question 'note' (--key carries it along, --ignore passes over it, --column says which question it answers)"),
        (b"age,age\n1,2\n", "in.csv: there are 2 columns 'age' (keep one of them)"),
        (b"fever,alarm\nno,none\n", "in.csv: columns 'fever' and 'alarm' both answer 'alarm' (keep one, or pass over one with --ignore)"),
        (b"fever,alarm.fever\nno,no\n", "in.csv: columns 'fever' and 'alarm.fever' both answer 'alarm.fever' (keep one, or pass over one with --ignore)"),
        ("age\n1\n".encode("utf-16"), "in.csv: this is not text in UTF-8; it is UTF-16: give --encoding utf-16"),
        ("age\n1\n".encode("utf-16-le"), "in.csv: this is not text: it holds zero bytes; is --encoding missing?"),
        (b"PK\x03\x04rest", "in.csv: this is not text in UTF-8; it is a spreadsheet or an archive: save the table as CSV"),
        (b"\x1f\x8brest", "in.csv: this is not text in UTF-8; it is compressed: unpack it first, as gzip -dc does"),
        (b'"age\n1\n', "in.csv: the header cannot be read: a quote is opened and not closed"),
        ("größe\n1\n".encode("latin-1"), "in.csv: the header is not text in UTF-8: 'gr\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}e' (give --encoding)"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_refused_and_nothing_is_written(
    batch: Batch, table: bytes, message: str
) -> None:
    found = batch(table, "--output", "out.csv", "--rejects", "bad.csv")
    assert found.code == 2
    assert found.err.splitlines()[-1] == f"Error: {message}"
    assert not Path("out.csv").exists()
    assert not Path("bad.csv").exists()


def test_a_row_in_another_encoding_is_rejected_and_a_file_can_be_said_to_be_in_one(batch: Batch) -> None:
    table = "id,age\nJosé,63\nAnn,41\n".encode("latin-1")
    found = batch(table, "--key", "id", *WHERE)
    assert reasons(found) == [
        "in.csv:2: the line is not text in UTF-8; if the whole file is in another encoding, give --encoding"
    ]
    assert [row["id"] for row in rows(found.out)] == ["Ann"]
    found = batch(table, "--key", "id", "--encoding", "latin-1", *WHERE)
    assert [row["id"] for row in rows(found.out)] == ["José", "Ann"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252"])
def test_a_table_in_a_named_encoding_says_the_same(batch: Batch, encoding: str) -> None:
    found = batch(PLAIN.encode(encoding), "--key", "id", "--encoding", encoding, *WHERE)
    assert found.out == batch(PLAIN, "--key", "id", *WHERE).out


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("utf-99", "--encoding: there is no encoding 'utf-99', such as latin-1"),
        ("ascii", "in.csv: the table is not in the encoding that --encoding names:"),
    ],
)
def test_a_wrong_encoding_is_refused(batch: Batch, encoding: str, message: str) -> None:
    found = batch("id,age\nJosé,63\n", "--encoding", encoding, "--key", "id")
    assert found.code == 2
    assert found.err.splitlines()[-1].startswith(f"Error: {message}")


def test_one_enormous_line_is_rejected_and_the_next_goes_on(batch: Batch) -> None:
    for filler, said in (
        ("x" * 200_000, "a cell is longer than 131,072 characters; is a quote not closed?"),
        ("x" * 5_000_000, "the line is longer than 2,097,152 bytes; is a line break missing?"),
        ("x," * 2_500_000, "the line is longer than 2,097,152 bytes; is a line break missing?"),
    ):
        found = batch(f"id,age\nA,63\n{filler},1\nB,41\n", "--key", "id", *WHERE)
        assert reasons(found) == [f"in.csv:3: {said}"]
        assert [row["id"] for row in rows(found.out)] == ["A", "B"]


def test_a_quote_that_is_never_closed_costs_one_row_however_long_the_table(batch: Batch) -> None:
    found = batch('id,age\n"A,63\n' + "B,41\n" * 40_000, "--key", "id", *WHERE)
    assert reasons(found) == ["in.csv:2: a cell is longer than 131,072 characters; is a quote not closed?"]
    assert len(rows(found.out)) == 40_000


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-cmd", "@x", "\tx", "=HYPERLINK(0)", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless_in_csv_alone(batch: Batch, cell: str) -> None:
    table = f'id,age\n"{cell}",41\n'
    assert rows(batch(table, "--key", "id", *WHERE).out)[0]["id"] == f"'{cell}"
    assert json.loads(batch(table, "--key", "id", "--format", "jsonl", *WHERE).out)["id"] == cell


def test_a_column_named_like_a_formula_is_made_harmless_too(batch: Batch) -> None:
    assert batch("=id,age\n1,41\n", "--key", "=id", *WHERE).out.startswith("'=id,level")


@pytest.mark.parametrize("cell", ["-5", "+4.2", "4,1", "x=1", ""])
def test_a_number_and_plain_text_are_left_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


class Trickle:
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self.data, self.step = io.BytesIO(data), step

    def read(self, size: int, /) -> bytes:
        return self.data.read(min(size, self.step))


@pytest.mark.parametrize("size", [100, 200, 1000])
@pytest.mark.parametrize("quoted", [True, False])
def test_blocks_cut_anywhere_hold_the_same_rows_on_the_same_lines(size: int, quoted: bool) -> None:
    from triage.batch.delimited import parsed

    chance = random.Random(size)
    cells = ['"a\nb"', '"x ""y"""', '"p,q"', '"'] if quoted else ["a", "bc"]
    text = "".join(f"{chance.choice(cells)},{n}\n" * chance.randint(1, 2) for n in range(60)).encode()

    def found(size: int) -> tuple[list[tuple[str, ...]], list[int], list[tuple[int, str]]]:
        cutter = Cutter(Trickle(text, 5), size)
        cutter.begin()
        cutter.delimiter = ","
        all_rows: list[tuple[str, ...]] = []
        lines: list[int] = []
        wrong: list[tuple[int, str]] = []
        for block in cutter.blocks():
            cells, places, bad = parsed(block.data, block.first, ",", 2)
            all_rows += list(zip(*cells, strict=True))
            lines += places
            wrong += [(record.begin, record.wrong) for record in bad]
        return all_rows, lines, wrong

    assert found(size) == found(1 << 20)


def test_the_example_of_the_page_comes_to_what_the_page_shows(
    batch: Batch, pytestconfig: pytest.Config
) -> None:
    page = ROOT / "docs" / "batch.md"
    text = page.read_text(encoding="utf-8")
    fences = list(re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    (table, command, shown, told), words = fences[:4], shlex.split(fences[1][2])
    Path("list.csv").write_text(table[2])
    assert words[:3] == ["triage", "batch", "list.csv"]
    found = run(*words[1:])
    assert found.code == 0
    if pytestconfig.getoption("update_golden"):
        text = f"{text[: shown.start(2)]}{found.out}{text[shown.end(2) : told.start(2)]}{found.err}{text[told.end(2) :]}"
        page.write_text(text, encoding="utf-8")
    else:
        assert (shown[2], told[2]) == (found.out, found.err)
    assert command[1] == "sh"


# --- files ----------------------------------------------------------------------------------------


def test_the_result_is_readable_by_its_owner_alone_and_replaces_nothing_unless_forced(batch: Batch) -> None:
    assert batch("age\n41\n", "--output", "out.csv", "--rejects", "bad.csv").code == 0
    for name in ("out.csv", "bad.csv"):
        assert stat.S_IMODE(os.stat(name).st_mode) == 0o600
    before = Path("out.csv").read_bytes()
    again = batch("age\n63\n", "--output", "out.csv")
    assert again.code == 2
    assert "exists; use --force to replace it" in again.err
    assert Path("out.csv").read_bytes() == before
    assert batch("age\n63\n", "--output", "out.csv", "--force").code == 0
    assert Path("out.csv").read_bytes() != before
    assert sorted(path.name for path in Path().iterdir()) == ["bad.csv", "in.csv", "out.csv"]


def test_the_table_the_result_and_the_rejects_are_three_files(batch: Batch) -> None:
    for args in (("--output", "in.csv"), ("--output", "x.csv", "--rejects", "x.csv"), ("--rejects", "-")):
        found = batch("age\n41\n", *args, "--force")
        assert (found.code, found.out) == (2, "")
        assert "are three different files" in found.err
    assert Path("in.csv").read_text() == "age\n41\n"


def test_standard_input_is_read_and_standard_output_written() -> None:
    found = run("batch", "-", *WHERE, stdin="age\n41\n200\n")
    assert rows(found.out)[0]["level"] == "consultation"
    assert reasons(found)[0].startswith("standard input:3: column 'age'")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.csv", "cannot read 'gone.csv': No such file or directory"),
        ("in.xlsx", "'in.xlsx': what is a '.xlsx' file? Say it with --input-format or --format"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(batch: Batch, name: str, message: str) -> None:
    found = run("batch", name)
    assert found.code == 2
    assert found.err.splitlines()[-1] == f"Error: {message}"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--key", "nr"), "in.csv: there is no column 'nr'"),
        (("--column", "alter=agee"), "column 'alter': there is no question 'agee' (did you mean 'age'?)"),
        (("--column", "alter"), "'alter' is not NAME=QUESTION, such as alter=age"),
        (("--closed", "alarms"), "'alarms' is no question of several items (did you mean 'alarm'?)"),
        (("--fields", "levels"), "there is no field 'levels' (did you mean 'level'?)"),
        (("--key", "level"), "'level' is the name of a column of the result (rename the key)"),
        (("--delimiter", ";;"), "one character; tab for a tab"),
    ],
)
def test_an_option_that_means_nothing_is_refused(batch: Batch, args: tuple[str, ...], message: str) -> None:
    found = batch("age\n41\n", *args)
    assert (found.code, found.out) == (2, "")
    assert message in found.err


# --- large files ----------------------------------------------------------------------------------


def long_table(count: int) -> str:
    """Rows with a little of everything, some of them wrong."""
    lines = [
        f"{n},{n % 119},{('yes', 'no', '', 'unknown')[n % 4]},{'' if n % 1000 else 'x'}" for n in range(count)
    ]
    return "id,age,fever,hepatitis\n" + "\n".join(lines) + "\n"


def test_blocks_go_to_several_processes_and_come_back_in_order(liver: Pack) -> None:
    from triage.batch.columns import Options, layout
    from triage.batch.work import Task
    from triage.cli.pool import spread

    options = Options(keys=("id",))
    names, body = long_table(900).split("\n", 1)
    task = Task(
        liver, options, ("level", "could_reach"), "csv", "csv", layout(liver, names.split(","), options)
    )
    outs = [
        [
            written.data
            for written in spread(task, Cutter(io.BytesIO(body.encode()), 2000).blocks(), jobs, 4000)
        ]
        for jobs in (1, 2)
    ]
    assert outs[0] == outs[1]
    assert b"".join(outs[0]).count(b"\n") == 899


def test_what_is_read_ahead_comes_in_its_order_and_fails_in_its_place() -> None:
    def items() -> Iterator[int]:
        yield from range(20)
        raise AnswerError([Misfit("", "the file is damaged")])

    found: list[int] = []
    with pytest.raises(AnswerError, match="damaged"):
        found.extend(ahead(items()))
    assert found == [*range(20)]


@pytest.mark.parametrize("pieces", [1, 4, 50])
def test_what_is_written_behind_is_whole_at_the_end_and_says_what_failed(pieces: int) -> None:
    found: list[int] = []
    with behind(found.append) as put:
        for number in range(pieces):
            put(number)
    assert found == [*range(pieces)]

    def full(piece: int) -> None:
        raise OSError(28, "No space left on device")

    def write_all() -> None:
        with behind(full) as put:
            for number in range(pieces):
                put(number)

    with pytest.raises(OSError, match="No space"):
        write_all()


@pytest.mark.slow
@pytest.mark.parametrize("style", ["csv", "jsonl", "parquet"])
def test_parquet_on_two_processors_says_the_same_as_on_one(tmp_path: Path, style: str) -> None:
    count = 1_000_000  # after 700,000 rows it is worth another processor, and the rest is read ahead
    table = pa.table(
        {
            "id": pa.array(range(count)),
            "age": pa.array([number % 119 for number in range(count)]),
            "fever": pa.array(
                [
                    ("yes", "no", None, "unknown")[number % 4] if number % 999 else "maybe"
                    for number in range(count)
                ]
            ),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=90_000)
    outs = []
    for jobs in ("1", "2"):
        out = tmp_path / f"out{jobs}.{style}"
        found = program(
            "batch", str(tmp_path / "in.parquet"), "--key", "id", "--fields", "level,could_reach",
            "--output", str(out), "--rejects", str(tmp_path / f"bad{jobs}.csv"), "--jobs", jobs,
        )  # fmt: skip
        assert found.code == 0, found.err
        assert "1,000,000 rows read" in found.err
        assert f"{len(range(0, count, 999)):,} rejected" in found.err
        outs.append((out.read_bytes(), (tmp_path / f"bad{jobs}.csv").read_bytes()))
    assert outs[0] == outs[1]


@pytest.mark.slow
def test_several_processes_write_the_same_as_one_in_the_same_order(tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text(long_table(900_000))
    args = ("batch", str(table), "--key", "id", "--fields", "level,could_reach,status", "--force")
    outs = []
    for jobs in ("1", "2"):
        out, bad = tmp_path / f"out{jobs}.csv", tmp_path / f"bad{jobs}.csv"
        found = program(*args, "--output", str(out), "--rejects", str(bad), "--jobs", jobs)
        assert found.code == 0, found.err
        outs.append(
            (
                out.read_bytes(),
                bad.read_bytes(),
                found.err.replace(f"out{jobs}", "").replace(f"bad{jobs}", ""),
            )
        )
    assert outs[0] == outs[1]
    assert outs[0][0].count(b"\n") == 1 + 900_000 - 900
    assert "900,000 rows read" in outs[0][2]


def begun(folder: Path, jobs: str) -> "subprocess.Popen[bytes]":
    """A run over a table that never ends, with the first blocks behind it."""
    running = subprocess.Popen(
        [sys.executable, "-m", "triage", "batch", "-", "--key", "id", "--jobs", jobs,
         "--output", str(folder / "out.csv"), "--rejects", str(folder / "bad.csv"), "--fields", "level,could_reach"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    assert running.stdin is not None
    table = long_table(50_000).encode()
    running.stdin.write(table)
    for _ in range(12):
        running.stdin.write(table.partition(b"\n")[2])
    running.stdin.flush()
    return running


def members(group: int) -> list[int]:
    """The processes of a process group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state, _, its_group = (path / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(path.name))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_leaves_no_file_half_written_and_no_process(
    tmp_path: Path, jobs: str, ending: signal.Signals
) -> None:
    running = begun(tmp_path, jobs)
    assert running.poll() is None
    running.send_signal(ending)
    running.wait(timeout=30)
    assert list(tmp_path.iterdir()) == []
    for _ in range(100):
        if not members(running.pid):
            break
        time.sleep(0.1)
    assert members(running.pid) == []


@pytest.fixture(scope="module")
def many_rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A table that takes longer than any of these tests waits, in both formats."""
    folder = tmp_path_factory.mktemp("many")
    count = 3_000_000
    table = pa.table(
        {
            "id": pa.array(range(count)),
            "age": pa.array([number % 119 for number in range(count)]),
            "fever": pa.array(["yes", "no", None, "unknown"] * (count // 4)),
        }
    )
    pq.write_table(table, folder / "in.parquet", row_group_size=90_000)
    pyarrow.csv.write_csv(table, folder / "in.csv")
    return {style: folder / f"in.{style}" for style in ("csv", "parquet")}


def arguments(table: Path, jobs: str) -> tuple[str, ...]:
    return (
        "batch", str(table), "--key", "id", "--jobs", jobs, "--fields", "level,could_reach,support",
        "--output", f"out{table.suffix}",
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("style", ["csv", "parquet"])
def test_ctrl_c_at_any_moment_ends_the_run_at_once_and_is_all_that_is_told(
    many_rows: dict[str, Path], tmp_path: Path, style: str, jobs: str
) -> None:
    for tenths in range(6, 17):
        running = subprocess.Popen(
            [sys.executable, "-m", "triage", *arguments(many_rows[style], jobs)],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        time.sleep(tenths / 10)
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does, which stops every process of the run
        told = running.communicate(timeout=30)[1]
        # Where pyarrow was interrupted as it began, Python ends by the signal itself: a shell says 130 as well.
        assert running.returncode in (130, -signal.SIGINT), f"after {tenths / 10} s: {told}"
        assert "Traceback" not in told
        assert told.endswith("Interrupted. Nothing was saved.\n")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("style", ["csv", "parquet"])
def test_a_result_for_which_there_is_no_room_is_said_and_not_kept(
    many_rows: dict[str, Path], tmp_path: Path, style: str, jobs: str
) -> None:
    limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (1_000_000, 1_000_000))"
    done = subprocess.run(
        [sys.executable, "-c", f"{limit}; from triage.cli import main; main()", *arguments(many_rows[style], jobs)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.endswith("Error: the result cannot be written: File too large\n")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("style", ["csv", "parquet"])
def test_no_run_waits_for_pandas_where_it_is_installed(tmp_path: Path, style: str) -> None:
    (tmp_path / "pandas.py").write_text("raise SystemExit('pandas was imported')")
    (tmp_path / "in.csv").write_text(long_table(20))
    found = program(
        "batch", "in.csv", "--key", "id", "--output", f"out.{style}", cwd=tmp_path,
        PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}",
    )  # fmt: skip
    assert found.code == 0, found.err
    assert "20 rows read" in found.err


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table(tmp_path: Path) -> None:
    measure = (
        "import sys; from triage.cli import _run; code = _run(sys.argv[1:]);"
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]); sys.exit(code)"
    )
    peaks = []
    for count in (600_000, 2_400_000):
        table = tmp_path / "in.csv"
        table.write_text(long_table(count))
        done = subprocess.run(
            [sys.executable, "-c", measure, "batch", str(table), "--key", "id", "--jobs", "1", "--fields", "level,could_reach",
             "--output", str(tmp_path / "out.csv"), "--force", "--rejects", str(tmp_path / "bad.csv")],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks.append(int(done.stdout))
    assert peaks[1] < 1.1 * peaks[0]
