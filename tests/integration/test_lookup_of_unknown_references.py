"""Unknown, expired, foreign and malformed references are answered like each other, and cost the
store what a known one does."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from core.bootstrap.services import Services
from core.errors import NotFound
from core.identifiers import new_reference
from core.moderation.permissions import SYSTEM
from core.services.erasure import erase_author
from core.services.lookup import UNKNOWN_REFERENCE, look_up
from core.serving.app import create_app
from tests.factories import (
    CLEAN,
    REMOVED,
    appealed,
    edited,
    heard,
    make_services,
    removed_by_person,
    scored,
    withdrawn,
)

KINDS = ("unknown", "malformed", "empty", "huge", "foreign", "expired")


def reference_of(kind: str, services: Services, tmp_path: Path) -> str:
    if kind == "foreign":
        other = make_services(tmp_path / "other")
        found = removed_by_person(other).reference
        other.context.store.close()
        return found
    if kind == "expired":
        expired = scored(services, CLEAN, author="gone")
        list(erase_author(services.context, SYSTEM, "test", "gone"))
        return expired.reference
    return {
        "unknown": new_reference(),
        "malformed": "what is this?\x00",
        "empty": "",
        "huge": "A" * 100_000,
    }[kind]


@contextmanager
def noted() -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def statements_of(services: Services, reference: str) -> list[str]:
    with noted() as statements, suppress(NotFound):
        look_up(services.context, reference)
    return statements


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", ["visible", "removed", "heard", "withdrawn"])
def test_the_same_statements_run_as_for_a_known_reference(
    services: Services, tmp_path: Path, kind: str, state: str
) -> None:
    asked = reference_of(kind, services, tmp_path)
    known = scored(services, CLEAN if state == "visible" else REMOVED)
    if state == "heard":
        heard(services, appealed(services, known), overturn=True)
    if state == "withdrawn":
        withdrawn(services, known)
    expected = statements_of(services, known.reference)
    assert len(expected) > 6
    assert statements_of(services, asked) == expected


def test_an_earlier_text_is_a_draw_like_another(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two texts of one comment each is drawn: unknown references cost the one or the other."""
    first = scored(services, REMOVED)
    second = edited(services, first, CLEAN)
    known = {tuple(statements_of(services, each.reference)) for each in (first, second)}
    assert len(known) == 2
    # The ids as they are drawn, since two random ones may lie so near that one is hardly ever hit.
    draws = iter([first.id, second.id])
    monkeypatch.setattr("core.services.lookup.new_id", lambda: next(draws))
    asked = {tuple(statements_of(services, new_reference())) for _ in range(2)}
    assert asked == known


def test_what_is_drawn_does_not_depend_on_what_was_typed(services: Services) -> None:
    """Else who measures times could come nearer to a reference step by step."""
    for _ in range(8):
        scored(services, CLEAN)
    typed, drawn = new_reference(), set()

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        if "coalesce" in statement.lower():
            drawn.add(str(parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for _ in range(5):
            statements_of(services, typed)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(drawn) == 5
    assert typed not in str(drawn)


def test_an_empty_state_knows_no_reference(services: Services) -> None:
    with pytest.raises(NotFound, match=UNKNOWN_REFERENCE):
        look_up(services.context, new_reference())


def test_the_api_answers_them_alike(services: Services, tmp_path: Path) -> None:
    asked = [reference_of(kind, services, tmp_path) for kind in KINDS if kind != "huge"]
    removed_by_person(services)
    with TestClient(create_app(services), base_url="http://127.0.0.1") as client:
        answers = [client.get(f"/v1/decisions/{quote(each)}") for each in asked]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    names = [set(answer.headers) for answer in answers]
    assert all(each == names[0] for each in names)
