"""What the alerts of each rule have in common."""

from tocsin.alerting.alert import AlertForm
from tocsin.alerting.madeonce import MadeOnce


class AlertForms(MadeOnce[AlertForm]):
    """A form for each rule, made at its first match."""

    def __init__(self) -> None:
        super().__init__(AlertForm)
