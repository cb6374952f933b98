"""Where the example rule packs are: inside the installed package, or in the repository that is worked in."""

from pathlib import Path

from tocsin.errors import ConfigError

_PACKAGE = Path(__file__).parents[1]


def example_packs() -> Path:
    """Return the folder of the example rule packs.

    Raises:
        ConfigError: this installation has none.
    """
    for folder in (_PACKAGE / "packs", _PACKAGE.parents[1] / "rules"):
        if folder.is_dir():
            return folder
    raise ConfigError("the example rule packs are missing from this installation; reinstall tocsin")
