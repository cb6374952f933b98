"""`tocsin render`: what a destination would get, before it does."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

import anyio
import click

from tocsin.alerting.acklinks import AckLinks, AckUrl, no_ack_url
from tocsin.alerting.alert import AlertForm
from tocsin.alerting.explanation import RuleExplainer
from tocsin.cli.explain import rule_named
from tocsin.cli.loading import open_project, open_rules
from tocsin.cli.options import DEFAULT_CONFIG, config_option, plugin_choice, plugins_option, rules_option
from tocsin.cli.output.jsonline import as_json_line
from tocsin.cli.tweets import tweets_in
from tocsin.clock import SystemClock
from tocsin.errors import ConfigError
from tocsin.journal import PluginFailed
from tocsin.logic.facts import Facts
from tocsin.logic.proofs.proof import Prover
from tocsin.logic.vocabulary import did_you_mean
from tocsin.model import Alert, DestinationName, Tweet, alert_id
from tocsin.notify.escape import Family
from tocsin.notify.preview import Preview
from tocsin.notify.render import render as rendered
from tocsin.notify.standin import family_preview
from tocsin.plugins.guard import LeftOut, TransformChain
from tocsin.proving.example import example_alert
from tocsin.proving.tweets import timeline
from tocsin.rules.cases import Given
from tocsin.rules.ruleset import Rule
from tocsin.runtime.project import PluginChoice, Project

FAMILIES: Final[tuple[Family, ...]] = get_args(Family)
_FAMILY_CALLED: Final[Mapping[str, Family]] = {str(family): family for family in FAMILIES}


@click.command()
@click.argument("rule_id", metavar="RULE")
@click.option(
    "--to", "to", metavar="DEST", required=True,
    help=f"A destination of the configuration, or a family of services: {', '.join(FAMILIES)}.",
)  # fmt: skip
@click.option("--tweet", "tweet", metavar="FILE", help="The first tweet in FILE; - is standard input.")
@click.option(
    "--format", "output", type=click.Choice(["text", "html", "json"]), default="text", show_default=True,
    help="html: the HTML part of a mail. json: the message and the very payload, one object a service.",
)  # fmt: skip
@click.option(
    "--html", "html", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the HTML part of a mail to FILE.",
)  # fmt: skip
@config_option
@plugins_option
@rules_option
def render(
    rule_id: str,
    to: str,
    tweet: str | None,
    output: str,
    html: Path | None,
    config: Path,
    no_plugins: bool,
    rules: tuple[Path, ...],
) -> None:
    """Show the message that DEST would get of RULE. Nothing is sent.

    The tweet is the one in FILE; without one, that of a test of the rule, or one made from its condition. A warning
    says if the rule does not match it. Without a configuration, rules are looked for in the folder `rules`.

    \b
    Example:
      tocsin render exchange-hack --to slack
      tocsin render exchange-hack --to email --tweet tweet.json --html mail.html
    """
    project = _project(config, rules, plugin_choice(no_plugins))
    rule = rule_named(rule_id, project)
    alert = anyio.run(_alert_on, rule, project, tweet) if tweet is not None else _example(rule, project)
    previews = _previews(to, project, alert)
    page = next((preview.message.body for preview in previews if preview.family == "mail"), None)
    if page is None and (html is not None or output == "html"):
        raise ConfigError(f"only a mail has HTML, and {to!r} sends none; try --to mail")
    if html is not None and page is not None:
        html.write_text(page, "utf-8")
    for number, preview in enumerate(previews):
        _show(preview, output, is_first=number == 0)


def _project(config: Path, rules: tuple[Path, ...], plugins: PluginChoice) -> Project:
    if not rules and not config.exists() and config == DEFAULT_CONFIG and Path("rules").is_dir():
        rules = (Path("rules"),)
    # Destinations stand in the configuration, so it is read even where the rules are others.
    return open_rules(rules, plugins) if rules else open_project(config, plugins)


def _example(rule: Rule, project: Project) -> Alert:
    alert = example_alert(rule, project.vocabulary)
    if alert is not None:
        return alert
    click.echo("no tweet was found that the rule matches; shown is a neutral one. --tweet takes yours", err=True)
    [seen] = timeline([Given(fields={})])
    return _raised(rule, seen.tweet, Facts(seen.tweet.data), project)


async def _alert_on(rule: Rule, project: Project, file: str) -> Alert:
    clock = SystemClock()
    transforms = TransformChain(project.host.transforms, clock, _tell)
    await transforms.prepare()
    for content in tweets_in(file, source="render", clock=clock):
        if not isinstance(content, Tweet):
            click.echo(f"{file}:{content[0]}: {content[1]}", err=True)
            continue
        data = await transforms.apply(content.data)
        if isinstance(data, LeftOut):
            raise ConfigError(f"tweet {content.id}: left out by plugin {data.plugin}: {data.reason}")
        facts = Facts(data)
        found = RuleExplainer(rule, project.vocabulary).explain(facts, content.created_at or content.received_at)
        if found.decision != "match":
            said = "an exception holds" if found.decision == "excepted" else "the rule does not match this tweet"
            click.echo(f"{said}; shown is what it would say", err=True)
        return _raised(rule, content, facts, project)
    raise ConfigError(f"no tweet in {'standard input' if file == '-' else file}")


def _raised(rule: Rule, tweet: Tweet, facts: Facts, project: Project) -> Alert:
    at = tweet.created_at or tweet.received_at
    prover = Prover(rule.condition, project.vocabulary)
    return AlertForm(rule).alert(alert_id(rule.id, "", tweet.id), tweet, facts, at, prover.because(facts))


def _previews(to: str, project: Project, alert: Alert) -> tuple[Preview, ...]:
    destinations = project.settings.destinations
    chosen = destinations.get(DestinationName(to))
    if chosen is not None:
        if chosen.action is not None:
            # What an action makes of an alert is its own affair; this is what it gets.
            return (Preview("json", rendered(alert, "json")),)
        from tocsin.notify.apprise import AppriseDestination

        destination = AppriseDestination(chosen.name, chosen.urls, form=chosen.format, ack_url=_ack_url(project))
        return destination.preview(alert)
    family = _FAMILY_CALLED.get(to)
    if family is None:
        known = [*destinations, *FAMILIES]
        there_are = f"there are: {', '.join(known)}"
        raise ConfigError(f"no destination {to!r}; {did_you_mean(to, known, there_are)}")
    return (family_preview(alert, family, _ack_url(project)),)


def _ack_url(project: Project) -> AckUrl:
    """Return links as they would look; they are signed with another key, and acknowledge nothing."""
    http = project.settings.http
    return AckLinks(http.public_url, b"preview").url if http is not None and http.public_url else no_ack_url


def _show(preview: Preview, output: str, *, is_first: bool) -> None:
    match output:
        case "json":
            click.echo(as_json_line(_as_json(preview)))
        case "html":
            if preview.family == "mail":
                click.echo(preview.message.body, nl=False)
        case _:
            click.echo(("" if is_first else "\n") + preview.text().rstrip("\n"))


def _as_json(preview: Preview) -> dict[str, Any]:
    message = preview.message
    fields = preview.fields()
    return {
        "family": preview.family,
        "title": message.title,
        "body": message.body,
        "format": message.body_format,
        "text": message.text,
        "payload": fields if fields is not None else preview.payload,
        "document": json.loads(json.dumps(message.document)),
    }


def _tell(failure: PluginFailed) -> None:
    click.echo(f"plugin {failure.plugin}: {failure.error}", err=True)
