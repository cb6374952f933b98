"""What is the matter with plugins, in sentences, for health and for whoever is told."""

from tocsin.plugins.guard import TransformChain
from tocsin.plugins.host import Host
from tocsin.plugins.listening import Audience


def plugin_problems(host: Host, transforms: TransformChain, audience: Audience) -> dict[str, str]:
    """Return which plugins were left out, and what of the others is not called for a while, by what it is about."""
    found = {plugin.name: f"plugin {plugin.name} was left out: {plugin.error}" for plugin in host.failed}
    for state in transforms.states:
        if state.is_resting:
            about = f"plugin {state.plugin}: transform {state.transform}"
            counted = f"{state.failures} failures, {state.overruns} calls over budget"
            found[about] = f"{about} is not called for a while ({counted})"
    for watched in host.watch.resting:
        about = f"plugin {watched.plugin}: {watched.what}"
        found[about] = f"{about} took too long, and is not called for a while"
    return {**found, **{problem.partition(" is")[0]: problem for problem in audience.problems}}
