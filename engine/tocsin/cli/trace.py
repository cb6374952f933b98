"""`tocsin trace`: the whole story of a tweet or an alert, and why it came or didn't."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import click

from tocsin.alerting.explanation import RuleExplainer, RuleExplanation
from tocsin.cli.explain import first_tweet, rule_named
from tocsin.cli.loading import open_project
from tocsin.cli.options import format_option, plugin_choice, plugins_option, state_options
from tocsin.cli.output.jsonline import as_json_line
from tocsin.cli.output.screen import Screen
from tocsin.cli.output.story_in_words import story_as_json, story_as_text
from tocsin.cli.output.verdict_in_words import verdict_as_json, verdict_as_text
from tocsin.cli.state import state
from tocsin.clock import SystemClock
from tocsin.logic.facts import Facts
from tocsin.model import Tweet
from tocsin.runtime.project import Project
from tocsin.runtime.tracing.answers import answers, subscription_in_words
from tocsin.runtime.tracing.asked import is_asked_for
from tocsin.runtime.tracing.story import Story, look_up


@click.command()
@click.argument("subject", metavar="ID")
@click.option("--rule", "rule_id", metavar="RULE", help="Say too why this rule matches the tweet or doesn't.")
@click.option(
    "--tweet", "file", metavar="FILE", help="The tweet itself, where no alert has kept it; - is standard input."
)
@state_options
@plugins_option
@format_option
def trace(
    subject: str,
    rule_id: str | None,
    file: str | None,
    config: Path,
    state_file: Path | None,
    no_plugins: bool,
    output: str,
) -> None:
    """Tell what became of a tweet or an alert, and why it came or didn't.

    ID is an alert's, as `tocsin alerts` shows it, or a tweet's. Shown are when it was seen or left out, the rules that
    matched, failed or were withheld and why, each attempt to deliver and the next one; for a tweet that was never seen,
    the gaps around the time that its id tells, and what the stream is asked for.

    Of tweets that raised no alert only the id is kept: --tweet hands in the tweet, for --rule and for whether the
    stream was asked for it. Exit status: 0, or 1 if nothing is known of the id.

    \b
    Example:
      tocsin trace 1994042500000000000
      tocsin trace 0123456789abcdef --rule exchange-hack
    """
    clock = SystemClock()
    project = open_project(config, plugin_choice(no_plugins)) if rule_id or file else None
    with state(config, state_file) as store:
        story = look_up(store, subject, clock.now())
        in_force = store.in_force() or {}
    given = anyio.run(first_tweet, project, file) if project is not None and file is not None else None
    answer = answers(story)
    if not story.is_known and story.written_at is not None:
        answer += _asked_for(in_force, given, project)
    tweet = given or (story.alerts[0].tweet if story.alerts else None)
    found = None
    if rule_id is not None and project is not None:
        rule = rule_named(rule_id, project)
        if tweet is None:
            answer.append(
                f"of this tweet only the id is kept: hand it in with --tweet FILE to learn what {rule_id} says"
            )
        else:
            found = RuleExplainer(rule, project.vocabulary).explain(
                Facts(tweet.data), tweet.created_at or tweet.received_at
            )
            answer += _revisions(story, project)
    _show(story, answer, found, tweet, project, output)
    sys.exit(0 if story.is_known else 1)


def _show(
    story: Story,
    answer: list[str],
    found: RuleExplanation | None,
    tweet: Tweet | None,
    project: Project | None,
    output: str,
) -> None:
    screen = Screen.of_output()
    if output == "json":
        document = story_as_json(story, answer)
        if found is not None and tweet is not None and project is not None:
            document["rule"] = verdict_as_json(found, tweet, project.places)
        click.echo(as_json_line(document))
        return
    click.echo(story_as_text(story, answer, screen))
    if found is not None and tweet is not None and project is not None:
        click.echo("\n" + verdict_as_text(found, tweet, project.places, screen))


def _asked_for(in_force: Mapping[str, Any], tweet: Tweet | None, project: Project | None) -> list[str]:
    """Return what the stream is asked for by the rules in force, and whether that takes in the tweet if it is there."""
    subscriptions = in_force.get("settings", {}).get("subscription")
    if subscriptions is None:
        return []
    said = [subscription_in_words(subscriptions)]
    if tweet is not None and project is not None and subscriptions:
        asked = is_asked_for(subscriptions, tweet, project.vocabulary)
        said.append(f"this tweet is {'among that' if asked else 'not among that: no rule can see it'}")
    return said


def _revisions(story: Story, project: Project) -> list[str]:
    """Return a warning where the rules on disk are not those that the tweet met."""
    on_disk = project.ruleset.revision
    if story.in_force is None or story.in_force.revision == on_disk:
        return []
    return [f"the rules were those of revision {story.in_force.revision} then; what follows is said by {on_disk}"]
