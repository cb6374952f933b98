"""kill -9 while a slow receiver is being told: nothing that was committed is lost.

`TOCSIN_FULL=1` kills a hundred times; `make kill-loop KILLS=1000` a thousand.
"""

import os
from pathlib import Path

import pytest

from tests.e2e.killing import kill_loop

KILLS = 100 if os.environ.get("TOCSIN_FULL") == "1" else 8


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_whatever_the_stream_sent_is_told_and_no_more_is_doubled_than_there_were_kills(tmp_path: Path) -> None:
    tally = kill_loop(tmp_path, KILLS)
    assert (list(tally.lost), list(tally.phantom), tally.integrity) == ([], [], "ok")
    assert tally.copies <= KILLS
    assert tally.sent >= KILLS
