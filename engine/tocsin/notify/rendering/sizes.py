"""How long a message may be for each family, and the fitting of one to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never

from tocsin.notify.escape import Family

Unit: TypeAlias = Literal["characters", "utf-16", "bytes"]


@dataclass(frozen=True, slots=True)
class Size:
    """The most that a title and body may take together, in the units that the service counts."""

    limit: int
    unit: Unit

    def of(self, text: str) -> int:
        """Return how long a text is in these units."""
        match self.unit:
            case "characters":
                return len(text)
            case "utf-16":
                return len(text.encode("utf-16-le", "surrogatepass")) // 2
            case "bytes":
                return len(text.encode("utf-8", "surrogatepass"))
            case _:
                assert_never(self.unit)


SIZES: Final[Mapping[Family, Size]] = {
    # Slack cuts at 40,000 (docs.slack.dev, chat.postMessage, "Truncating content") and folds away what is past some
    # 700; apprise sends 35,000. Nobody reads that much in a chat, and escaping makes it no shorter.
    "slack": Size(12_000, "characters"),
    # 2,000 (discord.com/developers/docs/resources/webhook, "content"), the title counted in.
    "discord": Size(1_950, "utf-16"),
    # 4,096 after entities are parsed (core.telegram.org/bots/api, sendMessage); counted here with them.
    "telegram": Size(4_000, "utf-16"),
    # An event may have 65,536 bytes (spec.matrix.org, "Size limits"), and it holds the text twice: as HTML and plain.
    "matrix": Size(24_000, "bytes"),
    # Gmail shows 102 kB of a mail and hides the rest.
    "mail": Size(60_000, "bytes"),
    # What apprise takes for a service that names no size of its own is 32,768.
    "plain": Size(30_000, "characters"),
}
"""With room for what the service or apprise wraps around it. JSON has no limit."""

CLIP_MAX: Final = 10_000
"""The most characters of one text that are shown, whatever the service takes."""
_CLIP_MIN: Final = 24


def fitted(layout: Callable[[int], str], size: Size, taken: str) -> str:
    """Return what `layout` makes with its texts cut as little as the size asks for; `taken` goes beside it.

    `layout` gets the most characters that each text may have, and gives no shorter a message for more of them.
    """
    room = size.limit - size.of(taken)
    whole = layout(CLIP_MAX)
    if size.of(whole) <= room:
        return whole
    fits, too_long = _CLIP_MIN, CLIP_MAX
    while too_long - fits > max(8, fits // 50):
        middle = (fits + too_long) // 2
        if size.of(layout(middle)) <= room:
            fits = middle
        else:
            too_long = middle
    return layout(fits)
