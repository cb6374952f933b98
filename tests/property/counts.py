"""How many examples a property is tried with."""

import os

SHARE = 1 if os.environ.get("TOCSIN_FULL") == "1" else 3


def examples(full: int) -> int:
    """Return the count for this run: a third of it in `make test`, all of it with `TOCSIN_FULL=1`.

    In CI Hypothesis draws the same examples each time, elsewhere others in each run.
    """
    return full // SHARE
