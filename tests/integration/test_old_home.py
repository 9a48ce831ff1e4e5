"""A home written by version 0.1.0 opens with the present code, and nothing in it is lost."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap.services import Services, build_services
from core.bootstrap.sources import file_source
from core.clock import Clock, system_clock
from core.config import Settings
from core.moderation.alike import signature_of
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import Visibility
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.hearing import hear_appeal, take_first_look
from core.services.ingest import ingest
from core.services.lookup import look_up
from core.services.queries import load_case
from core.services.review import Review, decide_case
from core.services.score import score_waiting
from core.serving.api_keys import KeyFolder
from core.serving.key_ring import KeyRing
from core.serving.process import ApiProcess
from core.servinglog.queries import ServingLogQueries
from core.servinglog.windows import Window
from tests.factories import listed
from tests.state_checks import broken_invariants, place_of

HOME = Path(__file__).parents[1] / "homes" / "0.1.0"
NOW = datetime(2026, 11, 2, tzinfo=UTC)
LENA, MINA = Actor("lena", Role.LEAD), Actor("mina", Role.MODERATOR)
ACCOUNT: dict[str, Any] = json.loads((HOME / "account.json").read_text())
COMMENTS: dict[str, dict[str, Any]] = ACCOUNT["comments"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the old home, for writing."""
    return shutil.copytree(HOME, tmp_path / "home")


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    clock = Clock(now=lambda: NOW, monotonic=system_clock().monotonic)
    settings = Settings(home=home, backend="fake", cache_size=0)
    opened = build_services(settings, worker="today", clock=clock)
    yield opened
    opened.close()


def take(services: Services, path: Path) -> Any:
    items = file_source(path, "harbour").read()
    return list(ingest(services.context, SYSTEM, items))[-1]


def test_every_comment_is_found_with_its_decisions_case_and_trail(services: Services) -> None:
    with services.context.store.read() as reader:
        for name, known in COMMENTS.items():
            comment = reader.comment_by_source("harbour", name)
            assert comment is not None
            revision = reader.latest_revision(comment.id)
            assert revision is not None
            case = reader.case_of(revision.id)
            chain = reader.decision_chain(revision.id)
            trail = reader.audit_trail(revision.id)
            assert {
                "revision": revision.id,
                "reference": revision.reference,
                "number": revision.number,
                "author": comment.author,
                "text": revision.text,
                "decisions": [[past.action, past.source, past.actor] for past in chain],
                "case": case.status if case else None,
                "visibility": known["visibility"],
                "audit": [event.kind for event in trail],
            } == known
            assert all(past.effective_at == past.decided_at for past in chain)
            answer = look_up(services.context, revision.reference)
            assert answer.statement.visibility == known["visibility"]
            assert (answer.text, answer.changed) == (revision.text, None)
    assert broken_invariants(place_of(services.settings)) == {}


@pytest.mark.parametrize("name", sorted(ACCOUNT["old"]))
def test_text_that_was_edited_away_is_found_by_its_reference(services: Services, name: str) -> None:
    known = ACCOUNT["old"][name]
    answer = look_up(services.context, known["reference"])
    assert answer.reference == COMMENTS[name]["reference"]
    assert answer.changed is not None
    assert answer.changed.text == known["text"]
    with services.context.store.read() as reader:
        chain = reader.decision_chain(known["revision"])
        assert [[past.action, past.source, past.actor] for past in chain] == known["decisions"]
        case = reader.case_of(known["revision"])
        assert case is not None
        assert case.status is CaseStatus.CLOSED


def test_appeals_are_found_and_the_pending_one_is_heard(services: Services) -> None:
    with services.context.store.read() as reader:
        for known in ACCOUNT["appeals"].values():
            appeal = reader.appeal(known["id"])
            assert appeal is not None
            found = (appeal.id, appeal.status.value, appeal.words, appeal.heard_by)
            assert found == (known["id"], known["status"], known["words"], known["heard_by"])
    pending = ACCOUNT["appeals"]["appeal-pending"]["id"]
    take_first_look(services.context, LENA, pending, Action.APPROVE)
    hear_appeal(services.context, LENA, pending, overturn=True, reason="It is a quotation.")
    answer = look_up(services.context, COMMENTS["appeal-pending"]["reference"])
    assert answer.statement.visibility is Visibility.VISIBLE


def test_texts_of_old_cases_are_found_by_new_ones_like_them(services: Services) -> None:
    old = listed(services)
    with services.context.store.read() as reader:
        texts = [reader.near_cases([case.revision_id])[0].text for case in old]
        for case, text in zip(old, texts, strict=True):
            signature = signature_of(text)
            assert case.revision_id in reader.same_waiting(signature.text_key, 100)
            if signature.bands:
                other = signature_of(f"{text} {text[:9]}")
                assert case.revision_id in reader.near_waiting(other, 100, least=0.5)
    assert old


