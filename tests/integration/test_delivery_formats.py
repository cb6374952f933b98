"""`format:` as it leaves: mail as text alone, Markdown and HTML to services without a form of their own."""

import email
import email.policy

import pytest

from tests.alerts import make_alert
from tests.receivers import HttpReceiver, MailReceiver
from tocsin.config.secret import Secret
from tocsin.model import Delivered, DestinationName
from tocsin.notify.apprise import AppriseDestination
from tocsin.notify.render import BodyFormat

D = DestinationName("d")
HOSTILE = "<script>alert(1)</script> [x](https://evil.example) *bold* @everyone"


def test_mail_can_be_text_alone() -> None:
    with MailReceiver() as receiver:
        url = f"mailto://127.0.0.1:{receiver.port}/?from=a@example.com&to=b@example.com&mode=insecure"
        destination = AppriseDestination(D, (Secret(url),), form="text")
        assert isinstance(destination.send(make_alert(text="hello <b>there</b>"), 1), Delivered)
    mail = email.message_from_bytes(receiver.messages[0], policy=email.policy.default)
    assert mail.get_content_type() == "text/plain"
    assert "hello <b>there</b>" in str(mail.get_content())


@pytest.mark.parametrize(
    ("form", "never"),
    [
        ("markdown", ["[x](https", "*bold*", "https://evil"]),
        ("html", ["<script", "https://evil"]),
        (None, ["https://evil"]),
    ],
)
def test_a_service_without_a_form_of_its_own_is_sent_what_it_can_show(
    form: BodyFormat | None, never: list[str]
) -> None:
    with HttpReceiver() as receiver:
        destination = AppriseDestination(D, (Secret(f"gotify://127.0.0.1:{receiver.port}/token"),), form=form)
        assert isinstance(destination.send(make_alert(text=HOSTILE), 1), Delivered)
    posted = receiver.posted[0].json
    shown = posted.get("extras", {}).get("client::display", {}).get("contentType", "text/plain")
    assert shown == ("text/markdown" if form == "markdown" else "text/plain")
    assert not [text for text in never if text in posted["message"]]
