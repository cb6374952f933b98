"""Messages as a family of services would get them, where no service of it is configured."""

from collections.abc import Mapping
from typing import Final

from tocsin.alerting.acklinks import AckUrl, no_ack_url
from tocsin.config.secret import Secret
from tocsin.model import Alert, DestinationName
from tocsin.notify.escape import Family
from tocsin.notify.preview import Preview
from tocsin.notify.render import render

_SERVICES: Final[Mapping[Family, str]] = {
    "slack": "slack://TAAAAAAAA/BAAAAAAAA/aaaaaaaaaaaaaaaaaaaaaaaa",
    "discord": f"discord://{'4' * 18}/{'t' * 60}",
    "telegram": "tgram://123456789:abcdefghijklmnop/12345",
    "matrix": "matrix://token@localhost/!room:localhost?v=3",
    "mail": "mailto://localhost/?from=tocsin@localhost&to=you@localhost",
    "json": "json://localhost/",
}
"""A service of each family that nothing is sent to."""


def family_preview(alert: Alert, family: Family, ack_url: AckUrl = no_ack_url) -> Preview:
    """Return what would leave for a service of that family; nothing does."""
    from tocsin.notify.apprise import AppriseDestination

    if family not in _SERVICES:
        return Preview(family, render(alert, family, ack_url=ack_url(alert)))
    urls = (Secret(_SERVICES[family]),)
    [preview] = AppriseDestination(DestinationName("preview"), urls, ack_url=ack_url).preview(alert)
    return preview
