"""Comments held because they were not read to their end are scored again once more is read."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap.services import Services, build_services
from core.cli.main import main
from core.config import Settings
from core.inference.base import BatchResult
from core.inference.fake import POISON, FakeBackend
from core.inference.scorer import Scorer
from core.moderation.audit import READ_LIMIT, AuditKind
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.policies import Action
from core.services.rescore import RescoringReport, has_unscored, rescore
from core.serving.rescoring import Rescoring
from core.servinglog.record import DiscardingLog
from tests.factories import chain_of, decided, make_services, posted
from tests.integration.test_long_comments import LONG
from tests.submitting import score_now

pytestmark = pytest.mark.slow

WHOLE = "All of it is fine. " * 10 + "All of it."
ABUSE_AT_END = WHOLE + " You idiot."


class Reads(FakeBackend):
    """Reads so many characters of a text (0: all), and counts the texts it was asked about."""

    def __init__(self, chars: int) -> None:
        super().__init__()
        self._info = replace(self._info, max_tokens=chars)
        self.asked = 0

    def score(self, texts: Sequence[str]) -> BatchResult:
        self.asked += len(texts)
        most = self.info.max_tokens or 10**9
        answer = super().score([text[:most] for text in texts])
        unread = [max(0, len(text) - most) for text in texts]
        results = zip(answer.results, unread, strict=True)
        return replace(
            answer, results=tuple(replace(each, unread_chars=left) for each, left in results)
        )


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Services]:
    services = make_services(tmp_path)
    yield services
    services.close()


def scorer(services: Services, chars: int) -> tuple[Scorer, Reads]:
    backend = Reads(chars)
    return Scorer(backend, DiscardingLog(), services.clock), backend


def held(services: Services, text: str, chars: int) -> Revision:
    revision = posted(services, text)
    with services.context.store.read() as reader:
        policy = reader.policy_in_force()
    score_now(services.context, scorer(services, chars)[0], policy, [revision])
    assert current(services, revision).source is DecisionSource.NOT_READ_WHOLE
    return revision


def current(services: Services, revision: Revision) -> Decision:
    return chain_of(services, revision)[-1]


def run(services: Services, chars: int) -> tuple[RescoringReport, int]:
    """What came of it, and how many texts were scored."""
    by, backend = scorer(services, chars)
    report = RescoringReport()
    for found in rescore(services.context, by):
        report = found
    with services.context.store.read() as reader:
        assert not has_unscored(reader, by)
    return report, backend.asked


def test_once_more_is_read_they_are_decided_on_again(site: Services) -> None:
    fine, abuse = held(site, WHOLE, 100), held(site, ABUSE_AT_END, 100)
    report, asked = run(site, 1_000)
    assert (report.decided, asked) == (2, 2)
    assert current(site, fine).action is Action.APPROVE
    assert current(site, fine).unread_chars == 0
    now = current(site, abuse)
    assert (now.action, now.source, now.reason_code) == (
        Action.HOLD,
        DecisionSource.RULE,
        "harassment",
    )
    with site.context.store.read() as reader:
        assert not reader.revisions_not_read_whole(10, None)
        (event,) = reader.audit_trail(READ_LIMIT)
    assert (event.kind, event.data) == (AuditKind.READ_LIMIT_NOTED, {"most_tokens": "1000"})


def test_a_part_more_is_a_decision_too_and_the_same_part_is_none(site: Services) -> None:
    revision = held(site, WHOLE, 100)
    report, asked = run(site, 100)
    assert (report.decided, len(report.failed), asked) == (0, 0, 1)
    report, _ = run(site, 150)
    assert report.decided == 1
    assert current(site, revision).unread_chars == len(WHOLE) - 150
    assert len(chain_of(site, revision)) == 2


def test_nothing_is_scored_again_at_a_limit_that_was_tried(site: Services) -> None:
    held(site, WHOLE, 100)
    assert run(site, 100)[1] == 1
    assert run(site, 100)[1] == 0
    assert run(site, 50)[1] == 0
    # Raised again: what was held at the lower limit is read on.
    low = held(site, ABUSE_AT_END, 50)
    assert run(site, 100)[1] == 2
    assert current(site, low).unread_chars == len(ABUSE_AT_END) - 100


def test_a_backend_without_a_known_limit_is_tried_once(site: Services) -> None:
    revision = held(site, WHOLE, 100)
    run(site, 100)
    assert run(site, 0)[1] == 1
    assert current(site, revision).action is Action.APPROVE
    held(site, WHOLE + " More.", 100)
    assert run(site, 0)[1] == 0


def test_what_a_person_decided_stays(site: Services) -> None:
    revision = held(site, WHOLE, 100)
    made = decided(site, revision, Action.REMOVE)
    assert run(site, 1_000) == (RescoringReport(), 0)
    assert current(site, revision).id == made.id


def test_a_text_that_fails_now_stays_as_it_is(site: Services) -> None:
    revision = held(site, f"{WHOLE} {POISON}", 100)
    before = current(site, revision)
    by, _ = scorer(site, 1_000)
    reports = list(rescore(site.context, by))
    assert reports[-1].failed == {revision.id}
    assert current(site, revision) == before


def test_the_api_scores_them_when_it_looks(site: Services) -> None:
    revision = held(site, WHOLE, 100)
    by, _ = scorer(site, 1_000)
    looking = Rescoring(site.context, by, every_s=30.0)
    assert looking.look() == 1
    assert current(site, revision).action is Action.APPROVE
    assert looking.look() == 0


def test_a_raised_setting_reaches_them_by_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the shipped model."""
    settings = Settings(home=tmp_path, grace_s=0)
    low = build_services(replace(settings, read_chars=900), worker="low")
    revision = posted(low, LONG)
    with low.context.store.read() as reader:
        policy = reader.policy_in_force()
    score_now(low.context, low.scorer, policy, [revision])
    assert current(low, revision).source is DecisionSource.NOT_READ_WHOLE
    low.close()
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path))
    assert main(["score"]) == 0
    assert "not read to their end: 1 are scored now" in capsys.readouterr().out
    later = build_services(settings, worker="later")
    now = current(later, revision)
    assert (now.action, now.unread_chars) == (Action.APPROVE, 0)
    later.close()
