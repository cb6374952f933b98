"""`requires:` in rule files: the plugins that must be installed, and in which versions."""

from collections.abc import Iterator, Mapping
from importlib import metadata

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem


class InstalledDistributions(Mapping[str, str]):
    """The versions of the distributions installed beside tocsin, each looked up when it is asked for."""

    def __getitem__(self, name: str) -> str:
        try:
            return metadata.version(name)
        except (metadata.PackageNotFoundError, ValueError):
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return (distribution.name for distribution in metadata.distributions())

    def __len__(self) -> int:
        return sum(1 for _ in metadata.distributions())


def unmet(requirements: Mapping[str, str], installed: Mapping[str, str], at: Path) -> Iterator[Problem]:
    """Yield a problem for each requirement that is malformed or not met; `at` is the path of the requirements."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    for name, text in requirements.items():
        place = (*at, name)
        try:
            specifier = SpecifierSet(text)
        except InvalidSpecifier:
            yield Problem(
                code="bad-requirement",
                message=f"{text!r} is no version range",
                at=place,
                hint='write one like ">=0.1" or ">=1.2,<2"',
            )
            continue
        command = f"pip install '{name}{specifier}'"
        version = installed.get(name)
        if version is None:
            yield Problem(
                code="missing-plugin", message=f"plugin {name!r} is not installed", at=place, hint=command, on_key=True
            )
        elif not specifier.contains(version, prereleases=True):
            message = f"plugin {name!r} is installed as {version}, which is not {specifier}"
            yield Problem(code="incompatible-plugin", message=message, at=place, hint=command)
