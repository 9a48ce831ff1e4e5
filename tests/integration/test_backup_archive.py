"""A backup's file is whole, or it is refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from core.backup.archive import read_backup, written_backup
from core.backup.manifest import BackupManifest
from core.backup.restoring import unpacked_backup
from core.config import Settings
from core.errors import UnreadableFile
from core.store.sql.migrate import HEAD
from tests.integration.backups import AT, small_backup


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_backup(tmp_path_factory.mktemp("backup"))


@settings(max_examples=60)
@given(share=strategies.floats(0, 1, exclude_max=True))
def test_a_backup_that_was_cut_off_is_refused(
    backup: Path, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    data = backup.read_bytes()
    cut = tmp_path_factory.mktemp("cut") / "cut.tar"
    cut.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UnreadableFile, match=r"cut off|not as it was written"):
        read_backup(cut)


@pytest.mark.parametrize("lost", [1, 511, 512, 1_024, 10_239, 10_240])
def test_a_backup_without_its_last_bytes_is_refused(
    backup: Path, tmp_path: Path, lost: int
) -> None:
    (tmp_path / "cut.tar").write_bytes(backup.read_bytes()[:-lost])
    settings = Settings(home=tmp_path / "home")
    with pytest.raises(UnreadableFile, match="cut off"):
        unpacked_backup(settings, tmp_path / "cut.tar", HEAD, "").__enter__()
    assert not settings.home.exists()


@settings(max_examples=60)
@given(share=strategies.floats(0, 1, exclude_max=True))
def test_a_changed_byte_of_a_part_is_found(
    backup: Path, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    data = bytearray(backup.read_bytes())
    start = data.index(b"SQLite format 3")
    place = start + int(read_backup(backup).parts[0].bytes * share)
    data[place] ^= 1
    changed = tmp_path_factory.mktemp("changed") / "b.tar"
    changed.write_bytes(data)
    with pytest.raises(UnreadableFile, match="is not as it was written"):
        read_backup(changed)


@pytest.mark.parametrize("name", ["../outside", "/outside", "home/../../outside", "a\\b"])
def test_a_part_that_would_lie_outside_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "part").write_text("x")
    with written_backup(tmp_path / "b.tar") as writer:
        writer.add_file(name, tmp_path / "part")
        writer.finish(BackupManifest("0.1.0", AT, "state.db", "0001", "shipped"))
    with pytest.raises(UnreadableFile, match="would lie outside"):
        read_backup(tmp_path / "b.tar", into=tmp_path / "into")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("content", [b"", b"no tar", bytes(10_240)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises(UnreadableFile, match="is no backup"):
        read_backup(tmp_path / "b.tar")
