"""`tocsin init`: a configuration, a first rule file and the schemas to start from."""

import shlex
from pathlib import Path

import click

from tocsin.cli.options import plugin_choice
from tocsin.cli.schema import compose, write_schemas
from tocsin.errors import ConfigError

CONFIGURATION = """\
# yaml-language-server: $schema=.tocsin/config.schema.json
#
# tocsin's configuration. `tocsin check` shows everything that is wrong with it; docs/reference/configuration.md lists
# every key. Secrets come from the environment, ${NAME} or ${NAME:-default}, or from a file, ${file:/run/secrets/name}.

source:
  # As it stands: the simulator on this machine (`tocsin simulate --port 8765`), which needs no key.
  # For the real stream: export SCRAPEST_URL=wss://api.scrape.st/ws SCRAPEST_API_KEY=…
  url: "${SCRAPEST_URL:-ws://127.0.0.1:8765/ws}"
  api_key: "${SCRAPEST_API_KEY:-any-key-will-do}"
  # What to ask the stream for. Without it, what the `match:` blocks of the rules need; then every rule needs one.
  subscribe: {}                       # everything; or {keywords: [outage], users: [nasa], min_retweets: 10}

rules: [rules/]                       # files, and folders of them

destinations:                         # anything that apprise can reach: slack://… discord://… mailtos://… jsons://…
  inbox: {url: "${ALERT_URL:-json://127.0.0.1:8080/alerts}"}

routes:                               # where alerts go whose rule names no destination; the first match wins
  # - {when: {eq: [.severity, critical]}, notify: [inbox], continue: true}
  - {notify: [inbox]}

# valve: 100/min                      # more alerts than that come in one digest a minute; critical ones always go out

state: tocsin.db                      # SQLite: alerts, what waits to be sent, and why things happened

# http: {listen: "127.0.0.1:9090"}    # /livez, /readyz and /metrics
"""

FIRST_RULES = """\
# yaml-language-server: $schema=../.tocsin/rules.schema.json
#
# A rule file. Each rule says when it is true of a tweet, what to tell whom, and shows by tests that it does.
# docs/reference/rule-files.md explains every key, docs/reference/operators.md every operator. The first line lets
# editors with yaml-language-server complete and check as you type; `tocsin schema --write` renews the schema when
# plugins or destinations have changed.
tocsin: 1

lists:
  # The simulator talks about AcmePay. Quote #tags and @names: bare, YAML reads them as its own.
  services: [acmepay, github, "#awsdown", "@stripe"]

macros:
  organic: {not: .is_retweet}

rules:
  service-down:
    title: "Possible outage: {{ text | clip(100) }}"
    description: Somebody says that a service we depend on is down.
    severity: high                    # info | low | medium | high | critical
    labels: {team: platform}
    when:
      and:
        - word: {list: services}
        - word: [down, outage, "not working"]
        - macro: organic
    tests:                            # `tocsin test` runs them; what a tweet doesn't say is neutral
      - {tweet: {text: "Is AcmePay down for anyone else?"}, expect: match}
      - {tweet: {text: "GitHub outage, again"}, expect: match}
      - {tweet: {text: "Checkout not working, thanks @stripe"}, expect: match}
      - {tweet: {text: "Whole region down #awsdown"}, expect: match}
      - {tweet: {text: "AcmePay raises prices"}, expect: no_match}
      - {tweet: {text: "Going down to the shop"}, expect: no_match}
      - {tweet: {text: "RT @ops: AcmePay is down"}, expect: no_match}

  big-announcement:
    title: "{{ user.name }} made news: {{ text | clip(100) }}"
    description: A launch that a hundred people have passed on.
    severity: info
    match: {keywords: [launch, announcing], min_retweets: 100}
    tests:
      - {tweet: {text: "Our launch is today", metrics.retweets: 100}, expect: match}
      - {tweet: {text: "Announcing our new phone", metrics.retweets: 250}, expect: match}
      - {tweet: {text: "Our launch is today", metrics.retweets: 99}, expect: no_match}
      - {tweet: {text: "Lunch is today", metrics.retweets: 500}, expect: no_match}
"""


@click.command()
@click.argument("directory", default=Path(), type=click.Path(path_type=Path, file_okay=False), metavar="[DIR]")
def init(directory: Path) -> None:
    """Write a commented tocsin.yaml, a first rule file and the schemas for your editor.

    They go into DIR, by default the current folder. Nothing that you may have written is overwritten.

    \b
    Example:
      tocsin init alerts && cd alerts && tocsin check
    """
    files = {directory / "tocsin.yaml": CONFIGURATION, directory / "rules" / "first.yaml": FIRST_RULES}
    for path, text in files.items():
        _write(path, text)
    for path in write_schemas(directory, compose(directory / "tocsin.yaml", plugin_choice(no_plugins=False))):
        click.echo(f"wrote   {path}")
    here = "" if directory == Path() else f"cd {shlex.quote(str(directory))}\n  "
    click.echo(
        f"\nNext:\n  {here}tocsin check                   every problem at once"
        "\n  tocsin test                    the tests that the rules bring along"
        "\n  tocsin explain service-down    a rule in plain words; with --tweet why it fires, or why not"
        "\n  tocsin simulate --port 8765    a stream to try it on, in another terminal"
        "\n  tocsin run --dry-run           the alerts of your rules, sent to nobody"
        "\n  tocsin run                     the main job: alerts to your destinations"
    )


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        click.echo(f"left    {path}: it is already there")
    except OSError as error:
        raise ConfigError(f"can't write {path}: {error.strerror or error}") from error
    else:
        click.echo(f"wrote   {path}")
