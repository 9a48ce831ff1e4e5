"""A site with the settings it begins with asks no other machine: not by servers, not by pages."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.processes.ports import free_port
from tests.e2e.conftest import console_env, open_signed_in, settle
from tests.patience import PATIENT_S

pytestmark = pytest.mark.e2e

# Python imports this module at its start, in the children, too. Native code is not watched.
WATCH = """
import os, sys

def note(event, arguments):
    if event == "socket.connect":
        found = arguments[1]
        host = found[0] if isinstance(found, tuple) else "127.0.0.1"
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host or "")
    if host.startswith("127.") or host in ("localhost", "::1", ""):
        host = "here"
    asked = os.open({path!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(asked, (host + "\\n").encode())
    os.close(asked)

sys.addaudithook(note)
"""


@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_neither_servers_nor_pages_ask_another_machine(
    tmp_path: Path, new_page, backend: str
) -> None:
    asked = tmp_path / "asked"
    (tmp_path / "sitecustomize.py").write_text(WATCH.format(path=str(asked)))
    names = ("dashboard_port", "author_port", "api_port")
    ports = {name: free_port() for name in names}
    env = console_env(tmp_path / "home", backend=backend, **ports)
    paths = [str(tmp_path), str(Path(__file__).parents[2])]
    process = subprocess.Popen(
        [sys.executable, "-m", "core.cli", "up"],
        env=env | {"PYTHONPATH": ":".join(paths)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert any("Ready" in line for line in process.stdout)
        page = new_page()
        urls: list[str] = []
        page.on("request", lambda request: urls.append(request.url))
        page.on("websocket", lambda opened: urls.append(opened.url))
        staff = f"http://127.0.0.1:{ports['dashboard_port']}"
        for name in ("review_queue", "policy", "people"):
            open_signed_in(page, f"{staff}/{name}", "ines")
            settle(page)
        page.goto(f"http://127.0.0.1:{ports['author_port']}/?reference=UNKNOWN")
        settle(page)
    finally:
        process.terminate()
        process.stdout.read()
        process.wait(timeout=PATIENT_S)
        process.stdout.close()
    assert set(asked.read_text().split()) == {"here"}
    own = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:http://127.0.0.1:")
    assert len(urls) > 50
    assert [url for url in urls if not url.startswith(own)] == []
