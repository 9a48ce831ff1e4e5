"""Comments that are taken back: by their source, by the API, by the command; and that come back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services, build_services
from core.bootstrap.sources import file_source
from core.cli.main import main
from core.config import Settings
from core.errors import Conflict, NotFound, PermissionDenied, RuleBroken
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus, TextGone
from core.moderation.comments import IncomingComment, Revision, Visibility
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.services.appeal import file_appeal
from core.services.explain import explain_revision
from core.services.ingest import IngestReport, ingest
from core.services.lookup import look_up
from core.services.queries import list_appeals, list_queue, load_case
from core.services.review import undo_decision
from core.services.score import score_waiting
from core.services.withdraw import withdraw_comment
from core.serving.api_keys import KeyFolder
from core.serving.app import create_app
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    audit_kinds,
    decided,
    posted,
    removed_by_person,
    scored,
)
from tests.state_checks import broken_promises

SECRET = "You idiot with a secret."


def key_of(services: Services, revision: Revision) -> tuple[str, str]:
    with services.context.store.read() as reader:
        comment = reader.comment(revision.comment_id)
    assert comment is not None
    return comment.source, comment.source_id


def withdrawn(services: Services, revision: Revision) -> Revision:
    withdraw_comment(services.context, SYSTEM, *key_of(services, revision))
    return revision


def again(services: Services, revision: Revision, text: str) -> Revision:
    """The comment sent once more and scored."""
    row = IncomingComment(*key_of(services, revision), text, "sam", services.clock.now())
    list(ingest(services.context, SYSTEM, [row]))
    list(score_waiting(services.context, services.scorer))
    with services.context.store.read() as reader:
        newest = reader.latest_revision(revision.comment_id)
    assert newest is not None
    return newest


@pytest.mark.parametrize("action", [None, Action.ESCALATE])
def test_its_case_is_closed_with_that_reason_and_its_text_is_shown_nowhere(
    services: Services, action: Action | None
) -> None:
    revision = scored(services, SECRET)
    if action is not None:
        decided(services, revision, action)
    withdrawn(services, revision)
    with services.context.store.read() as reader:
        case, counted = reader.case_of(revision.id), reader.queue_count()
        assert reader.scored_texts(10) == []
    assert case is not None
    assert (case.status, case.closed_because) == (CaseStatus.CLOSED, TextGone.WITHDRAWN)
    assert (counted.open, counted.escalated, counted.not_scored_yet) == (0, 0, 0)
    assert list_queue(services.context, LEAD, statuses=tuple(CaseStatus)[:2]) == []
    answer = look_up(services.context, revision.reference)
    assert (answer.text, answer.statement.visibility) == ("", Visibility.WITHDRAWN)
    assert answer.withdrawn_at is not None
    assert audit_kinds(services, revision)[-1] is AuditKind.COMMENT_WITHDRAWN
    for refused in (
        lambda: load_case(services.context, MODERATOR, revision.id),
        lambda: explain_revision(services.context, SYSTEM, services.explainer, revision.id),
    ):
        with pytest.raises(NotFound, match="withdrawn"):
            refused()
    with pytest.raises(Conflict, match="withdrawn"):
        decided(services, revision, Action.APPROVE, actor=LEAD)
    assert broken_promises(services.settings.state_path) == {}


def test_withdrawing_twice_changes_nothing(services: Services) -> None:
    revision = scored(services, HELD)
    key = key_of(services, revision)
    first = withdraw_comment(services.context, SYSTEM, *key)
    before = audit_kinds(services, revision)
    second = withdraw_comment(services.context, SYSTEM, *key)
    assert (first.is_new, second.is_new) == (True, False)
    assert (first.reference, first.withdrawn_at) == (second.reference, second.withdrawn_at)
    assert audit_kinds(services, revision) == before


def test_comment_that_was_never_stored_is_not_found(services: Services) -> None:
    with pytest.raises(NotFound, match="'nobody' of 'site'"):
        withdraw_comment(services.context, SYSTEM, "site", "nobody")


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.MODERATOR, Role.LEAD, Role.AUDITOR])
def test_only_who_brings_comments_in_takes_them_back(services: Services, role: Role) -> None:
    revision = scored(services, HELD)
    with pytest.raises(PermissionDenied):
        withdraw_comment(services.context, Actor("x", role), *key_of(services, revision))


def test_waiting_comment_is_not_scored_after_it_was_withdrawn(services: Services) -> None:
    revision = withdrawn(services, posted(services, HELD))
    assert [report.decided for report in score_waiting(services.context, services.scorer)] == []
    with services.context.store.read() as reader:
        assert reader.decision_chain(revision.id) == []


def test_pending_appeal_is_closed_and_none_can_be_made(services: Services) -> None:
    revision = removed_by_person(services, SECRET)
    appealed(services, revision)
    withdrawn(services, revision)
    appeal = look_up(services.context, revision.reference).statement.appeal
    assert appeal is not None
    assert appeal.status is AppealStatus.CLOSED
    assert "withdrawn" in (appeal.outcome_reason or "")
    assert list_appeals(services.context, LEAD, pending=True) == []
    (ended,) = list_appeals(services.context, LEAD, pending=False)
    assert (ended.text, ended.is_withdrawn) == ("", True)
    other = withdrawn(services, removed_by_person(services))
    with pytest.raises(RuleBroken, match="withdrawn"):
        file_appeal(services.context, other.reference, "It was a quotation.")
    with pytest.raises(Conflict, match="withdrawn"):
        undo_decision(services.context, MODERATOR, other.id, seen_version=2)


def test_edited_comment_is_withdrawn_with_all_its_texts(services: Services) -> None:
    first = scored(services, SECRET)
    second = again(services, first, CLEAN)
    withdrawn(services, first)
    old = look_up(services.context, first.reference)
    assert (old.text, old.statement.visibility) == ("", Visibility.WITHDRAWN)
    assert old.changed is not None
    assert old.changed.text == ""
    assert old.reference == second.reference


def test_comment_that_is_sent_again_comes_back_as_a_new_revision(services: Services) -> None:
    revision = withdrawn(services, scored(services, SECRET))
    back = again(services, revision, SECRET)
    assert (back.number, back.withdrawn_at) == (2, None)
    assert back.reference != revision.reference
    assert [item.revision_id for item in list_queue(services.context, LEAD)] == [back.id]
    old = look_up(services.context, revision.reference)
    assert (old.text, old.statement.visibility) == (SECRET, Visibility.HELD)
    assert old.changed is not None
    assert old.changed.text == ""
    withdrawn(services, back)
    assert look_up(services.context, back.reference).statement.visibility is Visibility.WITHDRAWN
    assert broken_promises(services.settings.state_path) == {}


def test_withdrawing_and_sending_again_is_no_way_around_a_removal(services: Services) -> None:
    revision = withdrawn(services, removed_by_person(services, SECRET))
    back = again(services, revision, CLEAN)
    with services.context.store.read() as reader:
        case = reader.case_of(back.id)
    assert case is not None
    assert case.status is CaseStatus.OPEN
    view = load_case(services.context, MODERATOR, back.id)
    assert view.settled is not None
    assert (view.settled.revision.text, view.settled.chain[-1].action) == ("", Action.REMOVE)


def test_answers_to_a_withdrawn_comment_show_its_place_and_not_its_words(
    services: Services,
) -> None:
    revision = scored(services, SECRET)
    source, source_id = key_of(services, revision)
    now = services.clock.now()
    answer = IncomingComment(source, "answer", HELD, "kim", now, source_id)
    list(ingest(services.context, SYSTEM, [answer]))
    list(score_waiting(services.context, services.scorer))
    withdrawn(services, revision)
    (item,) = list_queue(services.context, LEAD)
    (entry,) = load_case(services.context, MODERATOR, item.revision_id).ancestors
    assert (entry.text, entry.is_withdrawn) == ("", True)


# By the source

HN = {"id": 1, "type": "comment", "by": "sam", "time": 1_790_000_000, "parent": 9}
PLAIN = {"id": "1", "author": "sam", "created_at": "2026-10-01T12:00:00Z"}
GONE_ROWS: list[tuple[dict[str, object], dict[str, object]]] = [
    (HN | {"text": SECRET}, HN | {"deleted": True}),
    (HN | {"text": SECRET}, HN | {"text": SECRET, "dead": True}),
    (HN | {"text": SECRET}, HN | {"text": "[deleted]"}),
    (PLAIN | {"text": SECRET}, PLAIN | {"deleted": True}),
    (PLAIN | {"text": SECRET}, PLAIN | {"text": SECRET, "deleted": "True"}),
    (PLAIN | {"text": SECRET}, PLAIN | {"text": SECRET, "deleted": 1}),
    (PLAIN | {"text": SECRET}, PLAIN | {"text": "[deleted]"}),
    (PLAIN | {"text": SECRET}, PLAIN | {"text": "<p>[Removed]</p>\n"}),
    (PLAIN | {"text": SECRET}, PLAIN | {"text": "[ Removed by Reddit ]"}),
]


def take(services: Services, folder: Path, row: dict[str, object]) -> IngestReport:
    file = folder / "rows.jsonl"
    file.write_text(json.dumps(row) + "\n")
    return list(ingest(services.context, SYSTEM, file_source(file, "site").read()))[-1]


@pytest.mark.parametrize(("row", "gone"), GONE_ROWS)
def test_row_that_says_its_comment_is_gone_withdraws_it(
    services: Services, tmp_path: Path, row: dict[str, object], gone: dict[str, object]
) -> None:
    unknown = take(services, tmp_path, gone)
    assert (unknown.withdrawn, unknown.skipped.total(), unknown.rows) == (0, 1, 1)
    assert take(services, tmp_path, row).stored == 1
    first, second = take(services, tmp_path, gone), take(services, tmp_path, gone)
    assert (first.withdrawn, first.edited, first.rows) == (1, 0, 1)
    assert (second.withdrawn, second.skipped.total(), second.rows) == (0, 1, 1)
    assert take(services, tmp_path, row).edited == 1


@pytest.mark.parametrize("flag", [False, None, "false", 0, "0", "no", ""])
def test_row_with_a_flag_that_is_not_set_is_a_comment(
    services: Services, tmp_path: Path, flag: object
) -> None:
    assert take(services, tmp_path, PLAIN | {"text": SECRET, "deleted": flag}).stored == 1


@pytest.mark.parametrize(
    "text", ["[deleted] by me", "deleted", "[delete]", "[deleted]" + " x" * 200]
)
def test_words_that_only_look_like_a_placeholder_are_a_comment(
    services: Services, tmp_path: Path, text: str
) -> None:
    assert take(services, tmp_path, PLAIN | {"text": text}).stored == 1


def test_placeholder_by_any_source_is_no_edit(services: Services) -> None:
    now = services.clock.now()
    rows = [IncomingComment("site", "1", text, "sam", now) for text in (SECRET, "[deleted]")]
    (report,) = ingest(services.context, SYSTEM, rows)
    assert (report.stored, report.edited, report.withdrawn) == (1, 0, 1)


# By the API


@pytest.fixture
def api(tmp_path: Path) -> Services:
    return build_services(Settings(home=tmp_path, backend="fake"), worker="api_test")


@pytest.fixture
def client(api: Services) -> Iterator[TestClient]:
    with TestClient(create_app(api), base_url="http://127.0.0.1") as client:
        yield client


def post(client: TestClient, **row: str) -> dict[str, Any]:
    response = client.post("/v1/comments", json=row)
    assert response.status_code == 200, response.text
    return dict(response.json()["comments"][0])


def test_delete_withdraws_and_repeats(client: TestClient) -> None:
    posted = post(client, id="a/b 1", text=REMOVED, source="blog")
    first = client.delete("/v1/comments/a%2Fb%201", params={"source": "blog"})
    assert first.status_code == 200
    assert first.json()["reference"] == posted["reference"]
    second = client.delete("/v1/comments/a%2Fb%201", params={"source": "blog"})
    assert (second.status_code, second.json()) == (200, first.json())
    told = client.get(f"/v1/decisions/{posted['reference']}").json()
    assert (told["visibility"], told["text"]) == ("withdrawn", "")
    assert told["withdrawn_at"] == first.json()["withdrawn_at"]
    assert told["can_appeal_until"] is None


def test_comment_posted_again_after_its_withdrawal_is_decided_anew(client: TestClient) -> None:
    first = post(client, id="1", text=CLEAN)
    assert client.delete("/v1/comments/1").status_code == 200
    again = post(client, id="1", text=CLEAN)
    assert (again["status"], again["visibility"]) == ("edited", "visible")
    assert again["reference"] != first["reference"]


def test_delete_of_what_is_not_there_is_not_found(client: TestClient) -> None:
    post(client, id="1", text=CLEAN)
    for path in ("/v1/comments/2", "/v1/comments/1?source=elsewhere", "/v1/comments/"):
        assert client.delete(path).status_code == 404


def test_delete_needs_a_key_where_post_does(api: Services) -> None:
    key = KeyFolder(api.settings.api_keys_dir).create("site", api.clock.now())
    with TestClient(create_app(api), base_url="http://127.0.0.1") as client:
        headers = {"x-api-key": key}
        client.post("/v1/comments", json={"id": "1", "text": CLEAN}, headers=headers)
        assert client.delete("/v1/comments/1").status_code == 401
        assert client.delete("/v1/comments/1", headers=headers).status_code == 200


def test_placeholder_is_no_comment_to_post(client: TestClient) -> None:
    refused = client.post("/v1/comments", json={"id": "1", "text": "[deleted]"})
    assert refused.status_code == 422
    assert "DELETE" in refused.json()["error"]["message"]


@pytest.mark.parametrize("text", ["\u200d", "\u2800 \u3164", "\U000e0041"])
def test_text_that_shows_nothing_is_refused_as_empty(client: TestClient, text: str) -> None:
    refused = client.post("/v1/comments", json={"id": "1", "text": text})
    assert refused.status_code == 422
    assert "the text is empty" in refused.json()["error"]["message"]


def test_old_reference_tells_of_the_newest_text(client: TestClient) -> None:
    old = post(client, id="1", text=REMOVED)
    new = post(client, id="1", text=CLEAN)
    told = client.get(f"/v1/decisions/{old['reference']}").json()
    assert (told["visibility"], told["text"]) == ("visible", CLEAN)
    assert told["reference"] == new["reference"]
    assert told["changed_at"] is not None
    assert client.get(f"/v1/decisions/{new['reference']}").json()["changed_at"] is None


def test_author_and_time_are_filled_in_by_a_later_post(client: TestClient, api: Services) -> None:
    post(client, id="1", text=CLEAN)
    row = {"author": "Zoë", "created_at": "2026-10-01T12:00:00Z", "parent_id": "0"}
    assert post(client, id="1", text=CLEAN, **row)["status"] == "unchanged"
    with api.context.store.read() as reader:
        comment = reader.comment_by_source("site", "1")
    assert comment is not None
    assert (comment.author, comment.created_at.year, comment.parent_source_id) == ("Zoë", 2026, "0")


# By the command


def test_command_withdraws(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    revision = scored(services, SECRET)
    source, source_id = key_of(services, revision)
    assert main(["withdraw", source_id, "--source", source]) == 0
    assert main(["withdraw", source_id, "--source", source]) == 0
    assert main(["withdraw", "nobody"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("Withdrawn, 20")
    assert "It was withdrawn already" in captured.out
    assert "There is no comment 'nobody' of 'site'." in captured.err
    assert look_up(services.context, revision.reference).withdrawn_at is not None
