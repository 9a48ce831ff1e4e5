"""A process that is killed while it writes the kept history leaves one that can be used."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.store.history_file import HISTORY_FILE
from tests.factories import HELD, make_services, scored
from tests.patience import PATIENT_S
from tests.property.history_rows import rows_of

KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
import numpy as np
from core.bootstrap.services import build_services
from core.environment import load_settings

def killed(file, **columns):
    file.write(b"PK half a file")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)

np.savez = killed
build_services(load_settings(), worker="killed").policy_history.read()
"""


@pytest.mark.parametrize("is_known", [True, False])
def test_a_kill_while_writing_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    services = make_services(tmp_path)
    revisions = {scored(services, HELD).id}
    if is_known:
        services.policy_history.read()
    revisions |= {scored(services, HELD).id for _ in range(3)}
    for name, value in (("HOME", str(tmp_path)), ("BACKEND", "fake")):
        monkeypatch.setenv(f"MODCONSOLE_{name}", value)
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    done = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_WRITING], timeout=PATIENT_S, check=False
    )
    assert done.returncode == -signal.SIGKILL, "the kill hit the writing"
    folder = services.settings.policy_history_dir
    assert [path.suffix for path in folder.iterdir() if path.name != HISTORY_FILE] == [".part"]
    assert (folder / HISTORY_FILE).exists() is is_known
    services.close()
    again = make_services(tmp_path)
    assert set(rows_of(again.policy_history.read())) == revisions
    assert [path.name for path in folder.iterdir()] == [HISTORY_FILE]
    again.close()
