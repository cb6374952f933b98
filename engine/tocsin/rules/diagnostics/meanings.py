"""What each diagnostic means and how to mend it: the text of its page, of `tocsin check --explain` and of SARIF.

A new diagnostic needs a line in `codes.NUMBERS` and one in `MEANINGS`; its page is made from them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tocsin.rules.diagnostics.codes import NUMBERS

MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # How a file is written
        "syntax": "The file can't be read as YAML from here on.",
        "unquoted-tag": "A bare `#tag` is a comment to YAML: quote it.",
        "unquoted-sign": "A bare `@`, `*`, `%`, `!`, `>` or `>=` means something else to YAML.",
        "unquoted-template": "A bare `{{ … }}` is a mapping to YAML: quote it.",
        "ambiguous-scalar": "A bare `yes`, `no`, `on` or `off` is text to some readers and true or false to others.",
        "bad-escape": "A backslash in double quotes that YAML doesn't know: use single quotes.",
        "bad-character": "A control character.",
        "bad-encoding": "The file is not UTF-8.",
        "duplicate-key": "A key occurs twice in one mapping.",
        "merge-key": "`<<` is not read.",
        "yaml-tag": "Tags such as `!!str` are not read.",
        "alias-cycle": "An alias stands inside the value that it repeats.",
        "many-documents": "A second document (`---`) in one file.",
        "not-json": "A value that JSON can't say, such as infinity.",
        "too-deep": "Nested too deep.",
        "too-large": "The file, or a condition in it, is larger than anybody means.",
        "curly-quotes": "Curly quotes, which word processors make of straight ones, quote nothing.",
        "missing-space": "A dash without a space behind it begins no item of a list: all lines are one text.",
        # Shape
        "unknown-key": "No such key here.",
        "unsupported-key": "A key that this version of tocsin doesn't have; nothing is silently ignored.",
        "missing-key": "A key that must be there.",
        "wrong-type": "A value of the wrong kind, such as a number for text.",
        "empty-list": "A list without entries matches nothing.",
        "empty-text": "An empty text matches nothing.",
        "format-version": "`tocsin:` names a format that this version doesn't read.",
        # Rules
        "no-such-file": "A file or folder that isn't there or can't be read.",
        "no-rules": "No rule file, or no rule in any.",
        "bad-id": "The id of a rule or an exception has more in it than `a-z`, `0-9` and `-`.",
        "duplicate-rule": "An id is used twice; both places are named.",
        "no-condition": "A rule without `match` and `when`, or an empty `match`.",
        "bad-severity": "No such severity.",
        "no-destination": "A rule without `notify` of which no route is ever true: nobody hears of it.",
        "unknown-destination": "`notify` names no destination of the configuration.",
        "list-file": "The file of a list can't be read or has no entries.",
        "ambiguous-list": "A list that two other files define.",
        "ambiguous-macro": "A macro that two other files define.",
        "missing-plugin": "`requires` names a plugin that isn't installed.",
        "incompatible-plugin": "`requires` names another version of a plugin.",
        "bad-requirement": "`requires` has something that is no version range.",
        "bad-stage": "No such stage.",
        "bad-date": "No date such as `2026-12-31`.",
        "duplicate-exception": "A rule has two exceptions of one id; both places are named.",
        "constant-occasion": "`once_per` names nothing of the tweet, so the rule would speak once and never again.",
        "overlay-key": "Something that an overlay can't change.",
        "unknown-rule": "An overlay names a rule that no other file defines.",
        "overlay-conflict": "Two overlays change the same key of the same rule; both places are named.",
        "only-overlays": "Every file is an overlay: there are no rules to change.",
        "bad-then": "No such thing to do with what a throttle held back.",
        "bad-rate": "No rate such as `5/day`, `30/h` or `100/min`.",
        "constant-key": "`per` of a throttle names nothing of the tweet, so it tells no two apart.",
        # Conditions
        "unknown-operator": "No such operator.",
        "forbidden-operator": "`method` and `log` are not allowed in rules.",
        "dotted-operator": "Operator names have no dots.",
        "two-keys": "Two operators in one mapping: put both under `and` or `or`.",
        "empty-mapping": "`{}` where an expression is meant.",
        "wrong-arity": "Too many or too few arguments.",
        "bad-argument": "An argument of a kind that the operator doesn't take.",
        "unknown-field": "No source, transform or plugin has this field.",
        "unknown-macro": "No such macro.",
        "unknown-list": "No such list.",
        "macro-cycle": "Macros that refer to one another.",
        "bad-pattern": "A pattern that is no text, is empty, or is no regular expression that RE2 takes.",
        "constant-condition": "A condition that is the same for every tweet.",
        # Templates
        "bad-template": "The template can't be read, or uses what templates here don't have.",
        "unknown-name": "Nothing of this name to fill in.",
        "unknown-filter": "No such filter or test.",
        # Tests in rules
        "unknown-fixture": "A test names a fixture that the file doesn't have.",
        "bad-test": "A test with both or neither of `tweet` and `given`, with `each` and no `{word}`, or the reverse.",
        "bad-expectation": "An `expect` by which nothing can be meant, such as no alert with a severity.",
        "bad-time": "An `at` or `every` that is no time.",
        "derived-field": "A test sets what is worked out from the tweet, such as `hashtags`.",
        "idle-mark": "A warning of `tocsin test --mutate`: `equivalent` names no mutant that survives.",
        # Lint
        "never-true": "A rule that can never match.",
        "always-true": "A rule that matches every tweet.",
        "idle-clause": "A clause that can't change the result.",
        "subsumed-rule": "Another rule matches whenever this one does, and notifies the same places.",
        "absent-field": "A negated comparison that is true of tweets without the field.",
        "expired-exception": "An exception whose last day is past.",
        "idle-exception": "An exception that can never apply.",
        "unused-macro": "A macro that no rule uses.",
        "unused-list": "A list that no rule uses.",
        "unindexed-rule": "A rule that must be evaluated on every tweet.",
        "untested-rule": "A rule without a test in which it matches, or without one in which it doesn't.",
        "unused-destination": "A destination that no rule and no route names.",
        "expired-ignore": "A comment that ignored something until a day that is past.",
        "idle-ignore": "A comment that has nothing to ignore.",
        "unknown-ignore": "A comment that ignores what no diagnostic is called.",
        "bad-ignore": "A comment that ignores something and can't be read.",
        # Configuration
        "missing-variable": "`${NAME}` is not in the environment, or the file of `${file:…}` can't be read.",
        "bad-variable": "A `${` that is no reference.",
        "unknown-source": "No such type of source.",
        "bad-url": "No WebSocket URL, or no URL that a notification can be sent to.",
        "insecure-url": "`ws://` to another machine would send the key in the clear.",
        "bad-option": "Under `plugins:`, something that the plugin doesn't take.",
        "unusable-destination": "A URL that apprise refuses, or an action that isn't there or wants other options.",
        "bad-name": "A destination's name has more in it than letters, digits, `-` and `_`.",
        "bad-duration": "No duration such as `90s`, `10m` or `1h30m`.",
        "bad-address": "No address such as `127.0.0.1:9090`.",
        "bad-secret": "A secret that webhooks can't be signed with, or one for what isn't a webhook.",
        "no-subscription": "What to subscribe to can't be told from the rules: say it with `source.subscribe`.",
    }
)
"""By name; each name in `codes.NUMBERS` has one."""

REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "syntax": "Look at this line and the one above: indentation, an open quote or bracket, a missing colon.",
        "unquoted-tag": 'Put quotes around it: `"#tag"`.',
        "unquoted-sign": "Put quotes around it, or use the word form: `gt`, `gte`, `ne`, `not`, `mul`, `mod`.",
        "unquoted-template": 'Put quotes around the whole text: `title: "{{ text }}"`.',
        "ambiguous-scalar": 'Write `true` or `false`, or quote it where text is meant, as in `"no"` (Norwegian).',
        "bad-escape": "Use single quotes, in which a backslash is a backslash: `'\\d+'`.",
        "bad-character": "Remove it; most come from a copy out of a terminal or a word processor.",
        "bad-encoding": "Save the file as UTF-8.",
        "duplicate-key": "Keep one of the two; in a condition, put both into a list under `and` or `or`.",
        "merge-key": "Write the keys out, or name what is repeated under `macros:`.",
        "yaml-tag": "Leave the tag out; quote what is text.",
        "alias-cycle": "Write out what is meant, or use a macro.",
        "many-documents": "Keep one document in a file; rules of several files are read together anyway.",
        "not-json": "Write a finite number, or quote it where text is meant.",
        "too-deep": "Name parts of the condition under `macros:`.",
        "too-large": "Put long lists into files (`{file: words.txt}`), and rules into several files.",
        "curly-quotes": 'Write straight quotes: `"text"`.',
        "missing-space": "Write a space behind each dash.",
        "unknown-key": "Take the suggestion, or rename a note of your own to begin with `x-`.",
        "unsupported-key": "Take it out, or rename it to begin with `x-` to keep it as a note.",
        "missing-key": "Add it.",
        "wrong-type": "Write what is expected; quote a number where text is meant.",
        "empty-list": "Fill it, or leave the key out.",
        "empty-text": "Write a text, or leave it out.",
        "format-version": "Write `tocsin: 1`, or install the tocsin that reads the later format.",
        "no-such-file": "Check the path and the permissions; it counts from the folder of tocsin.yaml.",
        "no-rules": "Write a rule under `rules:` in a file that ends in .yaml, .yml or .json; `tocsin init` shows how.",
        "bad-id": "Use small letters, digits and hyphens: `aws-outage`.",
        "duplicate-rule": "Give one of them another id.",
        "no-condition": "Say when the rule is true: `when: {word: [outage]}`.",
        "bad-severity": "Write one of info, low, medium, high, critical.",
        "no-destination": "Name destinations with `notify: [name]`, or add `routes:` to tocsin.yaml.",
        "unknown-destination": "Take the suggestion, or add the destination to tocsin.yaml.",
        "list-file": "Check the path, which counts from the rule file; one entry a line, in UTF-8.",
        "ambiguous-list": "Define it in the file that uses it, or rename one of the two.",
        "ambiguous-macro": "Define it in the file that uses it, or rename one of the two.",
        "missing-plugin": "Install it with the command that the hint shows.",
        "incompatible-plugin": "Install it with the command that the hint shows, or widen the range.",
        "bad-requirement": 'Write a version range such as `">=0.1"` or `">=1.2,<2"`.',
        "bad-stage": "Write `live` or `shadow`.",
        "bad-date": "Write year, month and day: `2026-12-31`.",
        "duplicate-exception": "Give one of them another id.",
        "constant-occasion": "Name a field: `once_per: .user.id`.",
        "overlay-key": "Change it in the file that defines the rule.",
        "unknown-rule": "Take the suggestion, or name the file that defines the rule too.",
        "overlay-conflict": "Keep one of the two.",
        "only-overlays": "Name the files with the rules too, or take `overlay: true` out.",
        "bad-then": "Write `count`, `update` or `digest`.",
        "bad-rate": "Write how many in a minute, an hour or a day: `5/day`.",
        "constant-key": "Name a field, as in `per: .user.id`, or leave `per` out.",
        "unknown-operator": "Take the suggestion; the reference lists all, `tocsin plugins` those of plugins.",
        "forbidden-operator": "Use the standard operators, or write a plugin.",
        "dotted-operator": "To read a field, write `{var: user.name}` or `.user.name`.",
        "two-keys": "Put them into a list: `and: [{word: outage}, {gt: [.metrics.likes, 10]}]`.",
        "empty-mapping": "Write an operator with its arguments: `{word: [outage]}`.",
        "wrong-arity": "Give as many arguments as the operator takes, in a list.",
        "bad-argument": "Write what the operator takes there; its page in the reference tells.",
        "unknown-field": "Take the suggestion; a field that nobody declares needs a default: `{var: [name, null]}`.",
        "unknown-macro": "Take the suggestion, or define it under `macros:`.",
        "unknown-list": "Take the suggestion, or define it under `lists:`.",
        "macro-cycle": "Take one of the references out.",
        "bad-pattern": "Quote the text; write the expression without look-around and back-references.",
        "constant-condition": "Say what to look for: `when: {word: [outage]}`.",
        "bad-template": "Use output (`{{ text }}`), filters, `if` and `for`, as the page of rule files has them.",
        "unknown-name": "Take the suggestion: there are the tweet's fields, labels, rule, severity, key, because.",
        "unknown-filter": "Take the suggestion, or leave it out: texts are escaped for each destination anyway.",
        "missing-variable": "Set the variable, or give it a default: `${NAME:-default}`.",
        "bad-variable": "Write `${NAME}`, `${NAME:-default}` or `${file:/path}`.",
        "unknown-source": "Write `type: scrapest` or `type: replay`.",
        "bad-url": "Write a URL with its scheme: `wss://…` for the stream, apprise's `slack://…` for messages.",
        "insecure-url": "Write `wss://`, or `insecure: true` if the clear is meant.",
        "bad-option": "Read the plugin's own page for what it takes.",
        "unusable-destination": "Compare the URL with apprise's documentation, or the options with the plugin's page.",
        "bad-name": "Use letters, digits, `-` and `_`.",
        "bad-duration": "Write a number and a unit: `90s`, `10m`, `1h30m`, `3d`.",
        "bad-address": "Write host and port: `127.0.0.1:9090`.",
        "bad-secret": "Give the secret of a `json://` or `jsons://` URL: any text, or base64 behind `whsec_`.",
        "no-subscription": "Give every rule a `match:`, or say what to subscribe to with `source.subscribe`.",
    }
)
"""How to mend it, by name; where there is none, the diagnostic's own hint says it."""


def page_of(number: str) -> str:
    """Return the page about a diagnostic, as the documentation's addresses count from its root."""
    return f"reference/diagnostics/{number}.html"


def explained(word: str) -> str | None:
    """Return what a diagnostic means, by its number or name in either case; None if there is none."""
    numbers = {number.lower(): name for name, number in NUMBERS.items()}
    name = numbers.get(word.lower(), word.lower())
    if name not in MEANINGS:
        return None
    number = NUMBERS[name]
    remedy = f"\n{REMEDIES[name]}\n" if name in REMEDIES else ""
    return f"{number} {name}\n\n{MEANINGS[name]}\n{remedy}\nIts page: {page_of(number)}\n"
