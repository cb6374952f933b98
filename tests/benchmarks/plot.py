"""Draws cost against the number of rules, both logarithmic, as SVG: `python -m tests.benchmarks.plot [--measure]`.

Without `--measure` it draws the figures in docs/data/cost-against-rules.json again; with it they are measured first,
which takes some minutes.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from math import log10
from pathlib import Path
from typing import Final

DATA: Final = Path("docs/data/cost-against-rules.json")
PICTURE: Final = Path("docs/reference/cost-against-rules.svg")
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 400, 70, 50
SIZES: Final = (1_000, 10_000, 100_000)
COLOURS: Final = ("#3949ab", "#00897b", "#ef6c00", "#c62828", "#6d4c41")

Figures = Mapping[str, Mapping[str, float]]
"""By name of a way to verdicts: microseconds a tweet by number of rules."""


def measured(sizes: Sequence[int] = SIZES) -> dict[str, dict[str, float]]:
    """Measure again, on this machine."""
    from tocsin.bench import contenders, workload
    from tocsin.bench.measure import microseconds

    found: dict[str, dict[str, float]] = {}

    def note(name: str, size: int, cost: float) -> None:
        found.setdefault(name, {})[str(size)] = round(cost, 2)

    for size in sizes:
        growing = workload.growing_workload(size, 500)
        index = contenders.indexed(contenders.compiled(growing.conditions))
        note("tocsin, the added rules never true", size, microseconds(index, growing.tweets(), 1.0))
        own = workload.own_workload(size, 500)
        rules = contenders.compiled(own.conditions)
        note("tocsin, matches growing too", size, microseconds(contenders.indexed(rules), own.tweets(), 1.0))
        if size <= 10_000:
            note("every rule compiled, one by one", size, microseconds(contenders.looped(rules), own.tweets(), 0.5))
            standard = workload.standard_workload(size, 20)
            by_reference = contenders.reference(standard.conditions)
            note("json-logic-qubit, one by one", size, microseconds(by_reference, standard.tweets(), 0.5))
    return found


def picture(figures: Figures) -> str:
    """Return the plot."""
    costs = [cost for series in figures.values() for cost in series.values()]
    sizes = [int(size) for series in figures.values() for size in series]
    low, high = int(log10(min(costs))), int(log10(max(costs))) + 1
    first, last = int(log10(min(sizes))), int(log10(max(sizes)))

    def x(size: float) -> float:
        return LEFT + (log10(size) - first) / (last - first) * (WIDTH - LEFT - 190)

    def y(cost: float) -> float:
        return HEIGHT - BOTTOM - (log10(cost) - low) / (high - low) * (HEIGHT - BOTTOM - 20)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
            'font-size="12">'
        ),
        "<title>Microseconds a tweet against the number of rules, both logarithmic</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for power in range(low, high + 1):
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - 190}" y1="{y(10**power):.1f}" y2="{y(10**power):.1f}" stroke="#ddd"/>'
        )
        parts.append(f'<text x="{LEFT - 8}" y="{y(10**power) + 4:.1f}" text-anchor="end">{10**power:,} µs</text>')
    for power in range(first, last + 1):
        at = f'x="{x(10**power):.1f}" y="{HEIGHT - BOTTOM + 20}"'
        parts += [f'<text {at} text-anchor="middle">{10**power:,}</text>']
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 10}">rules</text>')
    for colour, (name, series) in zip(COLOURS, figures.items(), strict=False):
        points = [(x(int(size)), y(cost)) for size, cost in series.items()]
        line = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3" fill="{colour}"/>' for across, up in points]
        across, up = points[-1]
        parts.append(f'<text x="{across + 8:.1f}" y="{up + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Draw; measure first if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true")
    if parser.parse_args().measure:
        DATA.write_text(json.dumps(measured(), indent=1) + "\n")
    PICTURE.write_text(picture(json.loads(DATA.read_text())))


if __name__ == "__main__":
    main()
