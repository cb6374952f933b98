"""The suite in a process of its own: `python -m tocsin.plugins.contract` reads what to check, prints what it found."""

import json
import sys
from dataclasses import asdict
from importlib.metadata import EntryPoint

from tocsin.plugins.contract.checking import entry_findings
from tocsin.plugins.host import GROUP


def main() -> None:
    """Check the plugin that standard input names: one finding a line, each after the mark that begins it."""
    asked = json.load(sys.stdin)
    sys.path[:0] = asked["folders"]
    entry = EntryPoint(asked["name"], asked["value"], GROUP)
    for finding in entry_findings(entry, asked["options"], asked["of_pieces"]):
        sys.stdout.write(f"\x1e{json.dumps(asdict(finding))}\n")
        sys.stdout.flush()
    sys.stdout.write("\x1edone\n")


if __name__ == "__main__":
    main()
