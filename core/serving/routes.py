"""The API's endpoints: read the request, call one use case, shape the answer.

Calls to the store run on threads, so that its locks never block the event loop. Reads and writes
have separate threads.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.responses import PlainTextResponse

from core.services.lookup import look_up
from core.services.submit import API
from core.services.withdraw import withdraw_comment
from core.serving.answers import decision_answer, statement_answer
from core.serving.examples import DECIDED, POSTED, REFUSED
from core.serving.metrics import CONTENT_TYPE
from core.serving.process import ApiProcess
from core.serving.query_parameters import check_query
from core.serving.request_body import MAX_ROWS, parse_rows, read_body
from core.serving.rows import read_comments
from core.serving.schemas import (
    DecisionsOut,
    ErrorAnswer,
    HealthOut,
    StatementOut,
    WithdrawnOut,
    comments_schema,
)

ROUTER = APIRouter(
    responses={"default": {"model": ErrorAnswer, "description": "Any error"}},
)
_BODY = {
    "requestBody": {
        "required": True,
        "description": "One comment, a list of comments, or a list under `comments`.",
        "content": {
            "application/json": {
                "schema": comments_schema(),
                "example": POSTED,
            }
        },
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Decided", "content": {"application/json": {"example": DECIDED}}},
    413: {"model": ErrorAnswer, "description": "The body is over 2 MB"},
    415: {"model": ErrorAnswer, "description": "The body is compressed or not in UTF-8"},
    422: {
        "model": ErrorAnswer,
        "description": "A row is wrong; nothing was stored",
        "content": {"application/json": {"example": REFUSED}},
    },
    503: {"model": ErrorAnswer, "description": "The store can't be used; send it again"},
}


async def _process(request: Request) -> ApiProcess:
    # Not a plain function: the framework would run it on a thread, for each request.
    process: ApiProcess = request.app.state.process
    return process


Given = Annotated[ApiProcess, Depends(_process)]


@ROUTER.post(
    "/v1/comments",
    openapi_extra=_BODY,
    responses=_ANSWERS,
    dependencies=[Depends(check_query)],
    tags=["Comments"],
)
async def post_comments(
    request: Request, process: Given, body: Annotated[bytes, Depends(read_body)]
) -> DecisionsOut:
    """Store comments and decide on them.

    All rows are stored or none: if one is wrong, the answer is 422, names every wrong row, and
    nothing was stored. Sending the same rows again is safe: a known comment is answered with the
    decision in force and `created: false`; a known id with another text is a new revision, decided
    anew. When the backend does not answer, a comment is held for a person, never approved.
    """
    services = process.services
    comments = read_comments(parse_rows(body), now=services.clock.now())
    process.weigh(request, (comment.text for comment in comments))
    submitted = await process.submit(comments)
    author_url = services.settings.author_url
    return DecisionsOut(comments=[decision_answer(row, author_url) for row in submitted])


class _AnyText(PathConvertor):
    """Also matches slashes and line breaks, so that every malformed reference gets the same
    answer."""

    regex = "(?s:.*)"


register_url_convertor("any", _AnyText())


@ROUTER.delete(
    "/v1/comments/{comment_id:any}",
    response_description="Withdrawn",
    responses={404: {"model": ErrorAnswer, "description": "No such comment"}},
    dependencies=[Depends(check_query)],
    tags=["Comments"],
)
async def delete_comment(
    process: Given,
    comment_id: str,
    source: Annotated[str, Query(description="Which of your sites it is on.")] = "site",
) -> WithdrawnOut:
    """Withdraw a comment that was deleted from your site.

    Its text is no longer shown to anybody, its case and a pending appeal are closed, and the author
    reads that it was withdrawn. Sending the same request again is safe. A withdrawn comment that is
    posted again becomes a new revision.
    """
    context = process.services.context
    done = await process.writes.run(lambda: withdraw_comment(context, API, source, comment_id))
    return WithdrawnOut(
        id=comment_id, source=source, reference=done.reference, withdrawn_at=done.withdrawn_at
    )


@ROUTER.get(
    "/v1/decisions/{reference:any}",
    response_description="The statement",
    responses={404: {"model": ErrorAnswer, "description": "No such reference"}},
    tags=["Decisions"],
)
async def get_decision(process: Given, reference: str) -> StatementOut:
    """Why a comment was decided as it was: what its author may know.

    The reference is the only key. Unknown and malformed references get the same answer.
    """
    context = process.services.context
    return statement_answer(await process.run_read(lambda: look_up(context, reference)))


@ROUTER.get(
    "/healthz",
    response_description="Usable",
    responses={503: {"model": ErrorAnswer, "description": "`kind` is `store` or `backend`"}},
    tags=["Operation"],
)
async def get_health(process: Given) -> HealthOut:
    """Whether comments can be stored and scored: the database file is still the one that was opened
    and can be written to, the disk has room, and the backend answers. Answered within two seconds
    even when these checks hang."""
    ready = await process.readiness.check()
    info = process.services.scorer.backend.info
    return HealthOut(
        status="ok",
        backend=info.name,
        model_version=info.model_version,
        waiting=ready.waiting,
    )


@ROUTER.get("/metrics", response_class=PlainTextResponse, tags=["Operation"])
def get_metrics(process: Given) -> PlainTextResponse:
    """Metrics for Prometheus: histograms of the phases, the queue, batches, errors."""
    return PlainTextResponse(process.metrics.render(), media_type=CONTENT_TYPE)


DESCRIPTION = (
    f"Send comments, get decisions. At most {MAX_ROWS} comments and 2 MB a call. Every error has "
    "the same body: `error.kind` for programs, `error.message` for people, `error.details` with "
    "the `row` (from 0) and `field` of each thing wrong."
)
