"""Mail: an HTML page that follows the reader's light or dark setting, and a subject that fits its header line."""

from html import escape

from tocsin.notify.rendering.parts import Parts
from tocsin.notify.rendering.words import COLOUR

_SUBJECT_MAX = 900
# No colour of text or background is set but on the badge and buttons: mail programs bring their own, light or dark.
# Lines and grounds are half transparent, so that they show on both.
_FAINT = "opacity:.68"
_FONT = "font:15px/1.5 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_CARD = (
    "margin:0 0 16px;padding:14px 16px;border:1px solid rgba(128,128,128,.4);border-radius:12px;"
    "background:rgba(128,128,128,.08)"
)
_SMALL = f"margin:0;font-size:13px;line-height:1.5;{_FAINT}"
_RULE = "border:0;border-top:1px solid rgba(128,128,128,.4);margin:20px 0 12px"


def subject(title: str) -> str:
    """Return the title as a subject that fits a header line once encoded: servers refuse more than 998 bytes.

    It holds nothing that a mail program would decode: a tweet may say `=?utf-8?q?…?=` too.
    """
    title = title.replace("=?", "= ?")
    length = 0
    for position, character in enumerate(title):
        # apprise writes it as one quoted-printable word: three characters for each byte but letters and digits.
        length += 1 if character.isascii() and character.isalnum() else 3 * len(character.encode())
        if length > _SUBJECT_MAX:
            return title[:position] + "…"
    return title


def mail_html(parts: Parts) -> str:
    """Return the HTML part: one column, no picture, style or script from elsewhere or in the head."""
    colour = COLOUR[parts.alert.severity]
    inner = "\n".join(_blocks(parts, colour))
    return (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{parts.title}</title>\n</head>\n"
        f'<body style="margin:0;padding:0;color-scheme:light dark;{_FONT}">\n'
        f'<div style="max-width:600px;margin:0 auto;padding:20px 16px;border-top:4px solid {colour}">\n'
        f"{inner}\n</div>\n</body>\n</html>\n"
    )


def _blocks(parts: Parts, colour: str) -> list[str]:
    blocks = [
        _head(parts, colour),
        f'<h1 dir="auto" style="margin:0 0 14px;font-size:21px;line-height:1.3">{parts.title}</h1>',
        f'<p dir="auto" style="margin:0 0 16px">{"<br>".join(parts.body)}</p>' if parts.body else "",
        _tweet(parts),
        f'<p style="margin:0 0 16px"><strong>{parts.more}</strong></p>' if parts.more else "",
        _buttons(parts, colour),
        _why(parts.because),
        f'<hr style="{_RULE}">',
        f'<p style="{_SMALL};margin-bottom:6px">{parts.stands_for}</p>' if parts.stands_for else "",
        f'<p style="{_SMALL}">{" · ".join([*parts.details, parts.identity])}</p>',
    ]
    return [block for block in blocks if block]


def _head(parts: Parts, colour: str) -> str:
    badge = (
        f"display:inline-block;padding:2px 9px;border-radius:10px;background:{colour};color:#ffffff;"
        "font-size:12px;font-weight:bold;letter-spacing:.04em"
    )
    return (
        f'<p style="margin:0 0 10px"><span style="{badge}">{parts.severity}</span>'
        f'&nbsp; <span style="font-size:13px;{_FAINT}">{parts.rule}</span></p>'
    )


def _tweet(parts: Parts) -> str:
    """Return the tweet as a card; what is missing of it leaves no hole."""
    who = f"<strong><bdi>{parts.name}</bdi></strong>" if parts.name else ""
    if parts.handle:
        who += f' <span style="{_FAINT}"><bdi>{parts.handle}</bdi></span>'
    lines = [
        f'<p style="margin:0 0 6px">{who.strip()}</p>' if who else "",
        f'<p dir="auto" style="margin:0">{"<br>".join(parts.quote)}</p>' if parts.quote else "",
        f'<p style="margin:8px 0 0;font-size:13px;{_FAINT}">{parts.counts}</p>' if parts.counts else "",
    ]
    inner = "\n".join(line for line in lines if line)
    return f'<blockquote style="{_CARD}">\n{inner}\n</blockquote>' if inner else ""


def _buttons(parts: Parts, colour: str) -> str:
    shape = "display:inline-block;margin:0 8px 8px 0;padding:8px 16px;border-radius:8px;text-decoration:none;"
    full = f"{shape}background:{colour};color:#ffffff;border:1px solid {colour}"
    quiet = f"{shape}color:inherit;border:1px solid rgba(128,128,128,.6)"
    links = [f'<a href="{escape(parts.url)}" style="{full}">{parts.link_text}</a>'] if parts.url else []
    if parts.ack_url:
        links.append(f'<a href="{escape(parts.ack_url)}" style="{quiet}">Acknowledge</a>')
    return f'<p style="margin:0 0 8px">{"".join(links)}</p>' if links else ""


def _why(reasons: list[str]) -> str:
    if not reasons:
        return ""
    items = "".join(f'<li dir="auto">{reason}</li>' for reason in reasons)
    return f'<p style="margin:8px 0 4px"><strong>Why</strong></p>\n<ul style="margin:0;padding-left:20px">{items}</ul>'
