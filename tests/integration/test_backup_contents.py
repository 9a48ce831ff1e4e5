"""What is in a backup, and what is left out on purpose."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.backup import making
from core.backup.archive import read_backup, written_backup
from core.backup.contents import files_below, home_entries, left_out
from core.backup.making import make_backup
from core.backup.manifest import BackupManifest
from core.cli.main import main
from core.config import STATE_IN_HOME, Settings
from core.errors import StoreError
from core.home_paths import HomePaths
from core.servinglog.archive.place import ArchivePlace
from tests.factories import HELD, make_services, scored

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
# The state is copied by the database, a model from where it is, and the rest is made anew: the
# servers' output, the speeds of this machine's runtimes, what was read to try policies on.
COPIED_APART = {"state_path", "restored_model_dir"}
MADE_ANEW = {"logs_dir", "runtimes_path", "policy_history_dir", "restoring_dir"}
BOTH = {"own_paths"}


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    services = make_services(tmp_path / "home", state_url=STATE_IN_HOME)
    scored(services, HELD)
    services.close()
    return Settings(home=tmp_path / "home", backend="fake")


def backed_up(settings: Settings, path: Path) -> BackupManifest:
    return make_backup(settings, path, console="0.1.0", made_at=AT, environ={})


def names(manifest: BackupManifest) -> set[str]:
    return {part.name for part in manifest.parts}


def test_every_path_of_a_home_is_copied_or_left_out_on_purpose() -> None:
    settings = Settings(home=Path("/home"))
    paths = {name for name, kind in vars(HomePaths).items() if isinstance(kind, property)}
    copied = {name for name in paths - BOTH if getattr(settings, name) in home_entries(settings)}
    assert copied == paths - BOTH - COPIED_APART - MADE_ANEW
    assert settings.backends_path in home_entries(settings)


def test_of_a_growing_file_whole_lines_are_taken(tmp_path: Path) -> None:
    (tmp_path / "whole").write_bytes(b"one\ntwo\n")
    (tmp_path / "half").write_bytes(b"one\ntwo\nthr")
    (tmp_path / "none").write_bytes(b"half")
    long = b"x" * 3_000_000
    (tmp_path / "long").write_bytes(b"one\n" + long)
    with written_backup(tmp_path / "b.tar") as writer:
        for name in ("whole", "half", "none", "long"):
            assert writer.add_file(name, tmp_path / name, whole_lines=True)
        assert not writer.add_file("gone", tmp_path / "gone")
        manifest = writer.finish(BackupManifest("0.1.0", AT, "state.db", "0001", "shipped"))
    assert {part.name: part.bytes for part in manifest.parts} == {
        "whole": 8, "half": 8, "none": 0, "long": 4
    }  # fmt: skip
    read_backup(tmp_path / "b.tar", into=tmp_path / "into")
    assert (tmp_path / "into" / "half").read_bytes() == b"one\ntwo\n"


def test_segments_come_before_the_archive_that_takes_their_rows(tmp_path: Path) -> None:
    for name in ("archive/a.parquet", "archive/lock", "z.jsonl", "b.jsonl", "x.draft"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "z.jsonl")
    found = [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path)]
    assert found == ["b.jsonl", "z.jsonl", "archive/a.parquet"]


def test_a_compaction_is_waited_for(
    site: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = ArchivePlace(site.serving_log_dir)
    with monkeypatch.context() as patched, place.locked() as is_mine:
        assert is_mine
        patched.setattr(making, "PATIENCE_S", 0.4)
        with pytest.raises(StoreError, match="is being compacted"):
            backed_up(site, tmp_path / "b.tar")
        assert list(tmp_path.glob("*b.tar*")) == []
    waits = threading.Event()
    with place.locked():
        done = threading.Thread(target=lambda: (backed_up(site, tmp_path / "c.tar"), waits.set()))
        done.start()
        assert not waits.wait(0.5)
    done.join()
    assert waits.is_set()
    assert "state.db" in names(read_backup(tmp_path / "c.tar"))


def test_a_sites_own_model_goes_along(
    site: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "manifest.json").write_text("{}")
    manifest = backed_up(Settings(home=site.home, model=str(tmp_path / "mine")), tmp_path / "b.tar")
    assert "model/manifest.json" in names(manifest)
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "new"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    assert main(["restore", str(tmp_path / "b.tar")]) == 0
    assert (tmp_path / "new" / "model" / "manifest.json").read_text() == "{}"
    assert f"Set MODCONSOLE_MODEL={tmp_path / 'new' / 'model'}" in capsys.readouterr().out


def test_what_is_not_in_it_is_told(tmp_path: Path) -> None:
    outside = tmp_path / "backends.toml"
    outside.touch()
    settings = Settings(
        home=tmp_path / "home", backends_file=outside, log_store=str(tmp_path / "store")
    )
    told = list(left_out(settings))
    assert told[0].startswith(f"{outside}, which lies outside")
    assert any("shared store" in line for line in told)
    assert len(list(left_out(Settings(home=tmp_path / "home")))) == 1


def test_made_anew_is_left_out(site: Settings, tmp_path: Path) -> None:
    for path in (site.logs_dir / "api.log", site.policy_history_dir / "h.npz"):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    site.runtimes_path.write_text("{}")
    site.jobs_path.write_text("")
    found = names(backed_up(site, tmp_path / "b.tar"))
    assert "home/jobs.toml" in found
    assert not [
        name for name in found if "logs/" in name or "history" in name or "runtimes" in name
    ]
