"""Whatever a remote backend does: the kind, the attempts, the moderator's words, nothing lost.

Every fault goes the whole way: a comment comes in over the API's use case, the backend fails, the
comment is held for a person who is told why; then the backend is well again and the comment is
scored and decided on.
"""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import Services
from core.clock import Clock, system_clock
from core.errors import BackendError
from core.inference.base import OUTAGES, Backend, ErrorKind
from core.inference.batching import Scorer
from core.inference.circuit import CircuitRule
from core.inference.remote import transport
from core.inference.remote.backend import RemoteBackend
from core.moderation.cases import CaseStatus, CaseTrigger
from core.moderation.comments import Revision
from core.moderation.decisions import DecisionSource
from core.moderation.policies import Action
from core.services.queries import load_case
from core.services.rescore import rescore_failed
from core.services.score import score_now, score_waiting
from core.servinglog.memory import MemoryLog
from dashboard.components.why_flagged import unscored_line
from dashboard.wording import FAILURES
from tests.contract.remote_configs import config_of, open_remote
from tests.contract.remote_server import Asked, RemoteServer, Told, logits_of, pairs
from tests.factories import CLEAN, HELD, MODERATOR, REMOVED, chain_of, make_services, posted
from tests.integration.faulty_server import (
    Behaviour,
    FaultyServer,
    cut_short,
    hang_up,
    not_http,
    reset,
    self_signed,
    silence,
    slow_body,
    slow_headers,
    tei_answer,
)
from tests.integration.hackernews_site import free_port

NEVER_OPENS = CircuitRule(failure_limit=10_000)


