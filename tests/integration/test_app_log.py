"""MODCONSOLE_LOG=json: everything that a server writes is a line of JSON on standard output."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.processes.health import await_answer
from core.processes.ports import free_port
from tests.patience import PATIENT_S

pytestmark = pytest.mark.slow

SECRET = "s3cr3t-of-the-backend"
BACKENDS = """
[[backend]]
name = "away"
kind = "tei"
url = "http://127.0.0.1:{port}"
model = "some/model"
key_env = "AWAY_KEY"
activation = "sigmoid"
labels = {{ toxicity = "toxic" }}
"""
# A dashboard of which every part that logs is used once: a library's logger made before and after,
# a warning, a print, a thread that fails, and an error that nobody catches.
NOISY = """
import logging, sys, threading, warnings
import streamlit.logger
from core.environment import load_settings
from core.processes.app_log import hand_to_root, set_up_log

before = streamlit.logger.get_logger("streamlit.before")
streamlit.logger.setup_formatter = hand_to_root
set_up_log(load_settings())
before.warning("made before")
streamlit.logger.get_logger("streamlit.after").warning("made after")
warnings.warn("a library warns")
print("half", end=" ")
print("a line\\nand another")
sys.stderr.write("complained\\n")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
raise ValueError("two\\nlines")
"""


QUIET = """
import logging
from core.environment import load_settings
from core.processes.app_log import set_up_log

set_up_log(load_settings())
logging.getLogger("core").warning("x")
"""


def environment(home: Path, **settings: object) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MODCONSOLE_")}
    given = {"home": home, "backend": "fake", "log": "json", **settings}
    return kept | {f"MODCONSOLE_{name.upper()}": str(value) for name, value in given.items()}


def lines_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def stopped(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Its lines, after it was asked to stop; nothing may stand on standard error."""
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=PATIENT_S)
    assert errors == ""
    return lines_of(output)


def start(env: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_api_names_request_and_trace_and_no_secret(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "backends.toml").write_text(BACKENDS.format(port=free_port()))
    env = environment(tmp_path, backend="away", api_port=port) | {"AWAY_KEY": SECRET}
    process = start(env, "core.cli", "serve")
    try:
        assert await_answer(process, port, "/v2/health/live", within_s=PATIENT_S)
        answer = httpx2.post(
            f"http://127.0.0.1:{port}/v1/moderations",
            json={"input": "hello"},
            headers={"x-request-id": "r-17", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"},
            timeout=PATIENT_S,
        )
        assert answer.status_code == 503, answer.text
    finally:
        told = stopped(process)
    about = [line for line in told if line.get("request_id") == "r-17"]
    assert about
    assert {line["trace_id"] for line in about} == {"a" * 32}
    assert SECRET not in json.dumps(told)


@pytest.mark.parametrize("which", ["staff", "author"])
def test_the_pages_servers_write_json_too(which: str, tmp_path: Path) -> None:
    port = free_port()
    setting = {"dashboard_port" if which == "staff" else "author_port": port}
    process = start(environment(tmp_path, **setting), "dashboard.server", which)
    try:
        assert await_answer(process, port, "/_stcore/health", within_s=PATIENT_S)
    finally:
        told = stopped(process)
    assert "uvicorn.error" in {line["logger"] for line in told}


def test_the_scheduler_writes_json_too(tmp_path: Path) -> None:
    (tmp_path / "jobs.toml").write_text('[job.a]\ncron = "0 0 1 1 *"\ncommand = ["score"]\n')
    process = start(environment(tmp_path), "core.cli", "schedule", "run")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert "1 jobs wait" in first["message"]
    assert stopped(process)[-1]["message"] == "Stopped."


def test_a_server_that_can_not_start_says_so_in_json(tmp_path: Path) -> None:
    process = start(environment(tmp_path, api_host="0.0.0.0"), "core.cli", "serve")
    output, errors = process.communicate(timeout=PATIENT_S)
    assert (process.returncode, errors) == (2, "")
    assert "an API key is needed" in lines_of(output)[-1]["message"]


def test_whatever_a_process_prints_or_raises_is_a_line(tmp_path: Path) -> None:
    env = environment(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", NOISY], env=env, capture_output=True, text=True, check=False
    )
    told = {(line["logger"], line["level"], line["message"]) for line in lines_of(done.stdout)}
    assert done.stderr == ""
    assert done.returncode == 1
    assert told >= {
        ("streamlit.before", "WARNING", "made before"),
        ("streamlit.after", "WARNING", "made after"),
        ("printed", "INFO", "half a line"),
        ("printed", "INFO", "and another"),
        ("printed", "ERROR", "complained"),
    }
    assert any(name == "py.warnings" and "a library warns" in text for name, _, text in told)
    raised = [line["exception"] for line in lines_of(done.stdout) if "exception" in line]
    assert ["ZeroDivisionError" in raised[0], "two\nlines" in raised[1]] == [True, True]


def test_text_is_the_default_and_changes_nothing(tmp_path: Path) -> None:
    env = environment(tmp_path, log="text")
    done = subprocess.run(
        [sys.executable, "-c", QUIET], env=env, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "x\n")
