"""Plain text: for services without markup, and as the text part of a mail."""

from tocsin.notify.rendering.parts import Parts


def plain_text(parts: Parts) -> str:
    """Return the message without blank lines: many of these services are small screens."""
    return "\n".join(line for section in _sections(parts, "  ") for line in section)


def scant_text(parts: Parts, room: int) -> str:
    """Return what matters most of a message, as much as there is room for: for services such as text messages."""
    lines: list[str] = []
    for line in (parts.url or "", f"{parts.severity} · {parts.rule}", parts.identity, *parts.quote[:1]):
        if line and len("\n".join([*lines, line])) <= room:
            lines.append(line)
    return "\n".join(lines)


def spaced_text(parts: Parts) -> str:
    """Return the message as a mail's text part: sections apart, the tweet quoted as mails quote, title first."""
    sections = [[parts.title, "=" * min(len(parts.title), 72)], *_sections(parts, "> ")]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _sections(parts: Parts, margin: str) -> list[list[str]]:
    reasons, body = parts.because, parts.body
    # A template may show the link itself.
    url = parts.url if parts.url and not any(parts.url in line for line in body) else ""
    why = [f"Why: {reasons[0]}"] if len(reasons) == 1 else ["Why:", *(f"- {reason}" for reason in reasons)]
    sections = [
        body,
        [*(f"{margin}{line}".rstrip() for line in parts.quote), parts.author, parts.counts],
        [f"{'Newest: ' if parts.alert.folded else ''}{url}" if url else ""],
        [parts.more, parts.stands_for],
        why if reasons else [],
        [f"Acknowledge: {parts.ack_url}" if parts.ack_url else ""],
        [" · ".join([parts.severity, parts.rule, *parts.details, parts.identity])],
    ]
    return [kept for section in sections if (kept := [line for line in section if line.strip()])]
