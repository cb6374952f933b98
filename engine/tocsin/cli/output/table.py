"""Rows for people: a table at a terminal, plain lines with tabs where the output is piped."""

import sys
from collections.abc import Sequence

import click

from tocsin.notify.escape import one_line


def show(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the rows; whatever they hold, no terminal sequence gets through."""
    clean = [[one_line(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in clean:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in clean:
        # Text, not str: rich would read [brackets] as markup.
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
