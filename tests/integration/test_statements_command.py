"""`modconsole statements` and `modconsole transparency`: their files, exit codes and messages, and
what a killed export leaves."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.batch.statement_files import paths_of
from core.bootstrap.services import Services
from core.cli.main import main
from core.clock import Clock
from core.moderation.audit import STATEMENTS
from core.moderation.dsa.rules import problems_of, problems_of_batch
from core.moderation.policies import Action
from core.moderation.reasons import Reason
from tests.factories import HELD, HOSTILE, decided, removed_by_person, scored
from tests.policies import store_with_reason

pytestmark = pytest.mark.slow

NOTE = "=cmd|x \u202e Sam: write to sam@example.org, <b>now</b>"


@pytest.fixture
def site(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """A home with two holds and the removals that supersede them."""
    for text in (HELD, f"{HELD} {HOSTILE}"):
        removed_by_person(services, text, note=NOTE)
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    return services


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def export(out: Path, *flags: str) -> int:
    return main(["statements", "export", "--out", str(out), *flags])


def contents(out: Path) -> list[bytes]:
    return [path.read_bytes() for path in paths_of(out)]


def exports(services: Services) -> int:
    with services.context.store.read() as reader:
        return len(reader.audit_trail(STATEMENTS))


def test_calls_chain_and_refused_are_written(site: Services, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "s.jsonl"
    assert export(out) == 0
    chain, refused, _ = paths_of(out)
    (call,) = read(out)
    assert set(call) == {"statements"}
    assert problems_of_batch(call["statements"]) == []
    assert [problems_of(each) for each in call["statements"]] == [[]] * 4
    assert refused.read_text() == ""
    events = read(chain)
    assert [event["event"] for event in events] == ["began"] * 4 + ["ended"] * 2
    followed = {event["superseded_by"] for event in events if event["event"] == "ended"}
    assert followed == {event["puid"] for event in events if event.get("supersedes")}
    printed = capsys.readouterr().out
    assert "4 statements in 1 call are in" in printed
    assert json.loads(printed.splitlines()[-1]) == {
        "sent": 4,
        "calls": 1,
        "refused": 0,
        "ended": 2,
    }
    assert exports(site) == 1


def test_hostile_words_stay_what_they_are_and_name_nobody(site: Services, tmp_path: Path) -> None:
    out = tmp_path / "s.jsonl"
    export(out)
    notes = [
        each["incompatible_content_explanation"]
        for each in read(out)[0]["statements"]
        if "note to its author" in each["incompatible_content_explanation"]
    ]
    assert notes == [notes[0]] * 2
    assert notes[0].endswith("=cmd|x  [removed]: write to [removed] <b>now</b>")
    assert HOSTILE not in out.read_text()


def test_a_call_has_at_most_a_hundred_statements(site: Services, tmp_path: Path) -> None:
    for n in range(97):
        scored(site, f"{HELD} {n}")
    out = tmp_path / "s.jsonl"
    export(out)
    calls = read(out)
    assert [len(call["statements"]) for call in calls] == [100, 1]
    assert all(problems_of_batch(call["statements"]) == [] for call in calls)


def test_the_same_span_gives_the_same_bytes(site: Services, tmp_path: Path) -> None:
    first, again = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    until = site.clock.now().isoformat()
    export(first, "--until", until)
    removed_by_person(site, f"{HELD} later")
    export(again, "--until", until)
    assert contents(first) == contents(again)
    export(again, "--since", until)
    assert len(read(again)[0]["statements"]) == 2


def test_a_statement_that_can_not_be_sent_is_listed_with_the_rule(
    site: Services, tmp_path: Path, capsys: Any
) -> None:
    old = datetime.fromisoformat("1999-05-01T00:00+00:00")
    past = Clock(now=lambda: old, monotonic=site.clock.monotonic)
    scored(replace(site, clock=past, context=replace(site.context, clock=past)), HELD)
    out = tmp_path / "s.jsonl"
    assert export(out) == 1
    (refused,) = read(paths_of(out)[1])
    assert {(each["field"], each["rule"]) for each in refused["problems"]} == {
        ("content_date", "date"),
        ("application_date", "date"),
    }
    sent = [each["puid"] for call in read(out) for each in call["statements"]]
    assert refused["puid"] not in sent
    assert len(sent) == 4
    began = [event["puid"] for event in read(paths_of(out)[0]) if event["event"] == "began"]
    assert set(began) == {*sent, refused["puid"]}
    assert "1 statement can't be sent" in capsys.readouterr().out


def test_the_address_of_the_rules_is_told_only_if_it_is_set(
    site: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "s.jsonl"
    export(out)
    assert "decision_ground_reference_url" not in out.read_text()
    monkeypatch.setenv("MODCONSOLE_RULES_URL", "https://example.org/rules#{reason}")
    export(out)
    assert out.read_text().count('"https://example.org/rules#harassment"') == 4


@pytest.mark.parametrize(
    "flags",
    [
        ["statements", "export", "--out", "s.json"],
        ["statements", "export", "--out", "no/such/s.jsonl"],
        ["statements", "export", "--out", "folder.jsonl"],
        ["statements", "export", "--out", "s.jsonl", "--since", "2030-01-01"],
        [
            "statements",
            "export",
            "--out",
            "s.jsonl",
            "--since",
            "2026-02-01",
            "--until",
            "2026-01-01",
        ],
        ["transparency", "--out", "r.txt"],
        ["transparency", "--out", "no/such/r.csv"],
        ["transparency", "--out", "folder.json"],
        ["transparency", "--since", "2026-02-01", "--until", "2026-01-01"],
    ],
)
def test_wrong_use_is_one_line_and_exports_nothing(
    site: Services,
    tmp_path: Path,
    capsys: Any,
    flags: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("folder.jsonl", "folder.json"):
        (tmp_path / folder).mkdir()
    assert main(flags) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert exports(site) == 0


# The command in a process that kills itself in mid-work: at the writing of a line, or at a rename.
KILLED_AT = """
import os, pathlib, signal, sys
from core.batch import statement_files
from core.cli.main import main
place, number = sys.argv[1], int(sys.argv[2])
counted = 0
def counting(real):
    def call(*given):
        global counted
        counted += 1
        if counted == number:
            print("killed at", place, counted, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given)
    return call
