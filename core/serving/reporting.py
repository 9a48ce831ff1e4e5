"""The endpoint for reports: readers of the site and trusted flaggers object to a comment."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from core.errors import InvalidInput, InvalidRows, RowProblem
from core.moderation.comments import MAX_ID_CHARS, check_name
from core.moderation.reports import (
    MAX_WORDS_CHARS,
    OTHER_REASON,
    IncomingReport,
    ReportKind,
    ReportOutcome,
)
from core.services.report import Reported, report_comment
from core.services.submit import API
from core.serving.examples import REPORT, REPORTED
from core.serving.process import ApiProcess
from core.serving.query_parameters import check_query
from core.serving.request_body import parse_json, read_body
from core.serving.routes import Given
from core.serving.rows import detail, problem_of, read_fields
from core.serving.schemas import ErrorAnswer

ROUTER = APIRouter(
    responses={"default": {"model": ErrorAnswer, "description": "Any error"}},
)


def _read_kind(value: object) -> ReportKind:
    """Read by hand: strict mode accepts no text for an enum."""
    found = next((kind for kind in ReportKind if kind == value), None)
    if found is None:
        raise PydanticCustomError("enum", "unknown kind")
    return found


class ReportIn(BaseModel):
    """One report. It names the comment by `comment_id` and `source`, or by `reference`, the key of
    one of its texts, but not by both."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    comment_id: Annotated[str | None, Field(description="Your id of the comment.")] = None
    source: Annotated[
        str | None, Field(description="Which of your sites it is on; `site` if left out.")
    ] = None
    reference: Annotated[
        str | None,
        Field(description="The key from the answer when the comment was sent."),
    ] = None
    reporter: Annotated[
        str,
        Field(
            description=f"Your id of who reports, 1 to {MAX_ID_CHARS} characters. Each has one "
            "report on a text."
        ),
    ]
    kind: Annotated[
        ReportKind, BeforeValidator(_read_kind), Field(description="Who that is; `user` if absent.")
    ] = ReportKind.USER
    reason: Annotated[
        str,
        Field(description=f"The code of a reason of your policy, or `{OTHER_REASON}`."),
    ]
    words: Annotated[
        str,
        Field(description=f"Their own words, up to {MAX_WORDS_CHARS:,} characters."),
    ] = ""


class ReportedOut(BaseModel):
    """A stored report."""

    comment_id: str
    source: str
    reporter: str
    outcome: Annotated[
        ReportOutcome,
        Field(
            description="`opened`: a moderator will look at the comment; it stays visible until "
            "one decides. `joined`: one was to look at it already. `recorded`: nothing else "
            "happens, because it is removed already, is not decided on yet, or was judged on "
            "appeal, because the reporter is muted or because this report was sent before."
        ),
    ]
    created: Annotated[bool, Field(description="Whether the report is new here.")]
    reported_at: Annotated[datetime, Field(description="When this reporter reported it first.")]


_BODY = {
    "requestBody": {
        "required": True,
        "description": "One report.",
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ReportIn"},
                "example": REPORT,
            }
        },
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Stored", "content": {"application/json": {"example": REPORTED}}},
    404: {"model": ErrorAnswer, "description": "No such comment"},
    409: {"model": ErrorAnswer, "description": "That text was edited or withdrawn meanwhile"},
    422: {"model": ErrorAnswer, "description": "A field is wrong; nothing was stored"},
    503: {"model": ErrorAnswer, "description": "The store can't be used; send it again"},
}


@ROUTER.post(
    "/v1/reports",
    openapi_extra=_BODY,
    responses=_ANSWERS,
    dependencies=[Depends(check_query)],
    tags=["Reports"],
)
async def post_report(
    request: Request, process: Given, body: Annotated[bytes, Depends(read_body)]
) -> ReportedOut:
    """Report a comment on behalf of a reader or a trusted flagger.

    A moderator looks at it, also if the model or another moderator approved it. The comment stays
    visible until somebody decides. Sending the same report again is safe: a reporter has one report
    on a text, and the first one counts.
    """
    incoming = read_report(parse_json(body))
    process.weigh(request, ())
    return await _reported(process, incoming)


async def _reported(process: ApiProcess, incoming: IncomingReport) -> ReportedOut:
    context = process.services.context
    try:
        done = await process.writes.run(lambda: report_comment(context, API, incoming))
    except InvalidInput as error:
        raise _refused([problem_of(0, error, default="reporter")]) from None
    return _answer(done)


def read_report(body: object) -> IncomingReport:
    """The report in a body. Raises InvalidRows."""
    given = read_fields(ReportIn, "a report", 0, body)
    if isinstance(given, list):
        raise _refused(given)
    if given.reference is not None and (given.comment_id, given.source) != (None, None):
        raise _refused([detail(0, "reference", "stands in place of `comment_id` and `source`")])
    if given.reference is None:
        try:
            check_name("comment_id", given.comment_id or "")
            check_name("source", given.source or "site")
        except InvalidInput as error:
            raise _refused([problem_of(0, error, default="comment_id")]) from None
    return IncomingReport(
        reporter=given.reporter,
        reason_code=given.reason,
        kind=given.kind,
        words=given.words,
        source=given.source or "site",
        source_id=given.comment_id or "",
        reference=given.reference or "",
    )


def _refused(problems: list[RowProblem]) -> InvalidRows:
    first = problems[0]
    named = f", `{first.field}`" if first.field else ""
    return InvalidRows(f"the report can't be taken{named}: {first.message}", problems)


def _answer(done: Reported) -> ReportedOut:
    return ReportedOut(
        comment_id=done.source_id,
        source=done.report.source,
        reporter=done.report.reporter,
        outcome=done.outcome,
        created=done.is_new,
        reported_at=done.report.reported_at,
    )
