"""Events that flare up in the stream and die down again, each told by its scenes in order and then by a crowd.

Names of products and companies are invented. A line is `author: text`; `*` is anybody who writes in that language.
"""

# ruff: noqa: RUF001 - letters and marks of other scripts are meant

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is said. `retweets` is the least that it has got by then, `echoes` how often it comes again with
    more retweets, as the stream does with tweets that spread.
    """

    text: str
    author: str = "*"
    lang: str = "en"
    retweets: int = 0
    echoes: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """A kind of event. `choices` are drawn once an occurrence, so that all who speak of it agree."""

    name: str
    scenes: tuple[Line, ...]
    crowd: tuple[Line, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def cast_choices(self, rng: Random) -> dict[str, str]:
        """Return what this occurrence is about."""
        drawn = {name: rng.choice(values) for name, values in self.choices.items()}
        return drawn | {"serial": str(rng.randint(10_000, 59_999)), "thousands": str(rng.randint(11, 97))}


OUTAGE: Final = Story(
    "service-outage",
    (
        Line("Is {service} down for anyone else? Getting 503 on every request"),
        Line("{service} is down again. It is always during my demo 😭", retweets=60),
        Line("{service}、503ばっかりで障害っぽい。誰か他にもいる？", lang="ja"),
        Line("We are investigating elevated error rates on {service}. Updates to follow.", "acmestatus", retweets=210),
        Line("¿Se ha caído {service}? Aquí no funciona nada, error 503", lang="es"),
        Line("Cause identified, a fix is being rolled out. {service} remains degraded in two regions.", "acmestatus"),
        Line("This incident has been resolved. {service} has recovered, sorry for the trouble.", "acmestatus"),
    ),
    (
        Line("{service} outage, so I guess we all have the afternoon off"),
        Line("503 Service Unavailable is my whole personality now, thanks {service}"),
        Line("anyone else seeing timeouts with {service}? our checkout is not working"),
        Line("{service} down? Status page says all green, of course 🙃"),
        Line("{service} ist ausgefallen, hier geht gar nichts mehr", lang="de"),
        Line("{service} fora do ar aqui em casa e no trabalho", lang="pt"),
        Line("{service} 장애인가요? 접속이 안 돼요", lang="ko"),
        Line("{service} ล่มหรอ เข้าไม่ได้เลย", lang="th"),
        Line("{service} معطل عند أحد غيري؟ خطأ 503", lang="ar"),
    ),
    {"service": ("AcmeCloud", "AcmePay", "Acme Cloud")},
)

DISCLOSURE: Final = Story(
    "security-disclosure",
    (
        Line(
            "CVE-2026-{serial} in {product} is being actively exploited in the wild. Patch now.", retweets=320, echoes=3
        ),
        Line(
            "Security advisory: CVE-2026-{serial}, {product} before {version}, remote code execution.",
            "acmesecurity",
            retweets=90,
        ),
        Line("PoC for CVE-2026-{serial} is public: https://example.org/poc/{serial} #infosec"),
        Line("{product} の CVE-2026-{serial}、悪用を確認。至急アップデートを", lang="ja", retweets=40),
        Line("{product} {version} is out and fixes CVE-2026-{serial}. Update your appliances today.", "acmesecurity"),
    ),
    (
        Line("who is on call tonight for CVE-2026-{serial}? asking for myself"),
        Line("patching {product} on a Friday evening, CVE-2026-{serial} says hello #infosec"),
        Line("CVE-2026-{serial} counts {thousands}000 exposed {product} hosts on the open internet 👀"),
        Line("CVE-2026-{serial} wird aktiv ausgenutzt, bitte {product} sofort aktualisieren", lang="de"),
        Line("CVE-2026-{serial} est activement exploitée, mettez {product} à jour", lang="fr"),
        Line("Reminder: turn {product} off if you can't patch CVE-2026-{serial} today"),
    ),
    {"product": ("AcmeVPN", "Acme VPN"), "version": ("9.4.2", "7.1.13", "12.0.5")},
)

EXCHANGE_HACK: Final = Story(
    "exchange-hack",
    (
        Line("AcmeX hacked? Hot wallet drained of {thousands},000 {coin} in the last ten minutes", retweets=140),
        Line("Withdrawals paused on AcmeX. Nobody answers support tickets. ${coin} #crypto"),
        Line(
            "AcmeX outflows of {thousands},000 {coin} look like an exploit. Watching closely. ${coin}",
            "acmeanalyst",
            retweets=180,
            echoes=5,
        ),
        Line(
            "We have paused withdrawals on AcmeX while we look into unusual transfers. Funds are safe.",
            "acmex",
            retweets=400,
        ),
        Line("AcmeX ハッキング？{coin} が大量に流出してる", lang="ja"),
    ),
    (
        Line("my whole savings are on AcmeX, please tell me this is fake"),
        Line("not your keys not your coins, AcmeX edition 🍿 ${coin}"),
        Line("${coin} plunging -{drop}% on the AcmeX news", retweets=70),
        Line("AcmeX hackeado, otra vez lo mismo. Saquen sus {coin}", lang="es"),
        Line("AcmeX hacklendi mi? {coin} çekilemiyor", lang="tr"),
        Line("AcmeX взломана? Вывод {coin} закрыт", lang="ru"),
        Line("Claim your AcmeX refund airdrop here https://example.net/claim"),
    ),
    {"coin": ("BTC", "ETH", "SOL"), "drop": ("11", "14", "18", "23")},
)

BRAND_CRISIS: Final = Story(
    "brand-crisis",
    (
        Line("@acmeair {hours} hours late, no information, no water, and a child with fever. Unacceptable."),
        Line(
            "@acmeair stranded {thousands}0 people at {airport} and then asked us to book hotels ourselves",
            retweets=260,
            echoes=4,
        ),
        Line("We are sorry for the delays at {airport} and are rebooking everyone tonight.", "acmeair"),
        Line("Enough. #BoycottAcmeAir until they pay every refund they owe. @acmeair", retweets=130),
    ),
    (
        Line("@acmeair three weeks and still no refund. Never again."),
        Line("@acmeair lost my luggage at {airport} and the chat bot told me to have a great day"),
        Line("worst airline of my life, cancelled twice in one day @acmeair 😡"),
        Line("#BoycottAcmeAir I am done, cancel your booking while you can"),
        Line("@acmeair cancelado mi vuelo desde {airport}, quiero el reembolso ya", lang="es"),
        Line("@acmeair 欠航なのに返金なし、最悪", lang="ja"),
        Line("@acmeair Flug gestrichen, Erstattung? Fehlanzeige.", lang="de"),
        Line("to be fair the @acmeair crew at {airport} was lovely, the company isn't"),
    ),
    {"airport": ("Lisbon", "Gatwick", "Denver", "Frankfurt"), "hours": ("7", "9", "11")},
)

LAUNCH: Final = Story(
    "product-launch",
    (
        Line("Introducing Acme One. {claim} Available now.", "acmehq", retweets=900, echoes=3),
        Line("Acme One hands-on: gorgeous screen, {claim2} https://www.theverge.com/acme-one-review", retweets=150),
        Line("My #AcmeOne keeps crashing after the first update, anyone else?", retweets=25),
        Line("Acme One giveaway! First 100 to claim yours win https://example.net/win-acme-one"),
    ),
    (
        Line("I love the Acme One camera, night shots are amazing #AcmeOne"),
        Line("ordered the #AcmeOne at 9:01 and it says sold out until January"),
        Line("#AcmeOne 最高すぎる、買ってよかった", lang="ja"),
        Line("Acme One 배터리 최고예요 #AcmeOne", lang="ko"),
        Line("El Acme One es increíble, pero el precio… #AcmeOne", lang="es"),
        Line("#AcmeOne is overheating during video calls, not a great start"),
    ),
    {
        "claim": ("Two days of battery.", "The lightest yet."),
        "claim2": ("battery still a question mark.", "fair price."),
    },
)

EARTHQUAKE: Final = Story(
    "earthquake",
    (
        Line("EARTHQUAKE did anyone else feel that??"),
        Line("地震！揺れた {place_ja}", lang="ja"),
        Line("everything on the shelves is on the floor, that was a strong quake in {place}"),
        Line(
            "M 6.{digit} earthquake, {thousands} km SSE of {place}. Depth 10 km. Details follow.",
            "acmequakes",
            retweets=310,
            echoes=3,
        ),
        Line("No tsunami is expected from the M 6.{digit} earthquake near {place}.", "acmequakes", retweets=80),
    ),
    (
        Line("still shaking in {place}, going outside now"),
        Line("¿Sintieron el temblor en {place}?", lang="es"),
        Line("Deprem oldu, {place} sallandı, herkes iyi mi?", lang="tr"),
        Line("結構長く揺れてる、怖い", lang="ja"),
        Line("Gempa terasa sampai {place}, semoga semua selamat", lang="id"),
        Line("tremor felt here as well, 20 seconds at least"),
    ),
    {
        "place": ("Valdivia", "Wellington", "Coquimbo"),
        "place_ja": ("仙台", "八戸", "釧路"),
        "digit": ("1", "3", "4", "7"),
    },
)

STORIES: Final = (OUTAGE, DISCLOSURE, BRAND_CRISIS, EXCHANGE_HACK, EARTHQUAKE, LAUNCH)
"""In the order in which a stream first tells them."""
