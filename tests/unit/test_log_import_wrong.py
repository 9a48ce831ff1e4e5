"""Wrong input to `logs import`: one sentence that names the file (and mostly the line), and nothing
in the log."""

import errno
import gzip
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import ConsoleError
from core.servinglog.importing import segments
from core.servinglog.importing.detection import Choices
from core.servinglog.importing.durations import DurationUnit
from core.servinglog.importing.importer import ImportRequest, plan_import, write_import
from core.servinglog.importing.ledger import ImportLedger
from tests.moving_clock import MovingClock

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def torchserve(number: int, took: object = 118, at: str | None = None) -> str:
    time = at or f"2026-11-01 12:{number // 60 % 60:02}:{number % 60:02},000"
    return (
        f"{time} [INFO ] W-9000 ACCESS_LOG - /127.0.0.1:{64000 + number} "
        f'"POST /predictions/m HTTP/1.1" 200 {took}\n'
    )


def nginx(number: int, took: object) -> str:
    return (
        f"1.2.3.4 - - [01/Nov/2026:12:{number // 60:02}:{number % 60:02} +0000] "
        f'"POST /score HTTP/1.1" 200 9 "-" "curl" {took}\n'
    )


def table(values: list[object], name: str = "latency", start: str = "2026-11-01T12:00") -> str:
    rows = "".join(f"{start}:{number % 60:02}Z,{value}\n" for number, value in enumerate(values))
    return f"ts,{name}\n{rows}"


