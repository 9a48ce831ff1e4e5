"""What a server told of its time reaches the record, beside the waits here."""

from collections.abc import Sequence

from core.clock import system_clock
from core.inference.base import BatchResult
from core.inference.batching.batch_queue import Waiting
from core.inference.batching.shares import share_out
from core.inference.fake import FakeBackend
from core.inference.remote.call_metadata import measured
from core.inference.remote.caller import CompletedCall
from core.inference.remote.transport import HttpResponse
from core.inference.remote.wire_format import ServerMetadata
from core.inference.scorer import Scorer
from core.servinglog.memory import MemoryLog
from core.servinglog.record import Mode

TOLD = ServerMetadata(server_ms=30.0, queue_ms=8.0, tokenize_ms=1.0, compute_ms=20.0)
CALL = measured(CompletedCall(HttpResponse({}, {}, 44.0), None, 2, 1.5, "id"), TOLD)


class Remote(FakeBackend):
    """Answers as a server in whose headers the times stand."""

    def score(self, texts: Sequence[str]) -> BatchResult:
        return BatchResult(super().score(texts).results, CALL)


def test_a_servers_queue_is_kept_apart_from_the_wait_here() -> None:
    assert (CALL.queue_ms, CALL.server_queue_ms, CALL.server_ms, CALL.wait_ms) == (8, 8, 30, 1.5)
    waiting = Waiting(["a"], tokens=1, queued_at=1.0)
    answer = BatchResult(FakeBackend().score(["a"]).results, CALL)
    (shared,) = share_out(answer, [waiting], began=1.004, ended=1.1)
    assert round(shared.call.queue_ms or 0, 6) == 12.0
    assert shared.call.server_queue_ms == 8.0


def test_the_record_has_them() -> None:
    log = MemoryLog()
    Scorer(Remote(), log, system_clock()).score(["a"], Mode.REALTIME)
    (record,) = log.records
    assert (record.server_ms, record.server_queue_ms, record.wait_ms) == (30.0, 8.0, 1.5)


def test_what_a_server_does_not_tell_is_none_in_the_record() -> None:
    silent = measured(
        CompletedCall(HttpResponse({}, {}, 44.0), None, 1, 0.0, "id"), ServerMetadata()
    )
    assert (silent.server_ms, silent.server_queue_ms, silent.network_ms) == (None, None, None)
