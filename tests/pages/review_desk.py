"""What the tests of the review desk's requests share."""

from collections.abc import Mapping
from typing import Any

from starlette.testclient import TestClient

from core.moderation.decisions import DecisionSource
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services import sign_in as sign_ins
from dashboard.wiring import cookie_name, current_services
from tests.factories import chain_of

COOKIE = cookie_name("testserver")


def as_person(client: TestClient, actor: Actor) -> TestClient:
    client.cookies.set(COOKIE, sign_ins.sign_in(current_services().context, actor))
    return client


def ask(client: TestClient, what: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/review/desk/{what}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def press(do: str, revision: str, version: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": f"press-{do}-{revision}-{version}", "do": do, "revision": revision,
            "version": version, **more}  # fmt: skip


def outcomes(client: TestClient, *presses: dict[str, Any]) -> list[dict[str, Any]]:
    return ask(client, "presses", presses=list(presses))["outcomes"]


def whole(shown: Mapping[str, Any]) -> str:
    """The text that was sent in pieces."""
    return "".join(piece for piece, *_ in shown["pieces"])


def by_people(services: Any, revision: Any) -> list[Action]:
    return [
        past.action
        for past in chain_of(services, revision)
        if past.source is DecisionSource.REVIEWER
    ]
