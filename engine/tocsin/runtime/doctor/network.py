"""Looks whether the stream and the destinations can be reached: names resolved, connections made, nothing sent."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tocsin.config.settings import DestinationSettings, Settings
from tocsin.errors import TocsinError
from tocsin.notify.apprise import AppriseDestination
from tocsin.runtime.doctor.finding import Finding, fail, ok, warn

WITHIN_S: Final = 5.0

_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class _Peer:
    """Somebody to reach. Where a destination or a heartbeat leads is a secret: `shown` then says nothing of it."""

    name: str
    host: str
    port: int
    tls: bool
    shown: str = "its host"


def network_findings(settings: Settings) -> Iterator[Finding]:
    """Yield whether each peer can be reached. Takes a few seconds at the most; no key and no message goes out."""
    peers: list[_Peer] = []
    if settings.source.type == "scrapest":
        peers.append(_stream(settings.source.url))
    heartbeat = settings.heartbeat
    if heartbeat is not None and heartbeat.url is not None:
        peers.append(_web("heartbeat", heartbeat.url.reveal()))
    for entry in settings.destinations.values():
        found = _destination(entry)
        peers += found
        if not found:
            yield warn(
                f"to {entry.name}", "it can't be told where it leads", f"`tocsin notify test {entry.name}` tries it"
            )
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(_reached, peers)


def _stream(url: str) -> _Peer:
    parts = urlsplit(url)
    tls = parts.scheme == "wss"
    host, port = parts.hostname or "", parts.port or (443 if tls else 80)
    return _Peer("to the stream", host, port, tls, f"{host}:{port}")


def _web(name: str, url: str) -> _Peer:
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    return _Peer(f"to {name}", parts.hostname or "", parts.port or (443 if tls else 80), tls)


def _destination(entry: DestinationSettings) -> list[_Peer]:
    if entry.action is not None:
        return []
    try:
        places = AppriseDestination(entry.name, entry.urls).places()
    except TocsinError:
        return []
    # Whether it speaks TLS is the destination's own affair: a mail server may begin without.
    return [_Peer(f"to {entry.name}", host, port, tls=False) for host, port in places]


def _reached(peer: _Peer) -> Finding:
    place = peer.shown
    try:
        with socket.create_connection((peer.host, peer.port), WITHIN_S) as connection:
            if peer.tls:
                with ssl.create_default_context().wrap_socket(connection, server_hostname=peer.host):
                    return ok(peer.name, f"{place} can be reached, and its certificate is good")
            return ok(peer.name, f"{place} can be reached")
    except socket.gaierror:
        return fail(peer.name, f"{place} can't be resolved", "is the name right, and does DNS work here?")
    except ssl.SSLCertVerificationError as error:
        return fail(peer.name, f"{place} has a bad certificate: {error.verify_message}", "is something in between?")
    except (ssl.SSLError, TimeoutError, OSError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return fail(peer.name, f"{place} can't be reached: {why}", "is it up, and does a firewall let us out?")
