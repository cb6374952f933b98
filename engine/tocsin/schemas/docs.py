"""What an editor says of the keys of rule files and of tocsin.yaml."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FILE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tocsin": "The format's version, 1.",
        "requires": "What must be installed for these rules.",
        "lists": "Words by name, inline or `{file: words.txt}`: one a line, the path counted from this file.",
        "macros": "Conditions by name, used as `{macro: name}`.",
        "rules": "Rules by id: a-z, 0-9 and -, unique over all files.",
        "fixtures": "Tweets by name, for tests: `{fixture: name}` begins with one.",
        "defaults": "What the rules of this file say where they say nothing themselves.",
        "overlay": "true: this file changes rules that other files define.",
    }
)

RULE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title": "A template: one line that says what happened.",
        "body": "A template: the message itself.",
        "description": "What the rule is for.",
        "severity": "info, low, medium (without it), high or critical.",
        "labels": "Texts by name, for routes and templates.",
        "match": "The stream's own filter words; all that are given must be true.",
        "when": "The condition that must be true of a tweet, together with `match`.",
        "except": "What the rule does not speak of; each exception says who wants it, and may expire.",
        "notify": "Destinations by name; without it the routes of tocsin.yaml decide.",
        "enabled": "false keeps the rule from running; it is checked all the same.",
        "stage": "live, or shadow: evaluated, counted and journalled, and nothing is sent.",
        "once_per": "Of all tweets for which this gives the same value, the first is told, such as `.user.id`.",
        "tests": "Tweets, and what must come of them: `tocsin test` runs them.",
        "window": "How many or how different tweets it takes, within what time.",
        "throttle": "One alert for each key in so much time; the others are counted. false: none.",
        "budget": "How many alerts in a minute, an hour or a day: 5/day; the rest in a digest. false: no end.",
    }
)

THROTTLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "per": "What tells alerts apart, such as `.user.id`; without it all of the rule are throttled together.",
        "every": "How long after an alert the next of its key may come, such as 30m.",
        "then": "count (without it): the next alert says how many. update: one alert at the end. digest: all in one.",
    }
)

EXCEPTION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "What the exception is called; a-z, 0-9 and -, unique within the rule.",
        "why": "Who wants it and what for.",
        "until": "The last day on which it holds, in UTC: 2026-12-31. Without it, it holds for good.",
        "when": "Which tweets the rule does not speak of.",
    }
)

MATCH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "keywords": "Any of these words or phrases is in the text.",
        "users": "Any of these accounts wrote the tweet.",
        "language": "The tweet's language is this; a tweet without one does not match.",
        "min_retweets": "It has been retweeted at least so often.",
    }
)

TEST: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "What the test shows, in words.",
        "tweet": "One tweet: fields by dotted name, set over a neutral one.",
        "given": "Several tweets on a virtual clock.",
        "each": "One test for each word, which stands for `{word}` in the tweet.",
        "expect": "match, no_match, or what the alerts look like; only what is named is compared.",
        "equivalent": "A mutant that nothing tells from the rule, as `tocsin test --mutate` names it.",
        "why": "Why nothing tells that mutant from the rule.",
    }
)

GIVEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tweet": "Fields by dotted name, set over a neutral tweet; `{n}` counts repeats.",
        "at": "When it comes: how long after the start of the test, such as 10m, or an instant.",
        "repeat": "How many of them come.",
        "every": "How far apart they come, such as 30s.",
    }
)

EXPECT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "alerts": "How many alerts there are.",
        "severity": "The severity of each.",
        "title": "The title of each.",
        "key": "The key of each.",
        "because": "Texts that must be part of the reasons.",
    }
)

CONFIGURATION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tocsin": "The format's version, 1.",
        "source": "Where tweets come from.",
        "rules": "Rule files, and folders of them.",
        "destinations": "Where alerts can go, by name.",
        "routes": "Where alerts go whose rule has no `notify`; the first that is true decides.",
        "inhibit": "Which alerts are withheld while graver ones are fresh.",
        "state": "The SQLite file that alerts and the outbox are kept in.",
        "plugins": "Options by plugin, which plugins may run, and what exactly they must be.",
        "http": "Where /livez, /readyz and /metrics are served.",
        "log": "What is logged, and how.",
        "reload": "Whether and how files are watched while the engine runs.",
        "defaults": "What rules say where neither they nor their file do.",
        "retention": "How long the journal is kept.",
        "heartbeat": "A sign of life while all is well, for whoever minds when it stops.",
        "notices": "Who hears of tocsin's own troubles.",
        "valve": "How many alerts of all rules together go out, such as 100/min; the rest in a digest. false: no end.",
    }
)

SOURCE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "type": "scrapest (the stream) or replay (tweets from a file).",
        "url": "The stream's address.",
        "api_key": 'Your key; best as "${SCRAPEST_API_KEY}".',
        "subscribe": "What to ask the stream for; `{}` is everything. Without it, what the rules need.",
        "insecure": "true allows ws:// to another machine, where the key is sent in the clear.",
        "path": "The file of tweets, one JSON object a line, for replay.",
        "no_tweets": "What to do where the stream is connected and silent.",
    }
)

NO_TWEETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "after": "A duration, such as 10m: without a tweet for so long, the stream is asked anew and somebody told.",
        "notify": "The destination that hears of it, and of the next tweet.",
    }
)

DESTINATION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "url": "One URL or several, as apprise has them: slack://…, mailtos://…, jsons://…",
        "action": "A plugin's action in place of a URL; the other keys are its options.",
        "retry": "How long to try again what couldn't be delivered.",
        "fallback": "A destination that gets what this one refuses, or can't be reached for.",
        "limit": "At most so many messages: 30/h, 5/min; what is beyond goes out together. none: no limit.",
        "digest": "Collects what is less urgent into one message.",
        "quiet": "Hours in which nothing is sent here.",
        "format": "text or html for mail; text, html or markdown for services that have no form of their own here.",
        "sign": 'Secrets that webhooks are signed with; best as "${WEBHOOK_SECRET}". Several while one takes over.',
    }
)

DIGEST: Final[Mapping[str, str]] = MappingProxyType(
    {
        "every": "A duration, such as 1h: when a message goes out, counted from midnight UTC.",
        "bypass": "What is this severe, or more, goes at once.",
    }
)

QUIET: Final[Mapping[str, str]] = MappingProxyType(
    {
        "zone": "A time zone of the IANA database, such as Europe/Berlin.",
        "from": 'When quiet begins, such as "22:00".',
        "to": 'When it ends, such as "07:00"; if that is not later, on the next day.',
        "days": "The days on which it begins: mon, tue, wed, thu, fri, sat, sun. Every day without it.",
        "then": "hold: what comes meanwhile is sent afterwards; drop: never.",
        "bypass": "What is this severe, or more, is sent all the same.",
    }
)

NOTICES: Final[Mapping[str, str]] = MappingProxyType(
    {"to": "The destination that hears of tocsin's own troubles, such as alerts that it gave up on."}
)

RETRY: Final[Mapping[str, str]] = MappingProxyType({"for": "A duration, such as 12h; 72h without it."})

PLUGINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "only": "The plugins that may run, by name; without it, all that are installed.",
        "pin": "What each plugin's distribution must be; `tocsin plugins pin` prints it.",
    }
)

PIN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "version": "The version that must be installed.",
        "sha256": "The hash of all its files.",
        "files": "The beginning of each file's hash, to say which one changed.",
    }
)

ROUTE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "when": "A condition over the tweet and the alert; without it the route is always true.",
        "notify": "The destinations.",
        "continue": "true: the routes after this one are asked as well.",
        "escalate": "Who hears of the alert later unless it is acknowledged.",
    }
)

ESCALATE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "after": "How long after the alert, such as 15m.",
        "unless": "acked: not if somebody has acknowledged it.",
        "to": "The destinations; none of those that the route tells at once.",
    }
)

INHIBIT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "if": "A rule's id, or a condition over an alert and its tweet.",
        "mutes": "A condition: alerts of which it is true are withheld while one of `if` is fresh.",
        "for": "How long an alert of `if` stays fresh, such as 30m.",
    }
)

HTTP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "listen": "Host and port, such as 127.0.0.1:9090.",
        "public_url": "What browsers reach it at; messages then have a link to acknowledge the alert.",
    }
)

RETENTION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "journal": "How long the journal and alerts that arrived are kept: 30d without it, at least 1d.",
        "seen": "How long it is known of each tweet that it was seen: 1d without it.",
    }
)

HEARTBEAT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "to": "A web address that is fetched, or a destination that gets a message.",
        "every": "How often: 5m without it.",
    }
)

LOG: Final[Mapping[str, str]] = MappingProxyType(
    {"level": "debug, info, warning or error.", "format": "text or json; by default what suits where it goes."}
)
