"""pyarrow without pandas."""

import sys
from collections.abc import Sequence


class _NoPandas:
    """Finds nothing, and says of pandas that it is not there."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not used", name=name)


def begin() -> None:
    """Get pyarrow ready in a process that is ours alone. Raises ImportError where it is not installed.

    At its first array pyarrow looks for pandas, and remembers whether it was there. To import it takes
    half a second in each process, nothing here uses it, and an interruption meanwhile would be lost.
    """
    sys.meta_path.insert(0, _NoPandas)
    try:
        from triage.batch.with_arrow import settle

        settle()
    finally:
        sys.meta_path.remove(_NoPandas)