class Sleeper:
    """Time that passes at once when somebody sleeps, and as usual else."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def clock(self) -> Clock:
        real = system_clock().monotonic
        return Clock(now=lambda: datetime.now(UTC), monotonic=lambda: real() + sum(self.slept))


@dataclass
class Console:
    """A console over a backend of its own, with what was logged."""

    services: Services
    sleeper: Sleeper = field(default_factory=Sleeper)
    log: MemoryLog = field(default_factory=MemoryLog)

    def scorer(self, backend: Backend) -> Scorer:
        return Scorer(backend, self.log, self.services.clock)

    def backend(self, folder: Path, url: str, kind: str = "tei", **more: Any) -> Backend:
        """Impatient, and with a circuit that stays closed."""
        times = {"connect_timeout_s": 0.5, "timeout_s": 0.15, "total_s": 60, "loading_s": 20}
        config = config_of(folder, url, kind, **{**times, **more})
        return open_remote(
            config, self.sleeper.clock(), sleep=self.sleeper.sleep, circuit_rule=NEVER_OPENS
        )

    def decide_now(self, scorer: Scorer, *texts: str) -> list[Revision]:
        revisions = [posted(self.services, text) for text in texts]
        with self.services.context.store.read() as reader:
            policy = reader.current_policy()
        assert policy is not None
        score_now(self.services.context, scorer, policy, revisions)
        return revisions

    def waiting(self) -> int:
        with self.services.context.store.read() as reader:
            return reader.count_waiting()


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    services = make_services(tmp_path / "home")
    yield Console(services)
    services.context.store.close()


@pytest.fixture
def server() -> Iterator[RemoteServer]:
    with RemoteServer() as running:
        yield running


def always(status: int, body: Any = b"", **headers: str) -> Callable[[Asked], Told]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _asked: Told(body, status, named)


def good(body: Any) -> Callable[[Asked], Told]:
    return lambda _asked: Told(body)


def rows(change: Callable[[list[Any]], Any]) -> Callable[[Asked], Told]:
    """A good answer of text-embeddings-inference, changed."""

    def answer(asked: Asked) -> Told:
        texts = [one[0] for one in asked.body["inputs"]] if asked.body else []
        return Told(change([pairs(logits_of(text)) for text in texts]))

    return answer


K = ErrorKind
LOADING = {"error": "Model x is currently loading", "estimated_time": 20.0}
QUOTA = {"error": {"code": "insufficient_quota", "type": "insufficient_quota", "message": "x"}}
ANSWERS: list[tuple[str, Callable[[Asked], Told], ErrorKind, int]] = [
    ("400", always(400), K.BAD_INPUT, 1),
    ("401", always(401), K.AUTH, 1),
    ("402", always(402), K.QUOTA, 1),
    ("403", always(403), K.AUTH, 1),
    ("404", always(404), K.NOT_FOUND, 1),
    ("408", always(408), K.TIMEOUT, 3),
    ("413", always(413), K.BAD_INPUT, 1),
    ("415", always(415), K.BAD_INPUT, 1),
    ("422", always(422), K.BAD_INPUT, 1),
    ("424", always(424), K.BACKEND, 1),
    ("425", always(425), K.BACKEND, 3),
    ("429 storm", always(429), K.RATE_LIMITED, 3),
    ("429 for an hour", always(429, Retry_After="3600"), K.RATE_LIMITED, 1),
    ("429 quota", always(429, QUOTA), K.QUOTA, 1),
    ("500", always(500), K.BACKEND, 3),
    ("502", always(502), K.BACKEND, 3),
    ("503", always(503), K.BACKEND, 3),
    ("503 loading", always(503, LOADING), K.LOADING, 3),
    ("504", always(504), K.TIMEOUT, 3),
    ("redirect", always(302, Location="http://127.0.0.1:1/"), K.REDIRECT, 1),
    ("303", always(303, Location="/elsewhere"), K.REDIRECT, 1),
    ("malformed JSON", good(b'[[{"label": "toxic", '), K.BAD_SHAPE, 1),
    ("HTML", good(b"<html>Good morning</html>"), K.BAD_SHAPE, 1),
    ("not UTF-8", good(b'"\xff\xfe'), K.BAD_SHAPE, 1),
    ("empty", good(b""), K.BAD_SHAPE, 1),
    ("nested too deep", good(b"[" * 40_000), K.BAD_SHAPE, 1),
    ("wrong shape: object", good({"scores": [0.1]}), K.BAD_SHAPE, 1),
    ("wrong shape: null", good(None), K.BAD_SHAPE, 1),
    ("wrong shape: numbers", rows(lambda found: [0.5 for _ in found]), K.BAD_SHAPE, 1),
    ("wrong shape: texts", rows(lambda f: [[{"label": "toxic", "score": "1"}]] * len(f)),
     K.BAD_SHAPE, 1),
    ("one too few", rows(lambda found: found[:-1]), K.BAD_SHAPE, 1),
    ("one too many", rows(lambda found: [*found, found[0]]), K.BAD_SHAPE, 1),
    ("top 1", rows(lambda found: [row[:1] for row in found]), K.BAD_SHAPE, 1),
    ("another model's labels", rows(lambda f: [[{"label": "LABEL_0", "score": 0.1},
                                                {"label": "LABEL_1", "score": 0.9}]] * len(f)),
     K.BAD_SHAPE, 1),
    ("oversized", good(b" " * 60_000), K.TOO_LARGE, 1),
    ("oversized once unpacked", lambda _asked: Told(
        gzip.compress(b" " * 1_000_000), 200, {"Content-Encoding": "gzip"}), K.TOO_LARGE, 1),
    ("no gzip at all", always(200, b"plain", Content_Encoding="gzip"), K.BACKEND, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer", "kind", "attempts"), ANSWERS, ids=[a[0] for a in ANSWERS]
)
def test_bad_answer_is_named_and_loses_nothing(
    name: str,
    answer: Callable[[Asked], Told],
    kind: ErrorKind,
    attempts: int,
    console: Console,
    server: RemoteServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", 50_000)
    backend = console.backend(tmp_path, server.url, timeout_s=2)
    backend.load()
    server.asked.clear()
    server.override = answer
    held = check_held(console, backend, kind, attempts)
    # What is not an outage by its kind is asked once more, with a harmless text.
    # One that it refuses for its text is halved first.
    extra = 3 if kind is K.BAD_INPUT else kind not in OUTAGES
    assert len(server.asked) == attempts + extra
    server.override = lambda _asked: None
    check_scored(console, console.backend(tmp_path, server.url, timeout_s=2), held)
    backend.close()


SOCKETS: list[tuple[str, Behaviour, ErrorKind]] = [
    ("silence", silence, K.TIMEOUT),
    ("slow headers", slow_headers, K.TIMEOUT),
    ("slow body", slow_body, K.TIMEOUT),
    ("hung up", hang_up, K.CONNECT),
    ("reset in the body", reset, K.CONNECT),
    ("cut short", cut_short, K.CONNECT),
    ("not HTTP", not_http, K.CONNECT),
]


@pytest.mark.parametrize(("name", "behaviour", "kind"), SOCKETS, ids=[s[0] for s in SOCKETS])
def test_bad_connection_is_tried_three_times_and_loses_nothing(
    name: str,
    behaviour: Behaviour,
    kind: ErrorKind,
    console: Console,
    server: RemoteServer,
    tmp_path: Path,
) -> None:
    with FaultyServer(behaviour) as faulty:
        backend = checked(console.backend(tmp_path, faulty.url))
        held = check_held(console, backend, kind, attempts=3)
        assert faulty.connections == 3 + (kind not in OUTAGES)
        assert faulty.stayed == 0
        backend.close()
    check_scored(console, console.backend(tmp_path, server.url, timeout_s=2), held)


def test_refused_connection_is_tried_three_times_and_loses_nothing(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    backend = checked(console.backend(tmp_path, f"http://127.0.0.1:{free_port()}"))
    held = check_held(console, backend, K.CONNECT, attempts=3)
    assert len(console.sleeper.slept) == 2
    check_scored(console, console.backend(tmp_path, server.url, timeout_s=2), held)


def test_name_that_is_nobodys_is_a_refused_connection(console: Console, tmp_path: Path) -> None:
    backend = checked(console.backend(tmp_path, "http://nobody.invalid"))
    check_held(console, backend, K.CONNECT, attempts=3)


def test_plain_server_behind_https_is_never_spoken_to(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    backend = checked(console.backend(tmp_path, server.url.replace("http:", "https:")))
    held = check_held(console, backend, K.TLS, attempts=1)
    assert server.asked == []
    check_scored(console, console.backend(tmp_path, server.url, timeout_s=2), held)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_certificate_nobody_trusts_is_refused_until_it_is_named(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    certificate, context = self_signed(tmp_path)
    with FaultyServer(tei_answer, context) as faulty:
        backend = checked(console.backend(tmp_path, faulty.url))
        held = check_held(console, backend, K.TLS, attempts=1)
        named = console.backend(tmp_path, faulty.url, timeout_s=2, ca_file=str(certificate))
        assert named.health() is None
    check_scored(console, console.backend(tmp_path, server.url, timeout_s=2), held)


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-0.1", "1.5", "1e999"])
def test_score_that_is_none_condemns_its_text_alone(
    console: Console, server: RemoteServer, tmp_path: Path, bad: str
) -> None:
    backend = console.backend(tmp_path, server.url, "console", timeout_s=2)
    backend.load()

    def answer(asked: Asked) -> Told:
        names = [str(label) for label in backend.info.labels]
        found = [
            {"modconsole": {"scores": dict.fromkeys(names, 1e300 if text == REMOVED else 0.01)}}
            for text in asked.body["input"]
        ]
        body = json.dumps({"model": "m", "results": found}).replace("1e+300", bad)
        return Told(body.encode())

    server.override = answer
    bad_one, good_one = console.decide_now(console.scorer(backend), REMOVED, CLEAN)
    assert [past.action for past in chain_of(console.services, good_one)] == [Action.APPROVE]
    (held,) = chain_of(console.services, bad_one)
    assert (held.action, held.source) == (Action.HOLD, DecisionSource.FAILURE_POLICY)
    view = load_case(console.services.context, MODERATOR, bad_one.id)
    assert view.failure is K.BAD_SCORE
    server.override = lambda _asked: None
    check_scored(console, console.backend(tmp_path, server.url, "console"), [bad_one])


def test_results_with_indexes_are_put_back_in_order(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    """vLLM numbers its results; the stand-in sends them last first. The other protocols number
    nothing: there a changed order can't be seen."""
    backend = console.backend(tmp_path, server.url, "vllm", timeout_s=2)
    clean, removed = console.decide_now(console.scorer(backend), CLEAN, REMOVED)
    assert chain_of(console.services, clean)[-1].action is Action.APPROVE
    assert chain_of(console.services, removed)[-1].action is Action.REMOVE


