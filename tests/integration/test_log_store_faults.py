"""A shared store that is damaged, away, full or forbidden: the local log stays, and one line says
what is wrong."""

import errno
import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from core.bootstrap.log_store import open_log_store
from core.cli.main import main
from core.cli.output import ExitCode
from core.config import Settings
from core.errors import LogStoreUnavailable, StoreError
from core.processes.ports import free_port
from core.servinglog.shared import folder as folder_store
from core.servinglog.shared.ledger import LEDGER
from core.servinglog.shared.s3 import _translation
from tests.log_stores import Machine
from tests.servinglog_records import HOUR, START, record


@pytest.fixture
def here(tmp_path: Path, each_log_store: str) -> Machine:
    machine = Machine(tmp_path / "here", each_log_store)
    machine.put(record("a", 1), record("b", 2))
    machine.upload()
    return machine


@pytest.fixture
def there(tmp_path: Path, here: Machine) -> Machine:
    machine = Machine(tmp_path / "there", here.address)
    machine.put(record("c", 3))
    return machine


def only_path(machine: Machine, folder: str) -> str:
    (path,) = machine.store.paths(folder)
    return path


@contextmanager
def answering(status: HTTPStatus, code: str) -> Iterator[str]:
    """The address of a server that refuses every request as S3 would."""
    body = f"<Error><Code>{code}</Code><Message>It was {code}.</Message></Error>".encode()

    class Refusing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-type", "application/xml")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_PUT = do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def bucket(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> str:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "tests")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    return "s3://bucket/log"


@pytest.mark.slow
@pytest.mark.parametrize("keep", [0, 100, -1])
def test_an_object_that_is_cut_off_is_left_out_and_said(
    here: Machine, there: Machine, keep: int
) -> None:
    path = only_path(here, "calls")
    here.store.put(path, here.store.get(path)[:keep])
    queries = there.queries()
    assert queries.summary(HOUR).calls == 1
    assert "1 files (2 rows)" in (queries.contents(START).store_problem or "")
    assert queries.find("a").calls == ()
    assert here.delete().deleted == 0
    assert here.upload(again=True).rows == 2
    assert there.queries().summary(HOUR).calls == 3
    assert here.delete().deleted == 1


