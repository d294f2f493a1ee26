"""A Spark data frame comes to what the same table comes to on one machine, row by row."""

import os
import random
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.conftest import ROOT
from tests.test_batch import by_item
from tests.test_worlds import anybody
from triage.batch import Options, assess_table
from triage.errors import AnswerError
from triage.pack import Pack

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow


def missing(what: str) -> NoReturn:
    """Skip where something is not at hand; in continuous integration that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}, and this is continuous integration")
    pytest.skip(f"skipped because {what}")


@pytest.fixture(scope="module")
def spark() -> "Iterator[SparkSession]":
    """A real session on this machine, with two workers that find the program in the checkout."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        missing("pyspark is not installed")
    if shutil.which("java") is None:
        missing("there is no Java")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.executorEnv.PYTHONPATH", str(ROOT))
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


FIELDS = ("status", "level", "could_reach", "headline", "red_flags", "causes", "open", "support")


def table_of(pack: Pack, count: int) -> dict[str, list[Any]]:
    """People at random by item, some of them with ages that nobody has."""
    chance = random.Random(11)
    people = [anybody(pack, chance) for _ in range(count)]
    table: dict[str, list[Any]] = {"id": list(range(count)), **by_item(pack, people)}
    table["age"] = ["200" if n % 17 == 0 else age for n, age in enumerate(table["age"])]
    return table


def test_a_data_frame_comes_to_the_same_row_by_row(spark: "SparkSession", liver: Pack) -> None:
    from triage.batch.spark import assess_frame

    options = Options(keys=("id",))
    table = table_of(liver, 300)
    frame = spark.createDataFrame(list(zip(*table.values(), strict=True)), list(table)).repartition(4)
    rows = {
        row["id"]: row.asDict()
        for row in assess_frame(liver, frame, fields=FIELDS, options=options).collect()
    }
    plain = assess_table(liver, table, fields=FIELDS, options=options)
    assert len(rows) == 300
    for number, key in enumerate(plain.table["id"]):
        row = {n: tuple(cell) if isinstance(cell, list) else cell for n, cell in rows.pop(key).items()}
        assert row == {**{name: cells[number] for name, cells in plain.table.items()}, "rejected": None}
    assert plain.rejects
    for reject in plain.rejects:
        row = rows.pop(reject.keys[0])
        assert row["rejected"] == f"{reject.column}: {reject.reason}"
        assert {cell for name, cell in row.items() if name not in ("id", "rejected")} == {None}
    assert rows == {}


def test_a_data_frame_needs_a_key_and_columns_that_mean_something(spark: "SparkSession", liver: Pack) -> None:
    from triage.batch.spark import assess_frame

    frame = spark.createDataFrame([(1, 63)], ["id", "agee"])
    with pytest.raises(AnswerError, match="a data frame needs a key"):
        assess_frame(liver, frame, options=Options())
    with pytest.raises(AnswerError, match="did you mean 'age'"):
        assess_frame(liver, frame, options=Options(keys=("id",)))
