"""`python -m tests.differential`: our verdicts against the oracle's, counted; the first that differ are told.

    python -m tests.differential --tweets 1000000 --rules 10000 --kept /tmp/answers

asks the oracle, which takes it twenty minutes of a core, and keeps what it says: the same command compares with
that the next time, whatever has become of ours. Divided among processes by `--first`, which counts lots of 20,000.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from tests.differential.comparing import Difference, Ours, differences
from tests.differential.kept import LOT, Answers

_SHOWN = 5


def main() -> int:
    """Compare as much as was asked for; return 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="differential")
    parser.add_argument("--tweets", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first lot of tweets")
    parser.add_argument("--kept", type=Path, help="a folder for the oracle's answers")
    given = parser.parse_args()
    answers = Answers(given.seed, given.rules, given.kept)
    ours = Ours(answers.conditions)
    tweets = matches = different = 0
    spent = {"oracle": 0.0, "ours": 0.0}
    for number in range(given.first, given.first + -(-given.tweets // LOT)):
        started = time.process_time()
        lot = answers.lot(number, min(LOT, given.tweets))
        asked = time.process_time()
        found = list(differences(ours, lot.tweets, lot.expected))
        spent["oracle"] += asked - started
        spent["ours"] += time.process_time() - asked
        tweets += len(lot.tweets)
        matches += sum(map(len, lot.expected))
        if not different:
            print(*map(told, found[:_SHOWN]), sep="\n", end="\n" if found else "")
        different += len(found)
        print(
            f"lot {number}: {tweets:,} tweets, {len(answers.conditions):,} rules, {matches:,} matches, "
            f"{different:,} tweets told otherwise; processor minutes: "
            + ", ".join(f"{who} {seconds / 60:.1f}" for who, seconds in spent.items()),
            flush=True,
        )
    return bool(different)


def told(difference: Difference) -> str:
    """Return a difference as a line of JSON."""
    return json.dumps({"tweet": difference.tweet, "lost": difference.lost, "wrong": difference.wrong})


if __name__ == "__main__":
    sys.exit(main())
