"""Turns the rows of a request into comments or a report, or into one error that names everything
wrong."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from core.errors import InvalidInput, InvalidRows, RowProblem
from core.moderation.cleaning import is_same_text
from core.moderation.comments import UNKNOWN_AUTHOR, IncomingComment, check_incoming
from core.services.submit import describe_problems
from core.serving.request_body import field_name, is_unicode
from core.serving.schemas import TIME_WORDS, CommentIn

M = TypeVar("M", bound=BaseModel)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

# Pydantic's own messages quote the input, so they are replaced.
_WORDS = {
    "missing": "is missing",
    "string_type": "must be text",
    "time": TIME_WORDS,
    "enum": "is not one of the values that the API page lists",
}


def read_comments(rows: Sequence[Any], *, now: datetime) -> list[IncomingComment]:
    """Every row as a comment, in order. Raises InvalidRows."""
    comments: list[IncomingComment] = []
    problems: list[RowProblem] = []
    for index, row in enumerate(rows):
        found = _comment(index, row, now)
        if isinstance(found, IncomingComment):
            comments.append(found)
        else:
            problems.extend(found)
    problems = problems or _clashes(comments)
    if problems:
        raise InvalidRows(describe_problems(problems, total=len(rows)), problems)
    return comments


def _comment(index: int, row: object, now: datetime) -> IncomingComment | list[RowProblem]:
    given = read_fields(CommentIn, "a comment", index, row)
    return _incoming(index, given, now) if isinstance(given, CommentIn) else given


def read_fields(model: type[M], noun: str, index: int, row: object) -> M | list[RowProblem]:
    """The row as that model, or everything wrong with it; `noun` is what a row is."""
    if not isinstance(row, dict):
        return [RowProblem(row=index, field=None, message=f"{noun} must be a JSON object")]
    # Checked before pydantic, which can't say which field holds the surrogate.
    broken = [
        detail(index, name, "holds a lone surrogate, which is not valid Unicode")
        for name, value in row.items()
        if not (is_unicode(name) and is_unicode(value))
    ]
    if broken:
        return broken
    try:
        return model.model_validate(row)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        words = _WORDS | {"extra_forbidden": f"is not a field of {noun}"}
        # Each `loc` names a field, because the row is known to be an object.
        return [detail(index, p["loc"][0], words.get(p["type"], "is unusable")) for p in problems]


def _incoming(index: int, given: CommentIn, now: datetime) -> IncomingComment | list[RowProblem]:
    created_at = given.created_at or now
    if not EARLIEST <= created_at <= now + timedelta(days=1):
        return [detail(index, "created_at", "must lie between 1970 and now")]
    if any(ord(char) < ord(" ") for char in given.source):
        return [detail(index, "source", "holds a control character")]
    comment = IncomingComment(
        source=given.source,
        source_id=given.id,
        text=given.text,
        author=given.author or UNKNOWN_AUTHOR,
        created_at=created_at,
        parent_source_id=given.parent_id or None,
        is_time_known=given.created_at is not None,
        author_email=given.author_email or None,
    )
    try:
        check_incoming(comment)
    except InvalidInput as error:
        return [problem_of(index, error, default="text")]
    return comment


def problem_of(index: int, error: InvalidInput, *, default: str) -> RowProblem:
    """The domain's message starts with the field in backquotes; without one it is about the field
    `default`."""
    named = re.match(r"`(\w+)` ", message := str(error))
    field = named[1] if named else default
    return detail(index, field, message.removeprefix(f"`{field}` "))


def _clashes(comments: Sequence[IncomingComment]) -> list[RowProblem]:
    """Rows with the key of an earlier row but another text: it is ambiguous which one is meant."""
    first: dict[tuple[str, str], int] = {}
    problems = []
    for index, comment in enumerate(comments):
        earlier = first.setdefault((comment.source, comment.source_id), index)
        if not is_same_text(comments[earlier].text, comment.text):
            problems.append(detail(index, "id", f"is that of row {earlier}, with another text"))
    return problems


def detail(index: int, field: object, message: str) -> RowProblem:
    """A problem of one field, whose name comes from the caller."""
    return RowProblem(row=index, field=field_name(field), message=message)
