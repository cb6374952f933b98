"""The only links that a message has: the tweet's own page, and where an alert is acknowledged."""

import re

from tocsin.model import Alert, Fragment, RichText
from tocsin.notify.rendering.fields import field

_USERNAME = re.compile(r"[A-Za-z0-9_]{1,20}")
_TWEET_ID = re.compile(r"[0-9]{1,20}")
# No character that ends a link, or begins something else, in any family's markup.
_OURS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&+,;=%-]{1,2000}")


def tweet_url(alert: Alert) -> str | None:
    """Return the tweet's page; None unless its number, and the user name if there is one, are what X gives out."""
    tweet_id = str(alert.tweet.id)
    if not _TWEET_ID.fullmatch(tweet_id):
        return None
    username = field(alert, "user", "username")
    if isinstance(username, str) and _USERNAME.fullmatch(username):
        return f"https://x.com/{username}/status/{tweet_id}"
    return f"https://x.com/i/status/{tweet_id}"


def with_own_link(text: RichText, url: str | None) -> RichText:
    """Return the text with the tweet's page as tocsin's own words, where a template has filled in `{{ url }}`."""
    return RichText(tuple(Fragment(one.text, one.trusted or one.text == url) for one in text.fragments))


def own_url(url: str | None) -> str | None:
    """Return a link that tocsin made if it is one that stays whole in every markup; else None."""
    return url if url is not None and _OURS.fullmatch(url) else None