@pytest.mark.slow
@pytest.mark.parametrize("cut", ["whole", "half", "empty", "other", "outside", "later"])
def test_an_entry_of_the_ledger_that_is_cut_or_changed_is_left_out_and_said(
    here: Machine, there: Machine, cut: str
) -> None:
    path = only_path(here, LEDGER)
    content = here.store.get(path)
    changed = {
        "whole": b"\x00" * len(content),
        "half": content[: len(content) // 2],
        "empty": b"",
        "other": content.replace(b'"rows": 2', b'"rows": 3', 1),
        "outside": content.replace(b"calls/date", b"../calls/date"),
        "later": content.replace(b'"version": 1', b'"version": 2'),
    }[cut]
    assert changed != content
    here.store.put(path, changed)
    queries = there.queries()
    assert queries.summary(HOUR).calls == 1
    assert "1 entries of the ledger" in (queries.store_problem or "")
    assert here.queries().summary(HOUR).calls == 2
    assert here.delete().deleted == 0
    here.upload(again=True)
    there.passed_s += 61
    assert queries.summary(HOUR).calls == 3
    assert queries.store_problem is None


def test_an_object_with_other_rows_than_its_name_says_is_left_out(
    here: Machine, there: Machine
) -> None:
    path = only_path(here, "calls")
    there.upload()
    (other,) = here.store.paths("calls") - {path}
    here.store.put(path, here.store.get(other))
    third = Machine(there.home.with_name("third"), here.address)
    queries = third.queries()
    assert queries.summary(HOUR).calls == 1
    assert "1 files (2 rows)" in (queries.store_problem or "")
    assert here.delete().deleted == 0


def test_an_object_deleted_by_hand_keeps_the_local_segment_until_it_is_back(
    tmp_path: Path,
) -> None:
    (tmp_path / "shared").mkdir()
    here = Machine(tmp_path / "here", str(tmp_path / "shared"))
    segment = here.put(record("a", 1))
    here.upload()
    (tmp_path / "shared" / only_path(here, "calls")).unlink()
    assert "is not in the store" in here.delete().kept[0]
    assert segment.exists()
    assert here.queries().summary(HOUR).calls == 1
    assert here.upload().segments == 0
    assert here.upload(again=True).segments == 1
    assert here.delete().deleted == 1
    assert here.queries().summary(HOUR).calls == 1


def test_foreign_files_in_the_store_are_not_read(here: Machine, there: Machine) -> None:
    for path in (f"{LEDGER}/notes.txt", "calls/date=2026-11-01/hour=12/x.parquet", "readme"):
        here.store.put(path, b"hello")
    assert there.queries().summary(HOUR).calls == 3
    assert there.queries().store_problem is None


def test_a_reader_whose_store_is_away_shows_the_local_part_and_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [str(tmp_path / "gone"), bucket(monkeypatch, f"http://127.0.0.1:{free_port()}")]
    for number, address in enumerate(addresses):
        machine = Machine(tmp_path / str(number), address)
        machine.put(record("a", 1))
        queries = machine.queries()
        assert queries.summary(HOUR).calls == 1
        problem = queries.contents(START).store_problem
        assert problem is not None
        assert problem.startswith("Calls of other machines may be missing here")
        assert "\n" not in problem
        assert len(queries.find("a").calls) == 1


def test_what_is_loaded_stays_while_the_store_is_away(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    here, there = (Machine(tmp_path / name, str(shared)) for name in ("here", "there"))
    here.put(record("a", 1))
    here.upload()
    queries = there.queries()
    assert queries.summary(HOUR).calls == 1
    shared.rename(tmp_path / "away")
    there.passed_s += 61
    assert queries.summary(HOUR).calls == 1
    assert queries.store_problem is not None
    (tmp_path / "away").rename(shared)
    there.passed_s += 61
    assert queries.summary(HOUR).calls == 1
    assert queries.store_problem is None


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (HTTPStatus.FORBIDDEN, "AccessDenied", StoreError),
        (HTTPStatus.FORBIDDEN, "InvalidAccessKeyId", StoreError),
        (HTTPStatus.FORBIDDEN, "SignatureDoesNotMatch", StoreError),
        (HTTPStatus.NOT_FOUND, "NoSuchBucket", StoreError),
        (HTTPStatus.SERVICE_UNAVAILABLE, "SlowDown", LogStoreUnavailable),
        (HTTPStatus.INTERNAL_SERVER_ERROR, "InternalError", LogStoreUnavailable),
        (HTTPStatus.INSUFFICIENT_STORAGE, "XMinioStorageFull", LogStoreUnavailable),
    ],
)
def test_refusals_of_a_bucket_end_the_upload_with_their_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: HTTPStatus,
    code: str,
    error: type[StoreError],
) -> None:
    machine = Machine(tmp_path, "unused")
    segment = machine.put(record("a", 1))
    with answering(status, code) as endpoint:
        monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
        monkeypatch.setenv("MODCONSOLE_LOG_STORE", bucket(monkeypatch, endpoint))
        ended = main(["logs", "upload", "--keep-days", "1"])
    is_lasting = error is StoreError
    assert ended == (ExitCode.WRONG_USE if is_lasting else ExitCode.INCOMPLETE)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("modconsole: the shared store of the log, s3://bucket/log")
    assert said.err.count("\n") == 1
    assert segment.exists()


def test_a_server_that_gives_no_reason_is_told_by_the_kind_of_its_error() -> None:
    said = "When completing: AWS Error INTERNAL_FAILURE during CompleteMultipartUpload operation: "
    assert str(_translation("s3://bucket", said)).endswith("s3://bucket: INTERNAL_FAILURE")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, ExitCode.INCOMPLETE),
        (errno.EDQUOT, ExitCode.INCOMPLETE),
        (errno.EIO, ExitCode.INCOMPLETE),
        (errno.ESTALE, ExitCode.INCOMPLETE),
        (errno.EACCES, ExitCode.WRONG_USE),
        (errno.EROFS, ExitCode.WRONG_USE),
    ],
)
def test_a_folder_that_is_full_or_refuses_ends_the_upload_with_its_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    code: ExitCode,
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    machine = Machine(tmp_path / "home", str(shared))
    segment = machine.put(record("a", 1))

    def refuse(path: Path, content: bytes) -> None:
        path.write_bytes(content[:10])
        raise OSError(number, os.strerror(number))

    monkeypatch.setenv("MODCONSOLE_HOME", str(machine.home))
    monkeypatch.setenv("MODCONSOLE_LOG_STORE", str(shared))
    with monkeypatch.context() as patched:
        patched.setattr(folder_store, "_write", refuse)
        assert main(["logs", "upload"]) == code
    assert capsys.readouterr().err == (
        f"modconsole: the shared store of the log, {shared}: {os.strerror(number)}\n"
    )
    assert segment.exists()
    assert [path for path in shared.rglob("*") if path.is_file()] == []
    assert main(["logs", "upload"]) == ExitCode.DONE
    assert len(machine.store.paths(LEDGER)) == 1


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    store = open_log_store(Settings(log_store=str(tmp_path / "unmounted")))
    with pytest.raises(LogStoreUnavailable, match="is not a folder"):
        store.put("ledger/a.json", b"{}")
    assert list(tmp_path.iterdir()) == []
