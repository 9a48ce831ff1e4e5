"""Comments inside other objects: answers of APIs that wrap them, and replies under comments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.sources.files.columns import field_of
from core.sources.files.text_files import Row

# Under these a comment holds the comments that answer it.
REPLY_KEYS = frozenset(("children", "replies", "comments", "responses"))
# Under these an answer of an API, or an export, holds comments, or one more such object.
WRAPPERS = REPLY_KEYS | frozenset(
    (
        "hits",
        "data",
        "items",
        "results",
        "result",
        "rows",
        "records",
        "entries",
        "posts",
        "response",
        "objects",
        "nodes",
        "edges",
        "node",
        "_source",
        "list",
        "values",
        "documents",
    )
)
_SHOWN_KEYS = 8


@dataclass(frozen=True, slots=True)
class _Found:
    """An object still to be looked into. `parent` is the id of the comment it answers."""

    where: str
    value: object
    parent: object = None
    is_reply: bool = False


def comments_in(row: Row) -> Iterator[Row]:
    """The row itself, or the rows inside it, each before those that answer it.

    An object that neither is a comment nor wraps any becomes a Row with a problem.
    """
    # A stack and not recursion: a thread may be deeper than Python lets functions call.
    waiting = [_Found(row.where, row.value)] if row.problem is None else []
    if row.problem is not None:
        yield row
    while waiting:
        found = waiting.pop()
        value = found.value
        if not isinstance(value, Mapping):
            if not found.is_reply:  # replies may be given by their ids alone
                yield Row(found.where, value)
        elif _is_comment(value):
            yield Row(found.where, _with_parent(value, found.parent))
            waiting += _inside(found, REPLY_KEYS, parent=value.get(_id_name(value)))
        elif wrapped := _inside(found, WRAPPERS, parent=found.parent):
            waiting += wrapped
        elif not _is_empty_wrapper(value):
            yield Row(found.where, value, None if _has_field(value) else _unknown(value))


def _inside(found: _Found, names: frozenset[str], *, parent: object) -> list[_Found]:
    """What the value holds under these names, last first."""
    assert isinstance(found.value, Mapping)
    is_reply = names is REPLY_KEYS or found.is_reply
    inner: list[_Found] = []
    for name, value in found.value.items():
        if not isinstance(name, str) or name.casefold() not in names:
            continue
        if isinstance(value, Mapping):
            inner.append(_Found(f"{found.where}, `{name}`", value, parent, is_reply))
        elif isinstance(value, list):
            inner += [
                _Found(f"{found.where}, `{name}` {number}", each, parent, is_reply)
                for number, each in enumerate(value, start=1)
            ]
    return inner[::-1]


def _is_comment(value: Mapping[str, object]) -> bool:
    fields = {field_of(name) for name in value if isinstance(name, str)}
    return bool(fields & {"text", "title"}) and ("id" in fields or "objectID" in value)


def _has_field(value: Mapping[str, object]) -> bool:
    """Whether it is a comment with something missing, which is told better than "unknown"."""
    return "objectID" in value or any(field_of(name) in ("id", "text") for name in value)


def _is_empty_wrapper(value: Mapping[str, object]) -> bool:
    return any(value.get(name) == [] for name in value if name.casefold() in WRAPPERS)


def _id_name(value: Mapping[str, object]) -> str:
    if "objectID" in value:
        return "objectID"
    return next(name for name in value if field_of(name) == "id")


def _with_parent(value: Mapping[str, object], parent: object) -> Mapping[str, object]:
    """The reply with the comment it stands under as its parent, where it names none itself."""
    told = [name for name in value if field_of(name) == "parent_id" and value[name] is not None]
    return value if parent is None or told else {**value, "parent_id": parent}


def _unknown(value: Mapping[str, object]) -> str:
    names = list(value)[:_SHOWN_KEYS]
    shown = ", ".join(f"`{str(name)[:40]}`" for name in names) or "no keys"
    more = f" and {len(value) - len(names)} more" if len(value) > len(names) else ""
    return (
        f"an object of unknown shape, with {shown}{more}; a comment has `id` and `text`, and a "
        "list of comments stands under `comments`, `hits`, `items` or `data`"
    )
