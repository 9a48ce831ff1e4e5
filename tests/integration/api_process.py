"""The API as a separate process, for tests that kill it or take its resources."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.patience import PATIENT_S

SERVE = """
from core.bootstrap.services import build_services
from core.environment import load_settings
from core.serving.server import run_api

run_api(build_services(load_settings(), worker="api"))
"""


@contextmanager
def running_api(
    home: Path, port: int, script: str = SERVE, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """The process, once it answers, with more settings; it is killed at the end if it still
    runs."""
    environ = {name: v for name, v in os.environ.items() if not name.startswith("MODCONSOLE_")}
    environ |= {
        "MODCONSOLE_HOME": str(home),
        "MODCONSOLE_BACKEND": "fake",
        "MODCONSOLE_API_PORT": str(port),
        "MODCONSOLE_AUDIT_SHARE": "0",  # a case depends on its text alone
        "MODCONSOLE_BLIND_SHARE": "0",
        "MODCONSOLE_SECOND_LOOK_SHARE": "0",
        "MODCONSOLE_API_WAIT_MS": "100000",  # refuses nobody, however slow the machine
    }
    environ |= {f"MODCONSOLE_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", script], env=environ, stderr=subprocess.PIPE, text=True
    )
    try:
        await_health(process, port)
        yield process
    finally:
        process.kill()
        process.communicate()


def await_health(process: subprocess.Popen[str], port: int) -> None:
    """Returns once its health check succeeds: on a busy machine the first ones may take longer than
    the API waits for them."""
    deadline = time.monotonic() + PATIENT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=PATIENT_S).raise_for_status()
            return
        except httpx2.HTTPError:
            time.sleep(0.05)
    pytest.fail("the API did not come up")
