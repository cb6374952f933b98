"""The services that people use most, each of which can be loaded alone.

apprise imports all of its services, some 140, with the first URL that it is given. That takes longer than the rest of
a start, and 20 MiB, for one or two that are used.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from tocsin.config.secret import Secret

SERVICES: Final[Mapping[str, tuple[str, str]]] = {
    "discord": ("discord", "NotifyDiscord"),
    "form": ("custom_form", "NotifyForm"),
    "forms": ("custom_form", "NotifyForm"),
    "gotify": ("gotify", "NotifyGotify"),
    "gotifys": ("gotify", "NotifyGotify"),
    "json": ("custom_json", "NotifyJSON"),
    "jsons": ("custom_json", "NotifyJSON"),
    "mailto": ("email", "NotifyEmail"),
    "mailtos": ("email", "NotifyEmail"),
    "matrix": ("matrix", "NotifyMatrix"),
    "matrixs": ("matrix", "NotifyMatrix"),
    "mmost": ("mattermost", "NotifyMattermost"),
    "mmosts": ("mattermost", "NotifyMattermost"),
    "ntfy": ("ntfy", "NotifyNtfy"),
    "ntfys": ("ntfy", "NotifyNtfy"),
    "opsgenie": ("opsgenie", "NotifyOpsgenie"),
    "pagerduty": ("pagerduty", "NotifyPagerDuty"),
    "slack": ("slack", "NotifySlack"),
    "tgram": ("telegram", "NotifyTelegram"),
    "workflows": ("workflows", "NotifyWorkflows"),
    "xml": ("custom_xml", "NotifyXML"),
    "xmls": ("custom_xml", "NotifyXML"),
}
"""The scheme of a URL, the module below `apprise.plugins` and the class in it. A test asks apprise whether it is so."""


def is_familiar(url: Secret) -> bool:
    """Whether apprise surely has a service for a URL; what is after its scheme shows when a run starts."""
    return _scheme(url) in SERVICES


def loaded_alone(url: Secret, asset: Any) -> Any | None:
    """Return apprise's service for a URL as `Apprise.instantiate` would; None where that has to be asked."""
    place = SERVICES.get(_scheme(url))
    if place is None:
        return None
    try:
        kind = getattr(import_module(f"apprise.plugins.{place[0]}"), place[1])
        # As apprise does before it parses: a channel's sign begins no fragment.
        parsed = kind.parse_url(url.reveal().replace("/#", "/%23")) if kind.enabled else None
        service = kind(**parsed, tag=set(), asset=asset) if parsed else None
    except (ImportError, AttributeError, TypeError, ValueError, LookupError):
        # A service that has moved, or a URL that it trips over: the long way has the last word.
        return None
    return service if service is not None and service.enabled else None


def _scheme(url: Secret) -> str:
    return url.reveal().partition("://")[0].lower()
