"""From `destinations:` to what the dispatcher sends with: apprise's services, or a plugin's action."""

from collections.abc import Mapping

from tocsin.alerting.acklinks import AckUrl, no_ack_url
from tocsin.config.settings import DestinationSettings
from tocsin.model import DestinationName
from tocsin.notify.apprise import AppriseDestination
from tocsin.notify.destination import Destination
from tocsin.plugins.action import ActionDestination
from tocsin.plugins.host import Host


def make_destinations(
    settings: Mapping[DestinationName, DestinationSettings], host: Host, ack_url: AckUrl = no_ack_url
) -> dict[DestinationName, Destination]:
    """Return a destination for each entry of `destinations:`; `ack_url` gives messages their links.

    Raises:
        ConfigError: apprise can't use one of the URLs.
        PluginError: an action isn't there or refuses its options.
    """
    return {name: make_destination(entry, host, ack_url) for name, entry in settings.items()}


def make_destination(settings: DestinationSettings, host: Host, ack_url: AckUrl = no_ack_url) -> Destination:
    """Return the destination that an entry describes; `ack_url` gives messages their links.

    Raises:
        ConfigError: apprise can't use one of the URLs.
        PluginError: the action isn't there or refuses its options.
    """
    if settings.action is None:
        return AppriseDestination(
            settings.name, settings.urls, sign=settings.sign, form=settings.format, ack_url=ack_url
        )
    hidden = [secret.reveal() for secret in settings.hidden]
    return ActionDestination(settings.name, *host.action(settings.action), settings.options, hidden=hidden)
