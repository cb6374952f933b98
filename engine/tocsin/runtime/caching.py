"""Where rules once read are kept for the next start."""

from collections.abc import Mapping
from pathlib import Path

from tocsin.rules.reading.cache import Cache


def user_cache(environ: Mapping[str, str]) -> Cache | None:
    """Return the cache in this user's own folder for such things, None where there is none."""
    given = environ.get("XDG_CACHE_HOME", "")
    # As the specification has it: a path that isn't absolute counts as not given.
    base = given if Path(given).is_absolute() else environ.get("HOME") and f"{environ['HOME']}/.cache"
    return Cache(Path(base, "tocsin", "rules")) if base else None