class Home:
    """An importer with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.directory = folder / "serving-log"
        self.ledger = ImportLedger(folder / "log-imports")
        self.clock = MovingClock(NOW).clock

    def run(self, file: Path, *, zone: str | None = "UTC", **more: object) -> int:
        choices = Choices(**{k: v for k, v in more.items() if k in ("format", "columns", "unit")})  # type: ignore[arg-type]
        request = ImportRequest(file, choices, zone=zone)
        return write_import(
            plan_import(request, self.ledger, self.clock), self.directory, self.ledger, self.clock
        )

    @property
    def left(self) -> list[str]:
        return sorted(path.name for path in self.directory.glob("*"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


TEXTS: list[tuple[str, str, dict[str, object], str]] = [
    ("empty", "", {}, "the file is empty"),
    ("prose", "This is a letter.\nDear all\n", {}, "not sure what it is"),
    ("no newline, so perhaps cut", "This is a letter", {}, "its only line has no end yet"),
    ("another format than told", torchserve(1), {"format": "tei"}, "no call in 1 lines"),
    ("a map for a log", torchserve(1), {"columns": {"time": "a"}}, "--map is for tables"),
    ("a unit for a log that says it", torchserve(1), {"unit": DurationUnit.S}, "--unit has no use"),
    ("one snapshot", 'x_seconds_bucket{le="1"} 5\n', {}, "Give two of the same server"),
    ("no zone", torchserve(1), {"zone": None}, "no zone"),
    ("no such zone", torchserve(1), {"zone": "Europa/Berlin"}, "no time zone"),
    (
        "clock back an hour, without zones",
        torchserve(1, at="2026-10-25 02:59:59,000") + torchserve(2, at="2026-10-25 02:00:01,000"),
        {"zone": "UTC"},
        r"line 2: the clock goes back an hour",
    ),
    (
        "the hour that is there twice",
        torchserve(1, at="2026-10-25 02:30:00,000"),
        {"zone": "Europe/Berlin"},
        r"line 1: clocks show that time twice",
    ),
    (
        "the hour that is not there",
        torchserve(1, at="2026-03-29 02:30:00,000"),
        {"zone": "Europe/Berlin"},
        r"line 1: clocks show that time never",
    ),
    ("no unit", table([259, 310, 255]), {}, r"not sure of the unit of column 'latency'.*--unit ms"),
    (
        "the unit of nginx's whole numbers",
        "".join(nginx(n, 118000 + n) for n in range(9)),
        {},
        r"not sure of the unit.*--unit us \(118 ms\)",
    ),
    (
        "two units in nginx's log",
        "".join(nginx(n, "0.118" if n % 2 else 118) for n in range(20)),
        {},
        "two forms",
    ),
    (
        "two units in a table, in turn",
        table([0.25 if n % 2 else 250 for n in range(40)], "latency_s"),
        {},
        r"two groups, about \d+ ms and about \d.* min",
    ),
    (
        "two units in a table, one after the other",
        table([0.25] * 30 + [250] * 30, "latency_s"),
        {},
        "two groups",
    ),
    (
        "seconds as ms",
        table([0.259] * 40, "latency_ms"),
        {},
        r"half of the calls take under 0.2[56]. ms.*--unit s .*if ms is right: --unit ms",
    ),
    (
        "told ms that are s",
        table([0.259] * 40),
        {"unit": DurationUnit.MS},
        r"Another unit: --unit s",
    ),
    (
        "told s that are ms",
        table([259] * 40),
        {"unit": DurationUnit.S},
        r"Another unit: --unit ms \(.*ends with _s",
    ),
    (
        "too many at once",
        table([259] * 40_000, "latency_s").replace("T12:00:", "T12:00:0"),
        {},
        "would run at once",
    ),
    ("no durations", "ts,tokens\n2026-11-01T12:00:00Z,5\n", {}, "unknown is not 0"),
    ("no times", "latency_ms,tokens\n12,5\n", {}, "no column could be recognised as a time"),
    ("two times", "ts,timestamp,took_ms\n1,2,3\n", {}, "not sure which column is the time"),
    ("a column twice", "ts,took_ms,took_ms\na,b,c\n", {}, "names a column twice"),
    ("a map to nothing", table([5]), {"columns": {"time": "when"}}, "no column 'when'"),
    ("a map of nothing", table([5]), {"columns": {"when": "ts"}}, "--map knows no 'when'"),
    ("no numbers", table(["fast"] * 9, "latency_ms"), {}, r"line 2: the duration is not a number"),
    ("below 0", table([-5] * 9, "latency_ms"), {}, r"line 2: the duration is below 0"),
    ("not a number", table(["NaN"] * 9, "latency_ms"), {}, r"line 2: .*not a finite number"),
    ("infinite", table(["inf"] * 9, "latency_ms"), {}, r"line 2: .*not a finite number"),
    (
        "infinite in JSON",
        '{"ts":"2026-11-01T12:00:00Z","took_ms":1}\n' + '{"ts":1,"took_ms":Infinity}\n' * 9,
        {},
        r"line 2: holds NaN or Infinity",
    ),
    ("tomorrow", table([5] * 9, "took_ms", "2026-12-24T12:00"), {}, "line 2: .*in the future"),
    ("a clock not set", table([5] * 9, "took_ms", "1970-01-01T12:00"), {}, "line 2: .*before 2000"),
    ("a date alone", "ts,took_ms\n" + "01.11.2026,5\n" * 3, {}, "line 2: that is not a time"),
    ("values over lines", 'ts,took_ms\n"2026\n01",5\n', {}, "line 2: not CSV, or a value over"),
    ("JSON over lines", '{\n "ts": 1\n}\n', {}, "no line is an object"),
    (
        "an access log of another date form",
        nginx(1, "0.118").replace("Nov", "11"),
        {},
        "not a time",
    ),
]


@pytest.mark.parametrize(("text", "more", "why"), [t[1:] for t in TEXTS], ids=[t[0] for t in TEXTS])
def test_text_is_refused(home: Home, text: str, more: dict[str, object], why: str) -> None:
    file = home.folder / "odd.log"
    file.write_text(text, newline="")
    with pytest.raises(ConsoleError, match=why) as refused:
        home.run(file, **more)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)
    assert home.left == []


BYTES = [
    ("binary", bytes(range(256)) * 9, "no text, gzip or Parquet"),
    ("zip", b"PK\x03\x04rest", "a zip archive"),
    ("zstd", b"\x28\xb5\x2f\xfdrest", "packed by zstd"),
    ("xz", b"\xfd7zXZ\x00rest", "packed by xz"),
    ("bzip2", b"BZh91AYrest", "packed by bzip2"),
    ("UTF-16", torchserve(1).encode("utf-16"), "UTF-16"),
    ("gzip cut off", gzip.compress(torchserve(1).encode() * 999)[:-40], "cut off or damaged"),
    ("gzip damaged", b"\x1f\x8bnonsense here", "cut off or damaged"),
    ("Parquet cut off", b"PAR1 and nothing more", "no Parquet that can be read"),
    ("Latin-1", torchserve(1).replace("predictions", "prédictions").encode("latin-1"), "not UTF-8"),
    ("a line without end", b"x" * 70_000 + b"\n", "longer than 65,536 bytes"),
]


@pytest.mark.parametrize(("content", "why"), [b[1:] for b in BYTES], ids=[b[0] for b in BYTES])
def test_file_is_refused(home: Home, content: bytes, why: str) -> None:
    file = home.folder / "odd.log"
    file.write_bytes(content)
    with pytest.raises(ConsoleError, match=why) as refused:
        home.run(file, format="torchserve" if why.startswith(("not", "longer")) else None)
    assert str(file) in str(refused.value)
    assert home.left == []


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "[Ii]s a directory|not a regular file"),
        (os.mkfifo, "not a regular file"),
    ],
    ids=["missing", "folder", "pipe"],
)
def test_no_file(home: Home, make: Callable[[Path], None], why: str) -> None:
    make(home.folder / "odd.log")
    with pytest.raises(ConsoleError, match=why):
        home.run(home.folder / "odd.log")


def test_file_that_may_not_be_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home.folder / "odd.log"
    file.write_text(torchserve(1))

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("core.servinglog.importing.reading.os.open", refuse)
    with pytest.raises(ConsoleError, match=r"odd\.log: Permission denied"):
        home.run(file)


def test_full_disk_leaves_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home.folder / "good.log"
    file.write_text(torchserve(1))

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(segments.os, "fsync", refuse)
    with pytest.raises(ConsoleError, match="No space left on device; nothing was imported"):
        home.run(file)
    assert home.left == []
    monkeypatch.undo()
    assert home.run(file) == 1


@pytest.mark.parametrize("lines", [1, 999], ids=["at the end", "before the end"])
def test_disk_that_is_full_while_lines_are_written(
    home: Home, monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    file = home.folder / "good.log"
    file.write_text("".join(map(torchserve, range(lines))))

    def open_full(path: Path, flags: int) -> int:
        path.touch()
        return os.open("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(segments, "open_private_file", open_full)
    with pytest.raises(ConsoleError, match="No space left on device; nothing was imported"):
        home.run(file)
    assert home.left == []


def test_file_that_changes_between_the_passes_leaves_nothing(home: Home) -> None:
    file = home.folder / "good.log"
    file.write_text(torchserve(1) + torchserve(2))
    plan = plan_import(ImportRequest(file, Choices(), zone="UTC"), home.ledger, home.clock)
    file.write_text(torchserve(1) + torchserve(3))
    with pytest.raises(ConsoleError, match="changed while it was read"):
        write_import(plan, home.directory, home.ledger, home.clock)
    assert home.left == []


def test_file_that_grows_between_the_passes_enters_as_it_was(home: Home) -> None:
    file = home.folder / "good.log"
    file.write_text(torchserve(1) + torchserve(2))
    plan = plan_import(ImportRequest(file, Choices(), zone="UTC"), home.ledger, home.clock)
    with file.open("a") as more:
        more.write(torchserve(3))
    assert write_import(plan, home.directory, home.ledger, home.clock) == 2
    assert home.run(file) == 1
