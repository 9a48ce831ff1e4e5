"""A command that waits ends at a signal, whichever of its threads the signal comes to."""

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.stop_signals import stop_signals
from tests.integration.message_receiver import SECRET
from tests.patience import PATIENT_S

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="threads are named by /proc")
JOBS = '[job.nightly]\ncron = "0 3 * * *"\ncommand = ["score", "in.jsonl", "--out", "out.jsonl"]\n'
MAIN_WAITS = """
import threading
from core.stop_signals import stop_signals
with stop_signals() as stop:
    print("ready", flush=True)
    stop.wait()
print(threading.active_count(), flush=True)
"""


def send_to_another_thread(process: subprocess.Popen[str]) -> None:
    """As a system does whose main thread is about to wait: that thread is not woken by it."""
    threads = [int(path.name) for path in Path(f"/proc/{process.pid}/task").iterdir()]
    other = max(thread for thread in threads if thread != process.pid)
    assert ctypes.CDLL(None).tgkill(process.pid, other, int(signal.SIGTERM)) == 0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    monkeypatch.setenv("MODCONSOLE_WEBHOOK_URL", "http://127.0.0.1:9/hooks")
    monkeypatch.setenv("MODCONSOLE_WEBHOOK_SECRET", SECRET)
    (tmp_path / "jobs.toml").write_text(JOBS)
    return tmp_path


@LINUX
@pytest.mark.parametrize(
    ("words", "ends_with"),
    [
        (["-m", "core.cli", "outbox", "send", "--every", "3600"], "Stopped.\n"),
        (["-m", "core.cli", "schedule", "run"], "Stopped.\n"),
        (["-m", "core.cli", "objectives", "--every", "3600"], "Stopped.\n"),
        (["-c", MAIN_WAITS], "1\n"),
    ],
    ids=["outbox", "schedule", "objectives", "wait"],
)
def test_a_signal_to_another_thread_ends_it(home: Path, words: list[str], ends_with: str) -> None:
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            send_to_another_thread(process)
            assert process.wait(PATIENT_S) == 0
            assert process.stdout.read() == ends_with
        finally:
            process.kill()


def test_the_first_signal_stops_and_a_second_ctrl_c_interrupts() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_signals() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(PATIENT_S)
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.set_wakeup_fd(-1) == -1


def test_other_signals_stop_nothing() -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        with stop_signals() as stop:
            os.kill(os.getpid(), signal.SIGUSR1)
            assert not stop.wait(0.1)
    finally:
        signal.signal(signal.SIGUSR1, before)
