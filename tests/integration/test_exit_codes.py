"""The exit code of every command, one table row per cause."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from core import errors
from core.cli.main import main, make_parser
from core.cli.output import EXIT_MEANINGS, ExitCode, exit_code_of
from core.inference.base import BatchResult
from core.inference.fake import POISON, FakeBackend
from core.inference.scorer import Scorer
from core.processes.ports import free_port
from core.services.score import CHUNK_ROWS
from tests.factories import make_services

DEAD = """
[[backend]]
name = "dead"
kind = "tei"
url = "http://127.0.0.1:{port}"
model = "m"
activation = "sigmoid"
labels = {{ toxicity = "toxic" }}
"""


@dataclass
class Place:
    """A separate home, and files to use as arguments."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def write(self, name: str, *rows: object) -> str:
        path = self.folder / name
        path.write_text("\n".join(json.dumps(row) for row in rows))
        return str(path)

    def kill_backend(self) -> None:
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        (home / "backends.toml").write_text(DEAD.format(port=free_port()))
        self.monkeypatch.setenv("MODCONSOLE_BACKEND", "dead")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    monkeypatch.setenv("MODCONSOLE_HACKERNEWS_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("MODCONSOLE_ALGOLIA_URL", f"http://127.0.0.1:{free_port()}")
    return Place(tmp_path, monkeypatch)


def row(number: int, text: object = "fine") -> dict[str, object]:
    return {"id": str(number), "text": text}


def ingested(place: Place, *rows: object) -> None:
    assert main(["ingest", place.write("stored.jsonl", *rows)]) == ExitCode.DONE


def scoring(*rows: object) -> Callable[[Place], list[str]]:
    """`score FILE --out` of these rows."""

    def arguments(place: Place) -> list[str]:
        out = str(place.folder / "out.csv")
        return ["score", place.write("in.jsonl", *rows), "--out", out]

    return arguments


def storing(*rows: object) -> Callable[[Place], list[str]]:
    """`score` after these rows were ingested."""

    def arguments(place: Place) -> list[str]:
        ingested(place, *rows)
        return ["score"]

    return arguments


def with_dead_backend(arguments: Callable[[Place], list[str]]) -> Callable[[Place], list[str]]:
    def made(place: Place) -> list[str]:
        given = arguments(place)
        place.kill_backend()
        return given

    return made


def plain(*arguments: str) -> Callable[[Place], list[str]]:
    return lambda place: [each.replace("{}", str(place.folder)) for each in arguments]


def ingesting(*rows: object) -> Callable[[Place], list[str]]:
    return lambda place: ["ingest", place.write("in.jsonl", *rows)]


DONE, INCOMPLETE, WRONG_USE, NOTHING = list(ExitCode)[:4]
CASES: dict[str, tuple[Callable[[Place], list[str]], ExitCode]] = {
    "ingest, all rows well": (ingesting(row(1)), DONE),
    "ingest, rows without text": (ingesting(row(1, ""), row(2, None)), DONE),
    "ingest, an empty list": (lambda p: ["ingest", p.write("a.json", {"hits": []})], DONE),
    "ingest, one row wrong": (ingesting(row(1), row(2, 5)), INCOMPLETE),
    "ingest, no row right": (ingesting({"odd": 1}), INCOMPLETE),
    "ingest, an unknown document": (lambda p: ["ingest", p.write("a.json", {"e": 1})], WRONG_USE),
    "ingest, nothing named": (plain("ingest"), WRONG_USE),
    "ingest, no such file": (plain("ingest", "{}/no.csv"), WRONG_USE),
    "ingest, one of two files missing": (
        lambda p: ["ingest", "/no/such.csv", p.write("a.jsonl", row(1))],
        WRONG_USE,
    ),
    "ingest, Hacker News silent": (plain("ingest", "--hackernews", "3"), INCOMPLETE),
    "ingest, search silent": (plain("ingest", "--search", "x"), INCOMPLETE),
    "ingest, a flag unknown": (plain("ingest", "--odd"), WRONG_USE),
    "score, nothing waits": (plain("score"), DONE),
    "score, all well": (storing(row(1), row(2)), DONE),
    "score, one text fails": (storing(row(1), row(2, POISON)), INCOMPLETE),
    "score, every text fails": (storing(row(1, POISON), row(2, f"a {POISON}")), NOTHING),
    "score, backend down": (with_dead_backend(storing(row(1))), NOTHING),
    "score, --out without a file": (plain("score", "--out", "x.csv"), WRONG_USE),
    "score, --raw without a file": (plain("score", "--raw"), WRONG_USE),
    "score FILE, all well": (scoring(row(1), row(2)), DONE),
    "score FILE, a row without text": (scoring(row(1), row(2, "")), DONE),
    "score FILE, one text fails": (scoring(row(1), row(2, POISON)), INCOMPLETE),
    "score FILE, one text is a number": (scoring(row(1), row(2, 5)), INCOMPLETE),
    "score FILE, every text fails": (scoring(row(1, POISON), row(2, 5)), NOTHING),
    "score FILE, no row has a text": (scoring(row(1, ""), row(2, "<p></p>")), NOTHING),
    "score FILE, backend down": (with_dead_backend(scoring(row(1))), NOTHING),
    "score FILE, no --out": (plain("score", "{}/in.csv"), WRONG_USE),
    "score FILE, no such file": (plain("score", "{}/no.csv", "--out", "{}/o.csv"), WRONG_USE),
    "score FILE, no such column": (
        lambda p: [*scoring(row(1))(p), "--text-column", "body"],
        WRONG_USE,
    ),
    "explain, a text": (plain("explain", "You idiot"), DONE),
    "explain, no such comment": (plain("explain", "--comment", "9"), WRONG_USE),
    "explain, an empty text": (plain("explain", " "), WRONG_USE),
    "explain, backend down": (with_dead_backend(plain("explain", "You idiot")), NOTHING),
    "key, made": (plain("key", "create", "site"), DONE),
    "key, no home to list from": (plain("key", "list"), WRONG_USE),
    "key, no such key": (plain("key", "revoke", "site"), WRONG_USE),
    "key, no name": (plain("key", "create"), WRONG_USE),
    "cascade, status": (plain("cascade", "status"), DONE),
    "cascade, too few comments": (plain("cascade", "calibrate"), WRONG_USE),
    "cascade, no such file": (plain("cascade", "calibrate", "--file", "{}/no.csv"), WRONG_USE),
    "bench, no such benchmark": (plain("bench", "nothing"), WRONG_USE),
    "bench, a flag of another": (plain("bench", "pipeline", "--soak"), WRONG_USE),
    "bench, no such file": (plain("bench", "local", "--file", "{}/no.csv"), WRONG_USE),
    "export-model, there already": (plain("export-model", __file__), WRONG_USE),
    "model-card, no model": (plain("model-card", "--model", "{}"), WRONG_USE),
    "no command": (plain(), WRONG_USE),
    "no such command": (plain("nothing"), WRONG_USE),
}


def run(arguments: list[str]) -> int:
    """The exit code a shell would see; argparse ends the process itself."""
    try:
        return main(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else -1


@pytest.mark.slow
@pytest.mark.parametrize("cause", CASES)
def test_a_command_ends_with_the_code_of_its_cause(
    place: Place, cause: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, expected = CASES[cause]
    arguments = make(place)
    capsys.readouterr()
    assert run(arguments) == expected
    said = capsys.readouterr().err
    assert "Traceback" not in said
    # What failed says so, and an end without fault is silent.
    assert (re.search(r"^(modconsole|usage)", said, re.MULTILINE) is None) == (expected == DONE)


@pytest.mark.parametrize(
    ("cause", "counts"),
    [
        ("score, nothing waits", (0, 0)),
        ("score, one text fails", (1, 1)),
        ("score, every text fails", (0, 2)),
        ("score, backend down", None),
        ("score FILE, one text fails", (1, 1)),
        ("score FILE, every text fails", (0, 2)),
        ("score FILE, backend down", None),
        ("score FILE, no such column", None),
    ],
)
def test_the_last_line_of_score_is_json_for_schedulers(
    place: Place,
    cause: str,
    counts: tuple[int, int] | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make, _ = CASES[cause]
    arguments = make(place)
    capsys.readouterr()
    run(arguments)
    last = (capsys.readouterr().out.splitlines() or [""])[-1]
    if counts is None:
        assert not last.startswith("{")
    else:
        facts = json.loads(last)
        assert (facts["scored_count"], facts["failed_count"]) == counts


def test_an_unreadable_setting_is_wrong_use(place: Place) -> None:
    place.monkeypatch.setenv("MODCONSOLE_API_PORT", "eighty")
    assert main(["score"]) == WRONG_USE


def test_an_interruption_keeps_what_was_committed(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    ingested(place, row(1))
    place.monkeypatch.setattr("core.cli.score.build_services", stop)
    assert main(["score"]) == ExitCode.INTERRUPTED
    assert "what was committed is kept" in capsys.readouterr().err


class DyingBackend(FakeBackend):
    """Answers its first call and fails all later ones."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        answer = super().score(texts)
        self.is_down = True
        return answer


def test_a_backend_that_dies_half_way_leaves_the_rest_waiting(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    ingested(place, *(row(number) for number in range(2 * CHUNK_ROWS)))
    services = make_services(place.folder / "home")
    vars(services)["scorer"] = Scorer(DyingBackend(), services.serving_log, services.clock)
    place.monkeypatch.setattr("core.cli.score.build_services", lambda *_, **__: services)
    capsys.readouterr()
    assert main(["score"]) == ExitCode.INCOMPLETE
    said = capsys.readouterr()
    assert f"Scored {CHUNK_ROWS} comments" in said.out
    assert "run `modconsole score` again" in said.err
    place.monkeypatch.undo()
    with services.context.store.read() as reader:
        assert reader.count_waiting() == CHUNK_ROWS


def test_a_second_run_of_what_failed_is_done_once_it_is_mended(place: Place) -> None:
    file = place.write("in.jsonl", row(1), row(2, 5))
    assert main(["ingest", file]) == INCOMPLETE
    place.write("in.jsonl", row(1), row(2, "mended"))
    assert main(["ingest", file]) == DONE


def test_every_code_has_a_meaning_and_every_error_a_code() -> None:
    assert list(EXIT_MEANINGS) == list(ExitCode)
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.ConsoleError):
            assert exit_code_of(kind) in EXIT_MEANINGS


def test_the_page_of_commands_has_every_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    for code, meaning in EXIT_MEANINGS.items():
        assert f"| {code.value} | {meaning} |" in page
    assert make_parser().prog in page
