"""A site that a scheduler scores by one of the examples of docs/tables.md."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.integration.prediction_tables import Rows, put_comments, rows_of
from tests.peers.install import ROOT

SITE_OF_THE_EXAMPLES = "/srv/console"
SOON = {
    "minutes=1": "seconds=1",
    "delay=60": "delay=1",
    "retry_delay_seconds=60": "retry_delay_seconds=1",
}
"""The waits before another try, as they are in the examples and here."""
QUIET = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
}


@dataclass(frozen=True, slots=True)
class ScheduledSite:
    """`folder` has the comments, the example and the scheduler's own files."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "hn.duckdb"

    def put(self, texts: Mapping[int, str]) -> None:
        """Comment 2 was written two hours into 2026."""
        put_comments(self.database, dict(texts))

    def predictions(self) -> Rows:
        return rows_of(self.database, "SELECT id, action FROM predictions ORDER BY id")

    def take_example(self, name: str, change: tuple[str, str] = ("", "")) -> Path:
        """The example with its waits cut short, for this folder."""
        text = (ROOT / "docs" / "examples" / name).read_text()
        assert SITE_OF_THE_EXAMPLES in text
        assert any(wait in text for wait in SOON)
        for old, new in [(SITE_OF_THE_EXAMPLES, str(self.folder)), *SOON.items(), change]:
            text = text.replace(old, new) if old else text
        place = self.folder / "dags" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
        return place

    def install_command(self, *, first_code: int | None = None) -> None:
        """Puts a `modconsole` on the path that notes its words; with `first_code` its first call
        ends with that and does nothing."""
        self._calls.touch()
        lines = ["#!/bin/sh", f'echo "$@" >> {shlex.quote(str(self._calls))}']
        if first_code is not None:
            count = f'"$(wc -l < {shlex.quote(str(self._calls))})"'
            lines.append(f"[ {count} -gt 1 ] || exit {first_code}")
        lines.append(f'exec {shlex.quote(sys.executable)} -m core.cli "$@"')
        path = self.folder / "bin" / "modconsole"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o755)

    def calls(self) -> list[list[str]]:
        """The words of each call so far."""
        return [line.split() for line in self._calls.read_text().splitlines()]

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Runs a program of the scheduler; what it printed is in `stdout`."""
        environment = QUIET | {
            "PATH": os.pathsep.join([str(self.folder / "bin"), "/usr/bin", "/bin"]),
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "MODCONSOLE_HOME": str(self.folder / "home"),
            "MODCONSOLE_BACKEND": "fake",
            "AIRFLOW_HOME": str(self.folder / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.folder / "dags"),
            "DAGSTER_HOME": str(self.folder),
            "PREFECT_HOME": str(self.folder / "prefect"),
        }
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    @property
    def _calls(self) -> Path:
        return self.folder / "calls.log"


def words_of(calls: Sequence[Sequence[str]], flag: str) -> list[str]:
    """The time after the flag in each call: a date and a time of day."""
    return [" ".join(call[call.index(flag) + 1 :][:2]) for call in calls]
