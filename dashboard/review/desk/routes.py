"""The addresses that the desk asks, for the person signed in by cookie and in their language.
Requests of other origins are refused before (`dashboard.same_origin`); a body in JSON can't come
from another site's form."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.bootstrap.services import Services
from core.environment import load_settings
from core.errors import ConsoleError, InvalidInput, NotFound, PermissionDenied, StoreError
from core.moderation.permissions import Actor
from core.services.explain import explain_revision
from core.texts.choice import language_of_staff
from dashboard.covered import covered, covered_marks, wants_cover
from dashboard.problems import told
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
from dashboard.staff_language import own_language
from dashboard.staff_texts import reading, say
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it came. `meant` is whose page asks: who signed in since in another tab decides
    nothing for them. `languages` are those that the browser accepts; `raw` may be cut."""

    what: str
    token: str | None
    meant: str | None
    languages: str
    is_json: bool
    raw: bytes


async def _answer(request: Request) -> Response:
    headers = request.headers
    asked = _Asked(
        what=request.path_params["what"],
        token=request.cookies.get(cookie_name(headers.get("host"))),
        meant=headers.get("x-person"),
        languages=", ".join(headers.getlist("accept-language")),
        is_json=headers.get("content-type", "").startswith("application/json"),
        raw=await _read(request),
    )
    return await run_in_threadpool(_answered, asked)


def _answered(asked: _Asked) -> Response:
    try:
        services, actor = current_services(), person_of(asked.token)
        own = own_language(services, actor)
    except ConsoleError as error:
        with reading(_language(None, asked.languages)):
            return _refused(error)
    with reading(_language(own, asked.languages)):
        try:
            return JSONResponse(_act(services, actor, asked))
        except ConsoleError as error:
            return _refused(error)


def _refused(error: ConsoleError) -> Response:
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 502)
    return JSONResponse({"error": told(error)}, status)


def _act(services: Services, actor: Actor | None, asked: _Asked) -> dict[str, object]:
    if actor is None:
        raise PermissionDenied(say("review.request.signed_out"))
    if asked.meant is not None and asked.meant != actor.id:
        words = say("review.request.another", who=actor.id, meant=asked.meant)
        raise PermissionDenied(words)
    if asked.what not in ANSWERS:
        raise NotFound(say("review.request.no_address"))
    return ANSWERS[asked.what](services, actor, _body(asked))


def _language(own: str | None, accepted: str) -> str:
    """The one that the person chose, or that the browser asks for."""
    return language_of_staff(own, accepted, browser="", site=load_settings().author_language)


async def _read(request: Request) -> bytes:
    """The body of a request, or more than `MOST_BYTES` of it."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MOST_BYTES:
            break
    return raw


def _body(asked: _Asked) -> Body:
    """Raises InvalidInput."""
    if len(asked.raw) > MOST_BYTES:
        raise InvalidInput(say("review.request.too_large"))
    try:
        body = json.loads(asked.raw) if asked.is_json else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InvalidInput(say("review.request.no_object"))
    return body


ROUTE = Route("/review/desk/{what}", _answer, methods=["POST"])