if place == "line":
    statement_files._write_line = counting(statement_files._write_line)
else:
    pathlib.Path.replace = counting(pathlib.Path.replace)
sys.exit(main(sys.argv[3:]))
"""


def killed_export(site: Services, out: Path, place: str, number: int, *flags: str) -> None:
    """Runs the command and checks that the kill hit it there."""
    command: Sequence[str] = ["statements", "export", "--out", str(out), *flags]
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT, place, str(number), *command],
        env={**os.environ, "MODCONSOLE_HOME": str(site.settings.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert f"killed at {place} {number}" in done.stdout


@pytest.mark.parametrize(
    ("place", "number"), [("line", 1), ("line", 5), ("rename", 1), ("rename", 2), ("rename", 3)]
)
def test_a_killed_export_leaves_whole_files_and_the_next_one_makes_them_right(
    site: Services, tmp_path: Path, place: str, number: int
) -> None:
    out, other = tmp_path / "s.jsonl", tmp_path / "undisturbed.jsonl"
    until = ("--until", site.clock.now().isoformat())
    export(out, *until)
    before = contents(out)
    removed_by_person(site, f"{HELD} later")
    until = ("--until", site.clock.now().isoformat())
    export(other, *until)
    after = contents(other)
    killed_export(site, out, place, number, *until)
    renamed = number - 1 if place == "rename" else 0
    assert contents(out) == after[:renamed] + before[renamed:]
    assert list(tmp_path.glob(".*.part"))
    assert export(out, *until) == 0
    assert contents(out) == after
    assert not list(tmp_path.glob(".*.part"))


def test_the_report_is_printed_and_written(site: Services, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "r.csv"
    assert main(["transparency", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "4  Restrictions: removals, and holds that give a reason" in printed
    assert "50.0%  Share of them that no person took part in" in printed
    assert "–  Median time from an appeal to its outcome" in printed
    rows = list(csv.DictReader(io.StringIO(out.read_text(), newline="")))
    assert {row["figure"]: row["value"] for row in rows}["restrictions"] == "4"
    written = tmp_path / "r.json"
    assert main(["transparency", "--since", "2020-01-01", "--out", str(written)]) == 0
    told = json.loads(written.read_text())
    assert told["figures"][0]["rows"] == [{"value": 4}]
    assert told["since"] == "2020-01-01T00:00:00+00:00"


def test_a_reason_that_looks_like_a_formula_is_neutralised_in_csv_alone(
    site: Services, tmp_path: Path
) -> None:
    store_with_reason(site.context, Reason("=1+1", "=1+1", "@SUM(A1)"))
    decided(site, scored(site, HELD), Action.REMOVE, reason_code="=1+1")
    for suffix in ("csv", "json"):
        assert main(["transparency", "--out", str(tmp_path / f"r.{suffix}")]) == 0
    assert "'=1+1" in (tmp_path / "r.csv").read_text()
    assert '"reason": "=1+1"' in (tmp_path / "r.json").read_text()
