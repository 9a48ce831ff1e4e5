"""What a key may do, until when, how it is replaced, and what the audit log says of it."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.errors import InvalidInput
from core.moderation.api_keys import ALL_SCOPES, KeyScope, is_expired, may, parse_scopes
from core.moderation.audit import AuditKind
from core.moderation.permissions import SYSTEM
from core.services.api_keys import create_key, list_keys, revoke_key, rotate_key
from core.serving.api_keys import KeyFolder
from core.serving.app import create_app
from core.serving.key_ring import NOTE_EVERY_S, KeyRing
from core.serving.paths import OPEN_PATHS, scope_of

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
CALLS: dict[KeyScope, list[tuple[str, str, object]]] = {
    KeyScope.COMMENTS_WRITE: [
        ("POST", "/v1/comments", {"id": "1", "text": "fine"}),
        ("DELETE", "/v1/comments/1", None),
    ],
    KeyScope.DECISIONS_READ: [("GET", "/v1/decisions/000000-0000000-0000000-000000", None)],
    KeyScope.REPORTS_WRITE: [("POST", "/v1/reports", {"comment_id": "1", "reason": "spam"})],
    KeyScope.SCORE: [
        ("POST", "/v1/moderations", {"input": "fine"}),
        ("POST", "/predict", {"inputs": "fine"}),
        ("GET", "/v2", None),
        ("GET", "/v2/models/fake", None),
        ("POST", "/v2/models/fake/infer", {"inputs": []}),
    ],
}
ALL_CALLS = [(scope, *call) for scope, calls in CALLS.items() for call in calls]


@pytest.fixture
def folder(services: Services) -> KeyFolder:
    return KeyFolder(services.settings.api_keys_dir)


@pytest.mark.parametrize(("scope", "method", "path", "body"), ALL_CALLS)
def test_a_key_opens_what_it_was_made_for_and_nothing_else(
    services: Services, folder: KeyFolder, scope: KeyScope, method: str, path: str, body: object
) -> None:
    own = folder.create("own", NOW, (scope,))
    others = tuple(other for other in KeyScope if other is not scope)
    foreign = folder.create("foreign", NOW, others)
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        opened = client.request(method, path, json=body, headers={"x-api-key": own})
        assert opened.status_code not in (401, 403)
        refused = client.request(method, path, json=body, headers={"x-api-key": foreign})
    assert refused.status_code == 403
    assert f"lacks the scope {scope}" in refused.text
    assert refused.headers["WWW-Authenticate"] == (
        f'Bearer error="insufficient_scope", scope="{scope}"'
    )


def test_a_key_that_may_do_nothing_is_not_made(services: Services, folder: KeyFolder) -> None:
    with pytest.raises(InvalidInput, match="a key needs a scope"):
        create_key(services.context, SYSTEM, folder, "site", scopes=())
    assert list_keys(services.context, SYSTEM, folder) == ([], [])


def test_every_route_has_a_scope_or_is_open_to_all(services: Services) -> None:
    paths = create_app(services).openapi()["paths"]
    assert {path for path in paths if scope_of(path) is None} <= OPEN_PATHS | {"/metrics"}
    assert {scope_of(path) for path in paths} == {*KeyScope, None}


def test_an_expired_key_is_refused_and_says_so(services: Services, folder: KeyFolder) -> None:
    key = folder.create("site", NOW, ALL_SCOPES, services.clock.now() - timedelta(seconds=1))
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        refused = client.get("/v2", headers={"x-api-key": key})
    assert refused.status_code == 401
    assert "The API key site expired at" in refused.text


def test_a_key_from_before_scopes_opens_everything(folder: KeyFolder) -> None:
    folder.create("site", NOW)
    (path,) = folder.folder.glob("*.json")
    text = path.read_text()
    path.write_text(text[: text.index(', "scopes"')] + "}")
    (key,) = folder.read_all()
    assert all(may(key, scope) for scope in KeyScope)
    assert not is_expired(key, NOW + timedelta(days=10_000))


def test_after_a_rotation_both_open_and_then_only_the_new_one(folder: KeyFolder) -> None:
    old = folder.create("site", NOW, (KeyScope.SCORE,))
    new = folder.rotate("site", NOW, timedelta(hours=24))
    ring = KeyRing(folder, lambda: 0.0)
    records = [ring.holder(key) for key in (old, new)]
    later = NOW + timedelta(hours=24)
    assert [record.scopes for record in records if record] == [(KeyScope.SCORE,)] * 2
    assert [is_expired(record, later) for record in records if record] == [True, False]
    assert [is_expired(record, NOW) for record in records if record] == [False, False]
    again = folder.rotate("site", later, timedelta(0))
    known = {key.id for key in folder.read_all() if not is_expired(key, later)}
    assert known == {again.split("_")[1]}
    assert len(folder.revoke("site")) == 3
    assert list(folder.folder.iterdir()) == []


def test_a_rotation_never_makes_a_key_live_longer(folder: KeyFolder) -> None:
    folder.create("site", NOW, ALL_SCOPES, NOW + timedelta(hours=1))
    folder.rotate("site", NOW, timedelta(hours=24))
    assert {key.expires_at for key in folder.read_all()} == {"2026-11-29T13:00:00+00:00"}


def test_the_last_use_is_noted_at_most_once_a_minute(folder: KeyFolder) -> None:
    times = [0.0]
    key = folder.create("site", NOW)
    ring = KeyRing(folder, lambda: times[0])
    record = ring.holder("mck_000000000000_" + "x" * 43)
    assert record is None
    (stored,) = folder.read_all()
    assert folder.last_used_at(stored) is None
    assert ring.holder(key) is not None
    (used,) = folder.folder.glob("*.used")
    assert folder.last_used_at(stored) is not None
    assert used.stat().st_mode & 0o077 == 0
    used.unlink()
    for seconds, is_noted in ((NOTE_EVERY_S - 1, False), (NOTE_EVERY_S, True)):
        times[0] = seconds
        assert ring.holder(key) is not None
        assert used.exists() is is_noted


def test_each_change_stands_in_the_audit_log(services: Services, folder: KeyFolder) -> None:
    context = services.context
    create_key(context, SYSTEM, folder, "site", scopes=(KeyScope.SCORE,), days=30)
    secret = rotate_key(context, SYSTEM, folder, "site", timedelta(hours=1))
    revoke_key(context, SYSTEM, folder, "site")
    with context.store.read() as reader:
        events = [
            event for event in reader.audit_trail("api_keys") if event.kind.startswith("key.")
        ]
    assert [event.kind for event in events] == [
        AuditKind.KEY_CREATED, AuditKind.KEY_ROTATED, AuditKind.KEY_REVOKED
    ]  # fmt: skip
    assert events[0].data["scopes"] == "score"
    assert events[0].data["expires_at"]
    words = secret.split("_", 2)[2]  # may have underscores itself
    assert not any(words in str(event.data) for event in events)


def test_what_was_refused_leaves_no_event(services: Services, folder: KeyFolder) -> None:
    for name, days in (("a b", None), ("site", 0), ("site", 4_000)):
        with pytest.raises(InvalidInput):
            create_key(services.context, SYSTEM, folder, name, scopes=ALL_SCOPES, days=days)
    with services.context.store.read() as reader:
        assert list(reader.audit_trail("api_keys")) == []
    assert list_keys(services.context, SYSTEM, folder) == ([], [])


@pytest.mark.parametrize("names", [[], ["all"], ["score", "comments:read"]])
def test_unknown_scopes_and_none_are_refused(names: list[str]) -> None:
    with pytest.raises(InvalidInput, match="scope"):
        parse_scopes(names)


def test_scopes_keep_their_order() -> None:
    assert parse_scopes(["score", "comments:write", "score"]) == (
        KeyScope.COMMENTS_WRITE,
        KeyScope.SCORE,
    )
