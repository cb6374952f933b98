"""The parts of a message, escaped for one family: what each layout puts in its place."""

import re

from tocsin.model import Alert, Fragment, RichText
from tocsin.notify.escape import Family, escape, escape_line, one_line, untrusted
from tocsin.notify.rendering.cutting import cut, shortened
from tocsin.notify.rendering.fields import counts, is_default_body, text_of
from tocsin.notify.rendering.links import own_url, tweet_url, with_own_link
from tocsin.notify.rendering.words import moment, stretch

TITLE_MAX = 240
_OUR_FIELDS = re.compile(
    r"\b(?:metrics\.(?:likes|retweets|replies|quotes|bookmarks)|user\.(?:followers|following|username|verified)"
    r"|entities\.(?:hashtags|mentions|urls))\b(?![./])"
)
"""Names that a reason may show as they are. None is a host that a link finder would take it for, as `user.name` is."""
_COMPARED = 20_000
"""Characters of a text that are looked at; a tweet may bring a megabyte."""
_IDS_MAX = 12
_NAME_MAX = 200
_LINE_MAX = 500


def is_quoted(alert: Alert) -> bool:
    """Say whether the tweet's text is to be shown: not where the title or body shows it, and not in a digest."""
    text = text_of(alert, "text")[:_COMPARED]
    if not text or alert.folded:
        return False
    body = "" if is_default_body(alert) else alert.body.plain()[: 3 * _COMPARED]
    return one_line(text) not in one_line(f"{alert.title.plain()[:_COMPARED]}\n{body}")


class Parts:
    """An alert's parts for one family. Longer texts are cut to `clip` characters, and say so; links are whole.

    `quoted` is what `is_quoted` says, asked once and not for each length that is tried.
    """

    def __init__(self, alert: Alert, family: Family, clip: int, ack_url: str | None = None, *, quoted: bool) -> None:
        self.alert = alert
        self.family: Family = family
        self.clip = clip
        self.quoted = quoted
        self.url = tweet_url(alert)
        self.ack_url = own_url(ack_url)

    @property
    def title(self) -> str:
        """The title, on one line; the rule and severity if it came out empty."""
        title = escape_line(
            shortened(with_own_link(self.alert.title, self.url), min(TITLE_MAX, self.clip)), self.family
        )
        return title or self._line(f"{self.alert.rule_id}: {self.alert.severity.value}", TITLE_MAX)

    @property
    def body(self) -> list[str]:
        """The lines of the rule's body, or of a digest's list; none if it has only what is shown anyway."""
        if is_default_body(self.alert) or not self.alert.body.plain().strip():
            return []
        return self._lines(with_own_link(self.alert.body, self.url))

    @property
    def quote(self) -> list[str]:
        """The lines of the tweet's text; none where it isn't shown."""
        return self._lines(untrusted(text_of(self.alert, "text"))) if self.quoted else []

    @property
    def name(self) -> str:
        """The author's name as they write it; empty if unknown, and in a digest."""
        return "" if self.alert.folded else self._line(text_of(self.alert, "user", "name"), _NAME_MAX)

    @property
    def handle(self) -> str:
        """The author's user name with its @; empty if unknown, and in a digest."""
        name = text_of(self.alert, "user", "username")
        return self._line(f"@{name}", _NAME_MAX) if name and not self.alert.folded else ""

    @property
    def author(self) -> str:
        """Name and user name. Nothing else stands on this line: a name written right to left would turn it round."""
        return " ".join(filter(None, (self.name, self.handle)))

    @property
    def counts(self) -> str:
        """How far tweet and author reach."""
        return "" if self.alert.folded else self._line(" · ".join(counts(self.alert)), _LINE_MAX)

    @property
    def link_text(self) -> str:
        """What a link to the tweet is called."""
        return "Newest tweet" if self.alert.folded else "Open the tweet"

    @property
    def more(self) -> str:
        """How many matches were held back and since when; empty if none were."""
        alert = self.alert
        if not alert.held_back:
            return ""
        since = alert.held_since
        within = f" in the last {stretch(alert.at - since)}" if since is not None and since < alert.at else ""
        return self._own(f"+{alert.held_back:,} more{within}")

    @property
    def stands_for(self) -> str:
        """Which alerts a digest stands for: the ids, as many as are of use to a reader; empty if it is none."""
        ids = self.alert.folded
        if not ids:
            return ""
        rest = f" and {len(ids) - _IDS_MAX:,} more" if len(ids) > _IDS_MAX else ""
        return self._own(f"Stands for {len(ids):,} alerts: {', '.join(ids[:_IDS_MAX])}{rest}")

    @property
    def because(self) -> list[str]:
        """What made the rule true, a line each."""
        lines = [shortened(_reason(reason), min(_LINE_MAX, self.clip)) for reason in self.alert.because]
        return [escape_line(line, self.family) for line in lines]

    @property
    def severity(self) -> str:
        """The severity's word, loud."""
        return self.alert.severity.value.upper()

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self._line(self.alert.rule_id, _LINE_MAX)

    @property
    def details(self) -> list[str]:
        """Key, labels and time of the alert."""
        alert = self.alert
        key = [self._line(f"key {alert.key}", _NAME_MAX)] if alert.key else []
        labels = [self._line(f"{name}={value}", _NAME_MAX) for name, value in alert.labels.items()]
        return [*key, *labels, self._own(moment(alert.at))]

    @property
    def identity(self) -> str:
        """The alert's id, as it is asked for."""
        return self._line(f"alert {self.alert.id}", _LINE_MAX)

    def _lines(self, value: RichText) -> list[str]:
        see = "; see link" if self.url else ""
        return escape(cut(value, self.clip, see=see), self.family).strip().split("\n")

    def _line(self, text: str, limit: int) -> str:
        return escape_line(shortened(untrusted(text), min(limit, self.clip)), self.family)

    def _own(self, text: str) -> str:
        """Return words of tocsin's own, which hold nothing that a tweet could set."""
        return escape_line(RichText((Fragment(text, trusted=True),)), self.family)


def _reason(text: str) -> RichText:
    """Return a reason as untrusted text, but for names of fields, which need no defusing."""
    fragments: list[Fragment] = []
    position = 0
    for match in _OUR_FIELDS.finditer(text):
        fragments.append(Fragment(text[position : match.start()], trusted=False))
        fragments.append(Fragment(match[0], trusted=True))
        position = match.end()
    return RichText((*fragments, Fragment(text[position:], trusted=False)))
