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
    why: str = ""
    """What the service takes, with the source."""

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
    # Nobody reads more in a chat, and escaping makes it no shorter.
    "slack": Size(
        12_000, "characters", "cuts at 40,000 (docs.slack.dev, chat.postMessage), folds away what is past some 700"
    ),
    "discord": Size(1_950, "utf-16", "2,000 (discord.com/developers/docs, Webhook, `content`)"),
    "telegram": Size(4_000, "utf-16", "4,096 (core.telegram.org/bots/api, sendMessage); counted here with the tags"),
    "matrix": Size(24_000, "bytes", "events of 65,536 (spec.matrix.org, Size limits), which hold the text twice"),
    "mail": Size(60_000, "bytes", "Gmail hides what is past 102 kB of a mail"),
    "plain": Size(30_000, "characters", "32,768, as apprise has it of services that name no limit of their own"),
}
"""With room for what the service or apprise wraps around it. JSON has no limit."""

CLIP_MAX: Final = 10_000
"""The most characters of one text that are shown, whatever the service takes."""
CLIP_MIN: Final = 24


def fitted(layout: Callable[[int], str], size: Size, taken: str) -> str:
    """Return what `layout` makes with its texts cut as little as the size asks for; `taken` goes beside it.

    `layout` gets the most characters that each text may have, and gives no shorter a message for more of them.
    """
    room = size.limit - size.of(taken)
    whole = layout(CLIP_MAX)
    if size.of(whole) <= room:
        return whole
    fits, too_long = CLIP_MIN, CLIP_MAX
    while too_long - fits > max(8, fits // 50):
        middle = (fits + too_long) // 2
        if size.of(layout(middle)) <= room:
            fits = middle
        else:
            too_long = middle
    return layout(fits)
