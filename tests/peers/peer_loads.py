"""The closed loops of the load benchmark, on other servers of the same model."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from core.benchmarks.load_rows import CONNECTIONS, Measured, Row, Say, requests_of, row_of
from core.errors import ConsoleError
from core.load_test.http_load import Address, closed_loop
from tests.peers.peer_servers import (
    PEERS,
    Installed,
    as_peers_read_it,
    find_installed,
    running_peer,
)


def measure_peers(
    environments: Path, model: Path, texts: Sequence[str], seconds: float, say: Say
) -> Measured:
    """Every peer that is installed, one after the other, each with a fifth of `seconds` to warm up
    at every number of connections."""
    found, installed = Measured(), []
    for peer in PEERS:
        if one := find_installed(peer, environments):
            installed.append(one)
        else:
            found.versions[peer.name] = f"not installed: {', '.join(peer.packages)}"
            say(f"{peer.name}: {found.versions[peer.name]}")
    if installed:
        with TemporaryDirectory() as place:
            folder = as_peers_read_it(model, Path(place))
            for one in installed:
                _measure(found, one, folder, texts, seconds, say)
    return found


def _measure(
    found: Measured,
    installed: Installed,
    model: Path,
    texts: Sequence[str],
    seconds: float,
    say: Say,
) -> None:
    """Adds a peer's rows and versions, or why there are none."""
    name = installed.peer.name
    try:
        found.rows += _rows(installed, model, texts, seconds, say)
        found.versions[name] = installed.versions
    except ConsoleError as error:
        found.versions[name] = str(error)
        say(f"{name}: {error}")


def _rows(
    installed: Installed, model: Path, texts: Sequence[str], seconds: float, say: Say
) -> list[Row]:
    peer, rows = installed.peer, []
    with running_peer(installed, model) as port:
        for count in CONNECTIONS:
            name = f"{peer.name}, {count} connections"
            say(f"{seconds:g} s: {name}")
            for length_s in (seconds / 5, seconds):
                # From the first text, as ours.
                request = requests_of(port, peer.path, texts, lambda text, _: peer.body(text))
                load = closed_loop([Address(port)], request, connections=count, seconds=length_s)
            rows.append(row_of(name, None, load, None))
    return rows