def test_policies_keep_their_content_and_digest(services: Services) -> None:
    with services.context.store.read() as reader:
        policies = [reader.policy(version) for version in ACCOUNT["policies"]]
        assert reader.policy_in_force() == policies[-1]
    assert all(policy is not None and policy.reason_precedence == () for policy in policies)
    with closing(sqlite3.connect(services.settings.state_path)) as raw:
        digests = raw.execute("SELECT digest FROM policies").fetchall()
        before = sqlite3.connect(f"file:{HOME / 'state.db'}?mode=ro&immutable=1", uri=True)
        with closing(before):
            assert before.execute("SELECT digest FROM policies").fetchall() == digests


def test_serving_log_and_api_key_are_still_used(services: Services) -> None:
    log = ServingLogQueries(services.settings.serving_log_dir)
    assert sum(1 for _ in (HOME / "serving-log").glob("*.jsonl")) == 1
    assert log.summary(Window(NOW - timedelta(days=2), NOW)).calls > 0
    ring = KeyRing(KeyFolder(services.settings.api_keys_dir), services.clock.monotonic)
    holder = ring.holder(ACCOUNT["api_key"])
    assert holder is not None
    assert holder.name == "harbour-site"
    assert ApiProcess(services).access.refusal("/v1/comments", {}) is not None


def test_same_files_again_are_no_edit_although_the_cleaning_has_changed(
    services: Services,
) -> None:
    edited = {"escalated-edited", "removed-edited"}
    with services.context.store.read() as reader:
        before = {name: reader.comment_by_source("harbour", name) for name in COMMENTS}
    for name in ("comments.jsonl", "edits.jsonl", "late.jsonl"):
        path = services.settings.home / name
        if name == "comments.jsonl":  # the edited ones came later with other words
            rows = [json.loads(line) for line in path.read_text().splitlines()]
            kept = [json.dumps(row) for row in rows if row["id"] not in edited]
            path.write_text("\n".join(kept) + "\n")
        report = take(services, path)
        assert (report.stored, report.edited, report.rejected) == (0, 0, 0)
    with services.context.store.read() as reader:
        assert {name: reader.comment_by_source("harbour", name) for name in COMMENTS} == before


def test_author_and_time_of_an_unnamed_comment_are_filled_in(services: Services) -> None:
    path = services.settings.home / "corrected.jsonl"
    row = {
        "id": "unnamed-1",
        "text": "I agree with that.",
        "author": "nora",
        "created_at": "2026-10-30T08:00:00Z",
    }
    path.write_text(json.dumps(row) + "\n")
    report = take(services, path)
    assert (report.unchanged, report.completed) == (1, 1)
    with services.context.store.read() as reader:
        comment = reader.comment_by_source("harbour", "unnamed-1")
    assert comment is not None
    assert comment.author == "nora"
    assert comment.created_at == datetime(2026, 10, 30, 8, tzinfo=UTC)


def test_work_goes_on(services: Services) -> None:
    (report,) = score_waiting(services.context, services.scorer)
    assert report.decided == 1
    held = COMMENTS["held-1"]
    review = Review(held["revision"], 1, Action.APPROVE, "today")
    decide_case(services.context, MINA, review)
    assert load_case(services.context, MINA, held["revision"]).case.status is CaseStatus.CLOSED
    unnamed = load_case(services.context, MINA, COMMENTS["unnamed-2"]["revision"])
    assert unnamed.author is None


def test_appeal_left_pending_by_an_edit_is_closed_when_the_home_is_opened(home: Path) -> None:
    appeal = ACCOUNT["appeals"]["appeal-pending"]
    gone = ACCOUNT["old"]["removed-edited"]["revision"]
    with closing(sqlite3.connect(home / "state.db")) as raw, raw:
        decision = raw.execute(
            "SELECT current_decision_id FROM revisions WHERE id = ?", [gone]
        ).fetchone()
        raw.execute(
            "UPDATE appeals SET revision_id = ?, decision_id = ? WHERE id = ?",
            [gone, *decision, appeal["id"]],
        )
    services = build_services(Settings(home=home, backend="fake"), worker="today")
    answer = look_up(services.context, ACCOUNT["old"]["removed-edited"]["reference"])
    with services.context.store.read() as reader:
        kinds = [event.kind for event in reader.audit_trail(gone)]
    services.close()
    assert answer.changed is not None
    closed = answer.changed.statement.appeal
    assert closed is not None
    assert (closed.status, closed.words) == (AppealStatus.CLOSED, appeal["words"])
    assert kinds[-1] is AuditKind.APPEAL_CLOSED
