"""Other servers of the same model, each in a separate process, with the same requests as the
API."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import core
from core.errors import ConsoleError
from core.inference.manifest import MANIFEST_FILE
from core.processes.health import await_answer
from core.processes.local_ray import RAY_ENVIRONMENT
from core.processes.ports import free_port
from core.training.standard_folder import write_standard_folder

READY_WITHIN_S = 120.0
STOP_WITHIN_S = 15.0
QUIET = {
    **RAY_ENVIRONMENT,
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "HF_HUB_OFFLINE": "1",
}
_VERSIONS = """
import importlib.metadata as m, sys
try:
    print(", ".join(f"{name} {m.version(name)}" for name in sys.argv[1:]))
except m.PackageNotFoundError:
    sys.exit(1)
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server to compare with. `packages` are the ones it needs; `body` is the request for one
    text."""

    name: str
    module: str
    packages: tuple[str, ...]
    path: str
    body: Callable[[str], object]


PEERS = (
    Peer("FastAPI + pipeline", "plain_fastapi", ("fastapi", "transformers", "torch"), "/predict",
         lambda text: {"text": text}),
    Peer("MLflow", "mlflow_server", ("mlflow", "transformers", "torch"), "/invocations",
         lambda text: {"inputs": [text]}),
    Peer("LitServe", "litserve_server", ("litserve", "transformers", "torch"), "/predict",
         lambda text: {"text": text}),
    Peer("Ray Serve", "ray_server", ("ray", "transformers", "torch"), "/predict",
         lambda text: {"text": text}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Installed:
    """A peer and the interpreter that has its packages, in these versions."""

    peer: Peer
    python: Path
    versions: str


def find_installed(peer: Peer, environments: Path) -> Installed | None:
    """Looks in this interpreter, then in each environment of the folder.

    Interpreters are absolute, since a server is started elsewhere, and not resolved: the link is
    what makes it the environment's.
    """
    inside = sorted(environments.absolute().glob("*/bin/python"))
    for python in (Path(sys.executable), *inside):
        asked = subprocess.run(
            [python, "-c", _VERSIONS, *peer.packages], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0:
            return Installed(peer, python, asked.stdout.strip())
    return None


def as_peers_read_it(model: Path, place: Path) -> Path:
    """The model as a standard folder in `place`, with the manifest that says its longest text."""
    folder = place / "classifier"
    write_standard_folder(model, folder)
    shutil.copy(model / MANIFEST_FILE, folder)
    return folder


@contextmanager
def running_peer(installed: Installed, model: Path) -> Iterator[int]:
    """Yields its port once it has scored a text. Raises ConsoleError with its last output."""
    peer, port = installed.peer, free_port()
    module = f"tests.peers.servers.{peer.module}"
    # It must not outlive this process: it stops when its standard input closes.
    supervised = [str(installed.python), "-m", "core.processes.supervised", module]
    command = [*supervised, str(model.absolute()), str(port)]
    with running_server(command, port, peer.path, peer.body("Good morning.")):
        yield port


@contextmanager
def running_server(command: Sequence[str], port: int, path: str, body: object) -> Iterator[None]:
    """Runs a server in an empty folder and yields once it answers that request. Raises ConsoleError
    with its last output."""
    environment = {
        **os.environ,
        **QUIET,
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "PYTHONPATH": str(Path(core.__path__[0]).parent),
    }
    with tempfile.TemporaryDirectory(prefix="bench-peer-", ignore_cleanup_errors=True) as scratch:
        log = Path(scratch) / "peer.log"
        with log.open("wb") as words:
            process = subprocess.Popen(
                command,
                cwd=scratch,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=words,
                stderr=words,
                # Its own children have to be stopped with it.
                start_new_session=True,
            )
        try:
            is_ready = await_answer(
                process,
                port,
                path,
                within_s=READY_WITHIN_S,
                body=json.dumps(body),
                answer_within_s=READY_WITHIN_S,
            )
            if not is_ready:
                said = log.read_text(errors="replace").strip().splitlines()
                raise ConsoleError(f"it did not start: {said[-1] if said else 'it said nothing'}")
            yield
        finally:
            _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Terminates the server, and kills processes that remain."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_WITHIN_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()
