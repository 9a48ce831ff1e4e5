"""Peers in the load benchmark: which are installed, and their rows in the table."""

import sys
from pathlib import Path

import pytest

from core.errors import ConsoleError
from tests.peers import peer_loads
from tests.peers.peer_loads import measure_peers
from tests.peers.peer_servers import PEERS, Peer, find_installed, running_server


def peer_of(*packages: str) -> Peer:
    return Peer("Some server", "some_server", packages, "/predict", lambda text: {"text": text})


def test_a_peer_is_installed_where_all_its_packages_are(tmp_path: Path) -> None:
    found = find_installed(peer_of("fastapi", "numpy"), tmp_path)
    assert found is not None
    assert found.python == Path(sys.executable)
    assert found.versions.startswith("fastapi ")
    assert find_installed(peer_of("fastapi", "no-such-package-at-all"), tmp_path) is None


def test_environments_of_the_folder_are_searched_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "some" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho no-such-package-at-all 1.0\n")
    python.chmod(0o755)
    found = find_installed(peer_of("no-such-package-at-all"), tmp_path)
    assert found is not None
    assert (found.python, found.versions) == (python, "no-such-package-at-all 1.0")
    # A peer is started in a folder of its own, so the name must hold from anywhere.
    monkeypatch.chdir(tmp_path)
    found = find_installed(peer_of("no-such-package-at-all"), Path())
    assert found is not None
    assert found.python == python


def test_a_peer_that_is_not_installed_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_loads, "PEERS", (peer_of("no-such-package-at-all"),))
    said: list[str] = []
    found = measure_peers(tmp_path, tmp_path, ["a"], 1.0, said.append)
    assert said == ["Some server: not installed: no-such-package-at-all"]
    assert (found.rows, list(found.versions)) == ([], ["Some server"])


def test_a_server_that_does_not_start_says_its_last_words() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such model')"]
    with pytest.raises(ConsoleError, match="no such model"), running_server(command, 9, "/", {}):
        pass


def test_every_peer_has_its_server() -> None:
    folder = Path(peer_loads.__file__).parent / "servers"
    assert all((folder / f"{peer.module}.py").is_file() for peer in PEERS)
