"""`tocsin explain`: a rule in plain words; with a tweet, why it matches or why not."""

from dataclasses import replace
from pathlib import Path

import anyio
import click

from tocsin.alerting.explanation import RuleExplainer
from tocsin.cli.loading import open_project, open_rules
from tocsin.cli.options import config_option, format_option, plugin_choice, plugins_option, rules_option
from tocsin.cli.output.jsonline import as_json_line
from tocsin.cli.output.rule_in_words import rule_as_json, rule_as_text
from tocsin.cli.output.screen import Screen
from tocsin.cli.output.verdict_in_words import verdict_as_json, verdict_as_text
from tocsin.cli.tweets import tweets_in
from tocsin.clock import SystemClock
from tocsin.errors import ConfigError
from tocsin.journal import PluginFailed
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import did_you_mean
from tocsin.model import RuleId, Tweet
from tocsin.plugins.guard import LeftOut, TransformChain
from tocsin.rules.ruleset import Rule
from tocsin.runtime.project import Project

_IDS_MAX = 10


@click.command()
@click.argument("rule_id", metavar="RULE")
@click.option(
    "--tweet", "tweets", metavar="FILE", help="Explain what the rule says of the tweets in FILE; - is standard input."
)
@config_option
@plugins_option
@format_option
@rules_option
def explain(
    rule_id: str, tweets: str | None, config: Path, no_plugins: bool, output: str, rules: tuple[Path, ...]
) -> None:
    """Say what RULE means, or why it matches a tweet or doesn't.

    Without --tweet: the rule in plain words, with the file and line of each clause.

    With --tweet: the verdict and the smallest set of clauses that decided, with what each saw and where; if the rule
    doesn't match, also what would have made it, the nearest first. FILE holds a tweet, or one a line, bare or as
    messages of the stream, plain, .gz or .zst. Exit status: 0 whatever the verdict, 2 if no line is a tweet.

    \b
    Example:
      tocsin explain exchange-hack
      tocsin explain exchange-hack --tweet tweet.json
    """
    choice = plugin_choice(no_plugins)
    project = open_rules(rules, choice) if rules else open_project(config, choice)
    rule = rule_named(rule_id, project)
    if tweets is None:
        is_json = output == "json"
        said = as_json_line(rule_as_json(rule, project)) if is_json else rule_as_text(rule, project, Screen.of_output())
        click.echo(said)
        return
    anyio.run(_explain_tweets, rule, project, tweets, output)


def rule_named(rule_id: str, project: Project) -> Rule:
    """Return the rule of that id, enabled or not.

    Raises:
        ConfigError: there is none.
    """
    rules = project.ruleset.rules
    rule = rules.get(RuleId(rule_id))
    if rule is None:
        some = list(rules)[:_IDS_MAX]
        there_are = f"there are: {', '.join(some)}{', …' if len(rules) > len(some) else ''}"
        raise ConfigError(f"no rule {rule_id!r}; {did_you_mean(rule_id, rules, there_are)}")
    return rule


async def _explain_tweets(rule: Rule, project: Project, file: str, output: str) -> None:
    clock = SystemClock()
    transforms = TransformChain(project.host.transforms, clock, _tell)
    await transforms.prepare()
    explainer = RuleExplainer(rule, project.vocabulary)
    screen = Screen.of_output()
    shown = 0
    for content in tweets_in(file, source="explain", clock=clock):
        if not isinstance(content, Tweet):
            click.echo(f"{file}:{content[0]}: {content[1]}", err=True)
            continue
        data = await transforms.apply(content.data)
        if isinstance(data, LeftOut):
            click.echo(f"tweet {content.id}: left out by plugin {data.plugin}: {data.reason}", err=True)
            shown += 1
            continue
        # The tweet's own time stands for the present, as in `match`.
        found = explainer.explain(Facts(data), content.created_at or content.received_at)
        if output == "json":
            click.echo(as_json_line(verdict_as_json(found, content, project.places)))
        else:
            click.echo(("\n" if shown else "") + verdict_as_text(found, content, project.places, screen))
        shown += 1
    if not shown:
        raise ConfigError(f"no tweet in {'standard input' if file == '-' else file}")


async def first_tweet(project: Project, file: str) -> Tweet:
    """Return the first tweet in a file (`-`: standard input), as the project's transforms leave it.

    Raises:
        ConfigError: there is none, or a plugin leaves it out.
    """
    clock = SystemClock()
    transforms = TransformChain(project.host.transforms, clock, _tell)
    await transforms.prepare()
    for content in tweets_in(file, source="file", clock=clock):
        if isinstance(content, Tweet):
            data = await transforms.apply(content.data)
            if isinstance(data, LeftOut):
                raise ConfigError(f"tweet {content.id} is left out by plugin {data.plugin}: {data.reason}")
            return replace(content, data=data)
    raise ConfigError(f"no tweet in {'standard input' if file == '-' else file}")


def _tell(failure: PluginFailed) -> None:
    click.echo(f"plugin {failure.plugin}: {failure.error}", err=True)
