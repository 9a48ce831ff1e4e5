"""The whole audit log as CSV: an address beside the pages, because a download button keeps the
whole file in memory."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core.batch.audit_rows import AUDIT_SCHEMA, audit_batches
from core.batch.sinks import csv_pieces
from core.environment import load_settings
from core.errors import ConsoleError, PermissionDenied
from core.moderation.permissions import Actor
from core.services.audit import export_audit
from core.texts.choice import language_of_staff
from dashboard.problems import told
from dashboard.staff_language import own_language
from dashboard.staff_texts import reading, say
from dashboard.wiring import cookie_name, current_services, person_of

PATH = "/audit/log.csv"


def download(request: Request) -> Response:
    """For whoever may see the log. Starlette calls it in a thread of its own."""
    try:
        actor = person_of(request.cookies.get(cookie_name(request.headers.get("host"))))
        own = own_language(current_services(), actor)
    except ConsoleError as error:
        with reading(_language(request, None)):
            return _refusal(error)
    with reading(_language(request, own)):
        try:
            return _rows(actor)
        except ConsoleError as error:
            return _refusal(error)


def _rows(actor: Actor | None) -> Response:
    if actor is None:
        raise PermissionDenied(say("audit.download.signed_out"))
    events = export_audit(current_services().context, actor)
    headers = {
        "content-disposition": 'attachment; filename="audit-log.csv"',
        "cache-control": "no-store",
    }
    pieces = csv_pieces(AUDIT_SCHEMA, audit_batches(events))
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def _refusal(error: ConsoleError) -> Response:
    if isinstance(error, PermissionDenied):
        return PlainTextResponse(told(error), 403)
    return PlainTextResponse(say("audit.download.not_now", why=told(error)), 503)


def _language(request: Request, own: str | None) -> str:
    """The person's own, else the browser's."""
    header = ", ".join(request.headers.getlist("accept-language"))
    return language_of_staff(own, header, browser="", site=load_settings().author_language)


ROUTE = Route(PATH, download)
