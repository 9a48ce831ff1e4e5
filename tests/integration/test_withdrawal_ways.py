"""The ways to withdraw a comment: by its source, the API or the command."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.bootstrap.sources import file_source
from core.cli.main import main
from core.moderation.comments import IncomingComment
from core.moderation.permissions import SYSTEM
from core.services.ingest import IngestReport, ingest
from core.services.lookup import look_up
from core.serving.app import create_app
from tests.factories import (
    CLEAN,
    REMOVED,
    make_key,
    scored,
    source_key,
)

SECRET = "You idiot with a secret."

# By the source

HN = {"id": 1, "type": "comment", "by": "sam", "time": 1_790_000_000, "parent": 9}
PLAIN = {"id": "1", "author": "sam", "created_at": "2026-10-01T12:00:00Z"}
GONE_ROWS: list[tuple[dict[str, object], dict[str, object]]] = [
    (HN | {"text": SECRET}, HN | {"deleted": True}),
    (HN | {"text": SECRET}, HN | {"deleted": True, "kids": [3, 4]}),
    (PLAIN | {"text": SECRET}, PLAIN | {"deleted": True, "replies": ["3", "4"]}),
    (PLAIN | {"text": SECRET}, PLAIN | {"status": "trash", "children": [3]}),
    (PLAIN | {"text": SECRET}, PLAIN | {"deleted_at": "2026-10-02", "kids": [3], "data": [1]}),
    (HN | {"text": SECRET}, HN | {"text": SECRET, "dead": True}),
    (HN | {"text": SECRET}, HN | {"text": "[deleted]"}),
    (PLAIN | {"text": SECRET}, PLAIN | {"deleted": True}),
    (PLAIN | {"text": SECRET}, PLAIN | {"text": SECRET, "deleted": "True"}),
    (PLAIN | {"text": SECRET}, PLAIN | {"text": SECRET, "deleted": 1}),
    (PLAIN | {"text": SECRET}, PLAIN | {"text": "[deleted]"}),
    (PLAIN | {"text": SECRET}, PLAIN | {"text": "<p>[Removed]</p>\n"}),
    *(
        (PLAIN | {"text": SECRET}, PLAIN | {"text": text})
        for text in (
            "[ Removed by Reddit ]",
            "[deleted by the author]",
            "[comment deleted]",
            "[withdrawn]",
            "(deleted)",
            "&lt;deleted&gt;",
            "\\[deleted\\]",
            "**[removed]**",
            "_[  deleted ]_",
            "This comment has been deleted.",
            "Comment removed by moderator",
            "<p>This post was removed by its author</p>",
        )
    ),
]


def take(services: Services, folder: Path, row: dict[str, object]) -> IngestReport:
    file = folder / "rows.jsonl"
    file.write_text(json.dumps(row) + "\n")
    return list(ingest(services.context, SYSTEM, file_source(file, "site").read()))[-1]


@pytest.mark.slow
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
    "text",
    [
        "[deleted] by me",
        "deleted",
        "[delete]",
        "[deleted]" + " x" * 200,
        "This comment has been deleted by the moderator who hates me.",
        "Who deleted this comment?",
        "(removed my rant)",
        "They removed it.",
    ],
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


def test_delete_needs_a_key_where_post_does(services: Services) -> None:
    key = make_key(services)
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
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


def test_author_and_time_are_filled_in_by_a_later_post(
    client: TestClient, services: Services
) -> None:
    post(client, id="1", text=CLEAN)
    row = {"author": "Zoë", "created_at": "2026-10-01T12:00:00Z", "parent_id": "0"}
    assert post(client, id="1", text=CLEAN, **row)["status"] == "unchanged"
    with services.context.store.read() as reader:
        comment = reader.comment_by_source("site", "1")
    assert comment is not None
    assert (comment.author, comment.created_at.year, comment.parent_source_id) == ("Zoë", 2026, "0")


# By the command


def test_command_withdraws(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(services.settings.home))
    monkeypatch.setenv("MODCONSOLE_STATE_URL", services.settings.state_url)
    monkeypatch.setenv("MODCONSOLE_BACKEND", "fake")
    revision = scored(services, SECRET)
    source, source_id = source_key(services, revision)
    assert main(["withdraw", source_id, "--source", source]) == 0
    assert main(["withdraw", source_id, "--source", source]) == 0
    assert main(["withdraw", "nobody"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("Withdrawn, 20")
    assert "It was withdrawn already" in captured.out
    assert "There is no comment 'nobody' of 'site'." in captured.err
    assert look_up(services.context, revision.reference).withdrawn_at is not None
