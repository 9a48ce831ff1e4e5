"""The whole audit log as CSV: an address beside the pages, because a download button keeps the
whole file in memory."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core.batch.audit_rows import AUDIT_SCHEMA, audit_batches
from core.batch.sinks import csv_pieces
from core.errors import ConsoleError, PermissionDenied
from core.services.audit import export_audit
from dashboard.wiring import cookie_name, current_services, person_of

PATH = "/audit/log.csv"


def download(request: Request) -> Response:
    """For whoever may see the log. Starlette calls it in a thread of its own."""
    try:
        actor = person_of(request.cookies.get(cookie_name(request.headers.get("host"))))
        if actor is None:
            raise PermissionDenied("Sign in to the console in this browser first.")
        events = export_audit(current_services().context, actor)
    except PermissionDenied as refusal:
        return PlainTextResponse(str(refusal), 403)
    except ConsoleError as error:
        return PlainTextResponse(f"The audit log can't be read now: {error}", 503)
    headers = {
        "content-disposition": 'attachment; filename="audit-log.csv"',
        "cache-control": "no-store",
    }
    pieces = csv_pieces(AUDIT_SCHEMA, audit_batches(events))
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


ROUTE = Route(PATH, download)