@pytest.mark.parametrize("indexes", [[0, 0], [0, 2], [None, 1], ["0", "1"], [True, False]])
def test_results_with_wrong_indexes_are_refused(
    console: Console, server: RemoteServer, tmp_path: Path, indexes: list[Any]
) -> None:
    backend = console.backend(tmp_path, server.url, "vllm", timeout_s=2)
    backend.load()
    item = {"probs": [0.1] * 5}
    server.override = good({"data": [{"index": index, **item} for index in indexes]})
    check_held(console, backend, K.BAD_SHAPE, attempts=1)


def test_one_text_that_breaks_the_server_is_found_and_the_rest_are_scored(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    backend = console.backend(tmp_path, server.url, timeout_s=2)
    server.override = lambda asked: (
        Told(b"", 500) if asked.body and ["poison"] in asked.body["inputs"] else None
    )
    texts = [CLEAN] * 9 + ["poison"] + [REMOVED] * 6
    revisions = [posted(console.services, text) for text in texts]
    report = list(score_waiting(console.services.context, console.scorer(backend)))[-1]
    assert (report.decided, report.failed) == (16, 1)
    actions = [chain_of(console.services, revision)[-1].action for revision in revisions]
    assert actions == [Action.APPROVE] * 9 + [Action.HOLD] + [Action.REMOVE] * 6


def test_comments_that_wait_keep_waiting_through_an_outage(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    backend = console.backend(tmp_path, server.url, timeout_s=2)
    revisions = [posted(console.services, text) for text in [CLEAN, REMOVED, HELD] * 7]
    server.override = always(503)
    with pytest.raises(BackendError, match="answered 503, 3 attempts"):
        list(score_waiting(console.services.context, console.scorer(backend)))
    assert console.waiting() == 21
    server.override = lambda _asked: None
    list(score_waiting(console.services.context, console.scorer(backend)))
    assert console.waiting() == 0
    assert all(len(chain_of(console.services, revision)) == 1 for revision in revisions)


def test_half_of_a_call_that_a_limit_cut_off_is_kept_and_the_rest_waits(
    console: Console, server: RemoteServer, tmp_path: Path
) -> None:
    """One text a call, and the sixth is refused for an hour: five answers were paid for."""
    backend = console.backend(tmp_path, server.url, "perspective", timeout_s=2, concurrency=1)
    backend.load()
    server.asked.clear()
    server.override = lambda _asked: (
        Told(b"", 429, {"Retry-After": "3600"}) if len(server.asked) > 5 else None
    )
    revisions = [posted(console.services, CLEAN) for _ in range(12)]
    with pytest.raises(BackendError, match="my-perspective"):
        list(score_waiting(console.services.context, console.scorer(backend)))
    decided = [revision for revision in revisions if chain_of(console.services, revision)]
    assert len(decided) == 5
    assert console.waiting() == 7
    assert len(server.asked) == 6  # the circuit took the rest


def checked(backend: Backend) -> Backend:
    """As if it had been well at the start: only the fault is asked for."""
    assert isinstance(backend, RemoteBackend)
    backend._is_checked = True
    return backend


def check_held(
    console: Console, failing: Backend, kind: ErrorKind, attempts: int
) -> list[Revision]:
    """Two comments are held for a person, who is told why; nothing waits, nothing is approved."""
    revisions = console.decide_now(console.scorer(failing), CLEAN, REMOVED)
    assert console.waiting() == 0
    for revision in revisions:
        (decision,) = chain_of(console.services, revision)
        assert (decision.action, decision.source) == (Action.HOLD, DecisionSource.FAILURE_POLICY)
        assert decision.scores == {}
        view = load_case(console.services.context, MODERATOR, revision.id)
        assert (view.case.trigger, view.case.status) == (CaseTrigger.NOT_SCORED, CaseStatus.OPEN)
        assert view.failure is kind
        line = f"This comment could not be scored: {FAILURES[kind]}; a person decides unaided."
        assert unscored_line(view) == line
    record = console.log.records[0]
    assert (record.error_kind, record.attempts, record.batch_size) == (kind, attempts, 2)
    return revisions


def check_scored(console: Console, well: Backend, revisions: list[Revision]) -> None:
    """Once a backend answers they are decided on by rule: the clean one and the other one."""
    list(rescore_failed(console.services.context, console.scorer(well)))
    for revision in revisions:
        decision = chain_of(console.services, revision)[-1]
        expected = Action.APPROVE if revision.text == CLEAN else Action.REMOVE
        assert (decision.action, decision.source) == (expected, DecisionSource.RULE)
        assert decision.scores
        with console.services.context.store.read() as reader:
            case = reader.case_of(revision.id)
        assert case is not None
        assert case.status is CaseStatus.CLOSED
    well.close()
