"""`tocsin bench`: what matching costs on this machine."""

from dataclasses import replace

import click

from tocsin.bench.measure import QUICK, Effort, tables
from tocsin.cli.output.table import show


@click.command()
@click.option(
    "--rules", "sizes", type=click.IntRange(min=1_000), multiple=True, metavar="N",
    help="How many rules, 1000 at least; may be repeated. Otherwise 1000, 10000 and 100000.",
)  # fmt: skip
@click.option("--quick", is_flag=True, help="1000 rules and few tweets: a few seconds, rough figures.")
def bench(sizes: tuple[int, ...], quick: bool) -> None:
    """Measure matching beside other ways to the same verdicts.

    Rules and tweets are generated, the same ones every time. Figures are processor time of one core; ratios within
    one run can be compared, absolute figures of two machines can't. Docs: reference/performance.

    \b
    Example:
      tocsin bench --rules 1000 --rules 10000
    """
    effort = QUICK if quick else Effort()
    if sizes:
        effort = replace(effort, sizes=tuple(sorted(set(sizes))))
    for table in tables(effort):
        click.echo(f"\n{table.title}\n")
        show(table.headings, table.rows)
