"""Discord: its own Markdown, with the last line in small print."""

from tocsin.notify.rendering.chat import last_line, markdown_lines
from tocsin.notify.rendering.parts import Parts


def discord_text(parts: Parts) -> str:
    """Return the message below its title."""
    return "\n".join([*markdown_lines(parts), f"-# {last_line(parts)}"])
