"""`tocsin expand`: a rule without sugar."""

from pathlib import Path

import click

from tocsin.cli.explain import rule_named
from tocsin.cli.loading import open_project, open_rules
from tocsin.cli.options import config_option, plugin_choice, plugins_option, rules_option
from tocsin.cli.output.jsonline import as_json_line
from tocsin.rules.expansion import expansion
from tocsin.rules.writing import as_yaml


@click.command()
@click.argument("rule_id", metavar="RULE")
@config_option
@plugins_option
@click.option("--format", "output", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
@rules_option
def expand(rule_id: str, config: Path, no_plugins: bool, output: str, rules: tuple[Path, ...]) -> None:
    """Print RULE without sugar, as a rule file of its own.

    Macros, lists, defaults and overlays are written out, `match` is folded into `when`, operators have their JSON-logic
    names and text operators say what they look at. What is printed reads as a rule with the same conditions; its tests
    are left out.

    \b
    Example:
      tocsin expand exchange-hack
      tocsin expand exchange-hack --format json
    """
    choice = plugin_choice(no_plugins)
    project = open_rules(rules, choice) if rules else open_project(config, choice)
    written = expansion(rule_named(rule_id, project))
    if output == "json":
        click.echo(as_json_line(written))
    else:
        click.echo(as_yaml(written), nl=False)
