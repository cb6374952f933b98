"""`make simulate`: many worlds, one after the other, and a tally; the first that breaks a promise is told whole."""

import argparse
import sys
from collections import Counter

from tests.simulation.seeds import copies, live, month, told


def main() -> int:
    """Run the worlds that were asked for; return 1 if one breaks a promise."""
    parser = argparse.ArgumentParser(prog="simulate")
    parser.add_argument("--seeds", type=int, default=1000, help="how many worlds, from seed --first on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, help="one world only, with its events")
    parser.add_argument("--month", type=int, metavar="SEED", help="30 days of one seed; prints tocsin's journal")
    parser.add_argument("--days", type=int, default=30, help="how many days --month has")
    given = parser.parse_args()
    if given.month is not None:
        world = month(given.month, given.days)
        print("\n".join(world.record.events))
        print(*world.record.broken, sep="\n", file=sys.stderr)
        return bool(world.record.broken)
    if given.seed is not None:
        world = live(given.seed)
        print(told(world))
        return bool(world.record.broken)
    tally = Counter[str]()
    for seed in range(given.first, given.first + given.seeds):
        world = live(seed)
        if world.record.broken:
            print(told(world))
            return 1
        record = world.record
        tally.update(
            worlds=1, starts=record.life, crashes=record.crashes, alerts=len(record.alerts), sends=len(record.sends)
        )
        tally.update(copies=copies(record))
    print(", ".join(f"{count:,} {what}" for what, count in tally.items()) + ": no promise broken")
    return 0


if __name__ == "__main__":
    sys.exit(main())
