"""A real S3 server for the tests: moto, in an environment of its own (`make .venv-s3/.done`),
because its packages and the console's need different versions of the same ones."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from core.identifiers import new_id
from core.processes.ports import free_port
from tests.patience import PATIENT_S

# Not one that happens to be on the path: its version is not the one that was tested.
PROGRAM = Path(__file__).parents[1] / ".venv-s3" / "bin" / "moto_server"


class S3Server:
    """Where it listens; it takes any keys."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def new_bucket(self) -> str:
        """The name of a new, empty bucket."""
        name = f"bucket-{new_id()}"
        requests.put(f"{self.url}/{name}", timeout=PATIENT_S).raise_for_status()
        return name

    def delete(self, path: str) -> None:
        """Remove the object `bucket/key`, as a person with another tool would."""
        requests.delete(f"{self.url}/{path}", timeout=PATIENT_S).raise_for_status()

    def write(self, path: str, content: bytes) -> None:
        """Put the object `bucket/key` without any check."""
        requests.put(f"{self.url}/{path}", content, timeout=PATIENT_S).raise_for_status()


def why_no_s3_server() -> str | None:
    """None if one can be started here, else why not."""
    if not PROGRAM.exists():
        return "there is no S3 server: make .venv-s3/.done installs one"
    return None


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A server that runs inside the block."""
    port = free_port()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [str(PROGRAM), "-H", "127.0.0.1", "-p", str(port)], stdout=output, stderr=output
        )
        try:
            server = S3Server(port)
            _wait_for(server.url, process)
            yield server
        finally:
            process.terminate()
            process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENT_S
    while True:
        try:
            requests.get(url, timeout=PATIENT_S)
            return
        except requests.ConnectionError:
            assert process.poll() is None, "the S3 server stopped"
            assert time.monotonic() < until, "the S3 server does not answer"
            time.sleep(0.1)
