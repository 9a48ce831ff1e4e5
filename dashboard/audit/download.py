"""The whole audit log as CSV: an address beside the pages, because a download button keeps the
whole file in memory."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core.batch.audit_rows import AUDIT_SCHEMA, audit_batches
from core.batch.sinks import csv_pieces
from core.environment import load_settings
from core.errors import ConsoleError, PermissionDenied
from core.services.audit import export_audit
from core.texts.choice import language_of_staff
from core.texts.texts import staff_texts_in
from dashboard.wiring import cookie_name, current_services, person_of

PATH = "/audit/log.csv"


def download(request: Request) -> Response:
    """For whoever may see the log. Starlette calls it in a thread of its own."""
    try:
        actor = person_of(request.cookies.get(cookie_name(request.headers.get("host"))))
        if actor is None:
            return PlainTextResponse(_said(request, "audit.download.signed_out"), 403)
        events = export_audit(current_services().context, actor)
    except PermissionDenied as refusal:
        return PlainTextResponse(str(refusal), 403)
    except ConsoleError as error:
        return PlainTextResponse(_said(request, "audit.download.not_now", why=str(error)), 503)
    headers = {
        "content-disposition": 'attachment; filename="audit-log.csv"',
        "cache-control": "no-store",
    }
    pieces = csv_pieces(AUDIT_SCHEMA, audit_batches(events))
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def _said(request: Request, key: str, **values: str) -> str:
    """In the browser's language: nobody is signed in, or their own choice can't be read either."""
    header = ", ".join(request.headers.getlist("accept-language"))
    language = language_of_staff(None, header, browser="", site=load_settings().author_language)
    return staff_texts_in(language).say(key, **values)


ROUTE = Route(PATH, download)
