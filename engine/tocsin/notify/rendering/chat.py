"""What chats that read Markdown show."""

from tocsin.notify.rendering.parts import Parts


def markdown_lines(parts: Parts) -> list[str]:
    """Return the lines of a message but for its title and last line.

    The markup is what CommonMark and Discord have in common.
    """
    reasons, body = parts.because, parts.body
    # A template may show the link itself.
    url = parts.url if parts.url and not any(parts.url in line for line in body) else ""
    lines = [
        *body,
        *(f"> {line}".rstrip() if line.strip() else ">" for line in parts.quote),
        f"**{parts.author}**" if parts.author else "",
        parts.counts,
        f"{'Newest: ' if parts.alert.folded else ''}<{url}>" if url else "",
        f"**{parts.more}**" if parts.more else "",
        parts.stands_for,
        f"**Why:** {'; '.join(reasons)}" if reasons else "",
        f"Acknowledge: <{parts.ack_url}>" if parts.ack_url else "",
    ]
    return [line for line in lines if line.strip()]


def last_line(parts: Parts) -> str:
    """Return severity, rule, key, labels, time and id, on one line."""
    return " · ".join([parts.severity, parts.rule, *parts.details, parts.identity])
