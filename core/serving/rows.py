"""Turns the rows of a request into comments, or into one error that names every wrong row."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from core.errors import InvalidInput, InvalidRows, RowProblem
from core.moderation.cleaning import is_same_text
from core.moderation.comments import UNKNOWN_AUTHOR, IncomingComment, check_incoming
from core.services.submit import describe_problems
from core.serving.request_body import field_name
from core.serving.schemas import TIME_WORDS, CommentIn

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

# Pydantic's own messages quote the input, so they are replaced.
_WORDS = {
    "missing": "is missing",
    "string_type": "must be text",
    "extra_forbidden": "is not a field of a comment",
    "time": TIME_WORDS,
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
    if not isinstance(row, dict):
        return [RowProblem(row=index, field=None, message="a comment must be a JSON object")]
    # Checked before pydantic, which can't say which field holds the surrogate.
    broken = [
        _detail(index, name, "holds a lone surrogate, which is not valid Unicode")
        for name, value in row.items()
        if not (_is_unicode(name) and _is_unicode(value))
    ]
    if broken:
        return broken
    try:
        given = CommentIn.model_validate(row)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        # Each `loc` names a field, because the row is known to be an object.
        return [_detail(index, p["loc"][0], _WORDS.get(p["type"], "is unusable")) for p in problems]
    return _incoming(index, given, now)


def _incoming(index: int, given: CommentIn, now: datetime) -> IncomingComment | list[RowProblem]:
    created_at = given.created_at or now
    if not EARLIEST <= created_at <= now + timedelta(days=1):
        return [_detail(index, "created_at", "must lie between 1970 and now")]
    if any(ord(char) < ord(" ") for char in given.source):
        return [_detail(index, "source", "holds a control character")]
    comment = IncomingComment(
        source=given.source,
        source_id=given.id,
        text=given.text,
        author=given.author or UNKNOWN_AUTHOR,
        created_at=created_at,
        parent_source_id=given.parent_id or None,
        is_time_known=given.created_at is not None,
    )
    try:
        check_incoming(comment)
    except InvalidInput as error:
        # The domain's message starts with the field in backquotes; without a name it is about the
        # text.
        named = re.match(r"`(\w+)` ", message := str(error))
        field = named[1] if named else "text"
        return [_detail(index, field, message.removeprefix(f"`{field}` "))]
    return comment


def _clashes(comments: Sequence[IncomingComment]) -> list[RowProblem]:
    """Rows with the key of an earlier row but another text: it is ambiguous which one is meant."""
    first: dict[tuple[str, str], int] = {}
    problems = []
    for index, comment in enumerate(comments):
        earlier = first.setdefault((comment.source, comment.source_id), index)
        if not is_same_text(comments[earlier].text, comment.text):
            problems.append(_detail(index, "id", f"is that of row {earlier}, with another text"))
    return problems


def _is_unicode(value: object) -> bool:
    try:
        _ = value.encode() if isinstance(value, str) else b""
    except UnicodeEncodeError:
        return False
    return True


def _detail(index: int, field: object, message: str) -> RowProblem:
    return RowProblem(row=index, field=field_name(field), message=message)
