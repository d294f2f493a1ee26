"""Spark on this machine beside `triage batch` on it: one Parquet file, the same fields, two workers each."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.files import ROWS, batch, write_table
from benchmarks.tell import ROOT, machine, record, table
from triage.batch import Options
from triage.batch.spark import assess_frame
from triage.loading import find_pack, load_pack

FIELDS = "level,could_reach,support"


def spark_takes(folder: Path) -> tuple[float, float]:
    """Seconds to begin a session, and seconds from file to file in a session that is warm."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    begin = time.perf_counter()
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executorEnv.PYTHONPATH", str(ROOT))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    begun = time.perf_counter() - begin
    pack = load_pack(find_pack("liver_calcification"))
    times = []
    for _ in range(2):
        begin = time.perf_counter()
        frame = session.read.parquet(str(folder / f"{ROWS}.parquet"))
        found = assess_frame(pack, frame, fields=FIELDS.split(","), options=Options(keys=("id",)))
        names = [f"c{number}" for number in range(len(found.columns))]
        found.toDF(*names).write.mode("overwrite").parquet(str(folder / "spark"))
        times.append(time.perf_counter() - begin)
    session.stop()
    return begun, min(times)


def main() -> None:
    """Measure both and put the table into the page."""
    if shutil.which("java") is None:
        print("there is no Java: Spark is not measured", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_table(folder, ROWS)
        begun, spark = spark_takes(folder)
        alone = min(batch(folder, ROWS, "parquet", FIELDS, jobs="2").clock for _ in range(2))
    lines = [
        ["`triage batch`, two processes, start included", f"{alone:.1f}", f"{ROWS / alone / 1e6:.2f}"],
        ["Spark, two workers, session begun before", f"{spark:.1f}", f"{ROWS / spark / 1e6:.2f}"],
        ["beginning a Spark session", f"{begun:.1f}", ""],
    ]
    head = [f"{ROWS:,} rows, Parquet to Parquet", "s", "million rows a second"]
    record("cluster", f"{table(head, lines)}\n{machine()}.\n")


if __name__ == "__main__":
    main()
