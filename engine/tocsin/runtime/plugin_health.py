"""What is the matter with plugins, in sentences, for health."""

from tocsin.plugins.guard import TransformChain
from tocsin.plugins.host import Host
from tocsin.plugins.listening import Audience


def plugin_problems(host: Host, transforms: TransformChain, audience: Audience) -> list[str]:
    """Return which plugins were left out, and what of the others is not called for a while."""
    found = [f"plugin {plugin.name} was left out: {plugin.error}" for plugin in host.failed]
    for state in transforms.states:
        if state.is_resting:
            counted = f"{state.failures} failures, {state.overruns} calls over budget"
            found.append(f"plugin {state.plugin}: transform {state.transform} is not called for a while ({counted})")
    found += [
        f"plugin {watched.plugin}: {watched.what} took too long, and is not called for a while"
        for watched in host.watch.resting
    ]
    return found + audience.problems
