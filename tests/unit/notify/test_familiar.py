"""Services that are loaded alone are those that apprise itself would have made."""

import subprocess
import sys
from typing import Any

import apprise
import pytest
from apprise.manager_plugins import NotificationManager

from tocsin.config.secret import Secret
from tocsin.notify.familiar import SERVICES, is_familiar, loaded_alone

# What some of apprise's services import is deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

URLS = [
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?footer=yes",
    "form://user:pass@localhost:8080/path/a%20b",
    "gotifys://localhost/abcdefghijklmnop?priority=high",
    "json://localhost:8080/path?+X-Key=v&:extra=1",
    "JSONS://user@localhost/a/#b",
    "mailtos://user:pass@example.org?to=a@example.org,b@example.org&smtp=mail.example.org",
    "matrixs://user:pass@localhost/#room/!room:localhost",
    "mmosts://localhost/3ccdd113474722377935511fc85d3dd4?channels=%23a",
    "ntfy://localhost/topic?priority=5",
    "opsgenie://apikey-0123456789abcdef/@user/#team",
    "pagerduty://integrationkey@apikey?severity=error",
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#alerts",
    "tgram://123456789:abcdefg_hijklmnop/-1001234567890?thread=5",
    "workflows://host:443/643a4f3d/643a4f3d/",
    "xmls://localhost/path",
]


@pytest.mark.parametrize("url", URLS, ids=[url.partition(":")[0].lower() for url in URLS])
def test_a_service_that_is_loaded_alone_is_the_one_that_apprise_makes(url: str) -> None:
    asset = apprise.AppriseAsset(async_mode=False)
    alone: Any = loaded_alone(Secret(url), asset)
    assert alone is not None
    usual: Any = apprise.Apprise.instantiate(url, asset=asset)
    assert (type(alone), alone.url(), alone.tags) == (type(usual), usual.url(), usual.tags)


@pytest.mark.parametrize("scheme", SERVICES)
def test_apprise_knows_every_familiar_scheme(scheme: str) -> None:
    manager: Any = NotificationManager
    assert manager()[scheme].__name__ == SERVICES[scheme][1]


@pytest.mark.parametrize(
    "url", ["json://", "slack://no", "tgram://x", "json://[::1", "nothing", "signal://localhost/1"]
)
def test_what_has_no_familiar_service_or_trips_one_up_is_left_to_apprise(url: str) -> None:
    assert loaded_alone(Secret(url), apprise.AppriseAsset(async_mode=False)) is None


def test_a_webhook_loads_no_service_but_its_own() -> None:
    code = """
import sys
from tocsin.config.secret import Secret
from tocsin.model import DestinationName
from tocsin.notify.apprise import AppriseDestination
AppriseDestination(DestinationName("hook"), (Secret("json://127.0.0.1:9/"),))
print(*sorted(name for name in sys.modules if name.startswith("apprise.plugins.")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["apprise.plugins.base", "apprise.plugins.custom_json"]


def test_a_scheme_is_familiar_in_any_case() -> None:
    assert is_familiar(Secret("JSONS://localhost"))
    assert not is_familiar(Secret("signal://localhost/1"))
