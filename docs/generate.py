"""An MkDocs hook that writes the reference of the commands from the commands themselves: it can't be out of date."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.main import cli

if TYPE_CHECKING:
    from mkdocs.structure.pages import Page

PLACE = "<!-- commands -->"


def on_page_markdown(markdown: str, page: "Page", **_: Any) -> str:
    """Put the commands where a page has the mark for them."""
    return markdown.replace(PLACE, "\n".join(_sections("tocsin", cli))) if PLACE in markdown else markdown


def _sections(name: str, group: click.Group) -> Iterator[str]:
    context = click.Context(group, info_name=name)
    for child_name in group.list_commands(context):
        child = group.get_command(context, child_name)
        if child is None:
            raise LookupError(f"{name} lists {child_name!r} but has no such command")
        full_name = f"{name} {child_name}"
        yield f"## {full_name}\n\n```text\n{_help(full_name, child)}\n```\n"
        if isinstance(child, click.Group):
            yield from _sections(full_name, child)


def _help(name: str, command: click.Command) -> str:
    return command.get_help(click.Context(command, info_name=name, max_content_width=100, terminal_width=100))
