"""Slack: an attachment in the severity's colour. Its text is CommonMark, which apprise turns into Slack's markup."""

from tocsin.notify.rendering.chat import last_line, markdown_lines
from tocsin.notify.rendering.parts import Parts


def slack_text(parts: Parts) -> str:
    """Return the attachment's text; its title is a field of its own."""
    return "\n".join([*markdown_lines(parts), last_line(parts)])
