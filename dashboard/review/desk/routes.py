"""The addresses that the desk asks, for the person signed in by cookie. Requests of other origins
are refused before (`dashboard.same_origin`); a body in JSON can't come from another site's form."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.bootstrap.services import Services
from core.errors import ConsoleError, InvalidInput, NotFound, PermissionDenied, StoreError
from core.moderation.permissions import Actor
from core.services.explain import explain_revision
from dashboard.covered import covered, covered_marks, wants_cover
from dashboard.review.desk.cards import SHOWN_CHARS, card_answers
from dashboard.review.desk.closer import claim_answer, open_answer, release_answer
from dashboard.review.desk.facets import facets_answer
from dashboard.review.desk.presses import press_outcomes, read_rows
from dashboard.review.desk.queue import arrivals_answer, queue_answer, search_answer
from dashboard.review.desk.requests import text, texts
from dashboard.review.desk.sheets import (
    author_answer,
    group_answer,
    mute_answer,
    replies_answer,
    shortcuts_answer,
)
from dashboard.review.wording import caveat_line, marked_pieces, remedy_line
from dashboard.wiring import cookie_name, current_services, person_of

MOST_BYTES = 2_000_000
STATUS: tuple[tuple[type[ConsoleError], int], ...] = (
    (PermissionDenied, 403),
    (NotFound, 404),
    (InvalidInput, 422),
    (StoreError, 503),
)
Body = Mapping[str, Any]


def _presses(services: Services, actor: Actor, body: Body) -> dict[str, object]:
    return {"outcomes": press_outcomes(services, actor, read_rows(body.get("presses")))}


def _cards(services: Services, actor: Actor, body: Body) -> dict[str, object]:
    return card_answers(services, actor, texts(body, "revisions"))


def _words(services: Services, actor: Actor, body: Body) -> dict[str, object]:
    revision_id = text(body, "revision")
    is_covered = wants_cover(services, actor)
    found = explain_revision(services.context, actor, services.explainer, revision_id)
    return {
        "pieces": covered_marks(marked_pieces(found, SHOWN_CHARS), is_wanted=is_covered),
        "remedy": covered(remedy_line(found), is_wanted=is_covered),
        "caveat": caveat_line(found),
    }


ANSWERS: dict[str, Callable[[Services, Actor, Body], dict[str, object]]] = {
    "queue": queue_answer,
    "facets": facets_answer,
    "arrivals": arrivals_answer,
    "search": search_answer,
    "cards": _cards,
    "open": open_answer,
    "claim": claim_answer,
    "release": release_answer,
    "replies": replies_answer,
    "author": author_answer,
    "group": group_answer,
    "mute": mute_answer,
    "shortcuts": shortcuts_answer,
    "presses": _presses,
    "words": _words,
}


async def _answer(request: Request) -> Response:
    try:
        body = await _read(request)
        token = request.cookies.get(cookie_name(request.headers.get("host")))
        meant = request.headers.get("x-person")
        what = request.path_params["what"]
        return JSONResponse(await run_in_threadpool(_act, what, token, meant, body))
    except ConsoleError as error:
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 502)
        return JSONResponse({"error": str(error)}, status)


def _act(what: str, token: str | None, meant: str | None, body: Body) -> dict[str, object]:
    """`meant` is whose page asks: who signed in since in another tab decides nothing for them."""
    actor = person_of(token)
    if actor is None:
        raise PermissionDenied("You are signed out: sign in again in another tab.")
    if meant is not None and meant != actor.id:
        raise PermissionDenied(f"{actor.id} is signed in now: sign in as {meant} in another tab.")
    if what not in ANSWERS:
        raise NotFound("There is no such address.")
    return ANSWERS[what](current_services(), actor, body)


async def _read(request: Request) -> Body:
    """The body of a request. Raises InvalidInput."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise InvalidInput("The request is too large.")
    is_json = request.headers.get("content-type", "").startswith("application/json")
    try:
        body = json.loads(raw) if is_json else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InvalidInput("The request must be a JSON object.")
    return body


ROUTE = Route("/review/desk/{what}", _answer, methods=["POST"])
