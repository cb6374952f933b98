"""Whether the wall clock was set back while tocsin was not running."""

from datetime import datetime, timedelta

from tocsin.notify.retry import CAP
from tocsin.store.store import Store

SET_BACK = timedelta(minutes=1)
"""A journal that ends so far in the future was written before the clock was set back."""


def mend_set_back(store: Store, now: datetime) -> bool:
    """Let no delivery wait longer than a retry may, if the clock was set back since the last entry; return whether.

    The journal tells: every retry that waits has an entry from when it was decided. While tocsin runs, the dispatcher
    notices by the other clock; that one doesn't outlive the process.

    Raises:
        StoreError: the store can't be read or written.
    """
    newest = store.journal(limit=1)
    if not newest or datetime.fromisoformat(newest[0]["at"]) - now <= SET_BACK:
        return False
    # What a crash left sending waits too, and must not be passed over.
    store.recover()
    store.bring_forward(now + CAP)
    return True
