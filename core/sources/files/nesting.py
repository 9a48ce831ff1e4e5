"""Finds comments inside other objects: API responses that wrap them, and replies under comments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from core.sources.files.columns import bare_name, field_of
from core.sources.files.removal import seems_gone
from core.sources.files.text_files import Row

# Keys under which a comment holds its replies, written as `bare_name` does.
REPLY_KEYS = frozenset(
    (
        *("children", "replies", "comments", "responses", "answers", "descendants", "kids"),
        *("childcomments", "subcomments", "nestedcomments"),
    )
)
# Keys under which an API response or an export holds comments, or another such object.
WRAPPERS = REPLY_KEYS | frozenset(
    (
        *("hits", "data", "items", "results", "result", "rows", "records", "entries", "entry"),
        *("posts", "response", "objects", "nodes", "edges", "node", "source", "list", "values"),
        *("documents", "docs", "elements", "embedded", "payload", "feed", "page", "messages"),
        *("thread", "threads", "topic", "topics", "discussion", "discussions", "article", "story"),
        *("conversation", "conversations", "poststream", "ancestors", "context", "statuses"),
        *("comment", "attributes", "fields", "snippet", "toplevelcomment", "post", "latestposts"),
        *("ordereditems", "object", "record", "postview", "message", "activity"),
    )
)
# Keys under which an object holds every version of its text, the present one last.
_VERSIONS = frozenset(("revisions", "versions", "bodyhistory", "edits"))
# What an object around a comment may say about it, if the comment itself does not.
_SAID_OUTSIDE = frozenset(("id", "author", "created_at", "parent_id"))
_SHOWN_KEYS = 8


@dataclass(frozen=True, slots=True)
class _Pending:
    """An object still to be examined. `parent` is the id of the comment it replies to. One that
    `may_be_other` was found beside a title or a comment: it need not be one."""

    where: str
    value: object
    parent: object = None
    is_reply: bool = False
    may_be_other: bool = False


def comments_in(row: Row) -> Iterator[Row]:
    """The row itself, or the rows inside it, each comment before its replies.

    An object that neither is a comment nor contains any becomes a Row with a problem.
    """
    # A stack instead of recursion: a thread may be deeper than Python's recursion limit.
    waiting = [_Pending(row.where, row.value)] if row.problem is None else []
    if row.problem is not None:
        yield row
    while waiting:
        found = waiting.pop()
        value = found.value
        if isinstance(value, list) and value:
            waiting += _entries(found)
        elif not isinstance(value, Mapping):
            if not (found.is_reply or found.may_be_other):  # replies may be given as ids only
                yield Row(found.where, value)
        elif _is_comment(value):
            yield Row(found.where, _with_parent(value, found.parent))
            if "title" in _fields(value) and "text" not in _fields(value):
                waiting += _beside_title(found)
            waiting += _inside(found, REPLY_KEYS, parent=value.get(_id_name(value)))
        elif (whole := _completed_inside(value)) is not None:
            waiting.append(replace(found, value=whole))
        elif wrapped := _inside(found, WRAPPERS, parent=found.parent):
            # Beside a comment stands what it is about: its post, its author.
            beside = any(_holds_comment(each.value) for each in wrapped)
            waiting += [replace(each, may_be_other=True) for each in wrapped] if beside else wrapped
        elif not (found.may_be_other or _is_empty_wrapper(value)):
            yield Row(found.where, value, None if _has_field(value) else _unknown(value))


def _entries(found: _Pending) -> list[_Pending]:
    """The entries of a list in a list, last one first."""
    assert isinstance(found.value, list)
    numbered = enumerate(found.value, start=1)
    return [replace(found, where=f"{found.where}, {n}", value=each) for n, each in numbered][::-1]


def _beside_title(found: _Pending) -> list[_Pending]:
    """The comments of a topic, which its export holds under another key than replies. Their ids
    may be of another kind than the topic's, so they don't reply to it."""
    inner = _inside(found, WRAPPERS - REPLY_KEYS, parent=found.parent)
    return [replace(each, may_be_other=True) for each in inner]


def _completed_inside(value: Mapping[str, object]) -> Mapping[str, object] | None:
    """The comment inside an object that also says something about it, like its id or its author,
    with these facts added; None if there is none or if it needs no fact."""
    for key, inner in _inner_objects(value):
        fields = _fields(inner)
        outside = {
            name: fact
            for name, fact in value.items()
            if name != key
            and (field_of(name) in _SAID_OUTSIDE - fields or bare_name(name) in REPLY_KEYS)
        }
        whole = {**outside, **inner}
        if "text" in fields and outside and _is_comment(whole):
            return whole
    return None


def _inner_objects(value: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The objects that may be the comment that `value` tells about, each with its key."""
    for key, inner in value.items():
        if bare_name(key) in WRAPPERS and isinstance(inner, Mapping):
            yield key, inner
        elif bare_name(key) in _VERSIONS and isinstance(inner, list) and inner:
            newest = inner[-1]
            if isinstance(newest, Mapping):
                # Its id is the version's, not the comment's.
                yield key, {name: each for name, each in newest.items() if field_of(name) == "text"}


def _inside(found: _Pending, names: frozenset[str], *, parent: object) -> list[_Pending]:
    """The values under these keys, last one first."""
    assert isinstance(found.value, Mapping)
    is_reply = names is REPLY_KEYS or found.is_reply
    inner: list[_Pending] = []
    for name, value in found.value.items():
        if not isinstance(name, str) or bare_name(name) not in names:
            continue
        if isinstance(value, Mapping):
            inner.append(_Pending(f"{found.where}, `{name}`", value, parent, is_reply))
        elif isinstance(value, list):
            inner += [
                _Pending(f"{found.where}, `{name}` {number}", each, parent, is_reply)
                for number, each in enumerate(value, start=1)
            ]
    if found.may_be_other:
        inner = [replace(each, may_be_other=True) for each in inner]
    return inner[::-1]


def _is_comment(value: Mapping[str, object]) -> bool:
    """Whether it has an id, and a text or a title or a word that both are gone."""
    fields = _fields(value)
    if "id" not in fields and "objectID" not in value:
        return False
    return bool(fields & {"text", "title"}) or seems_gone(value)


def _fields(value: Mapping[str, object]) -> set[str | None]:
    """The fields that the object's keys name. A comment inside it is not its text."""
    found = {field_of(name): inner for name, inner in value.items() if isinstance(name, str)}
    inner = found.get("text")
    if isinstance(inner, Mapping) and {"id", "text"} <= set(map(field_of, inner)):
        del found["text"]
    return set(found)


def _has_field(value: Mapping[str, object]) -> bool:
    """Whether it is an incomplete comment; its message says more than "unknown shape"."""
    return "objectID" in value or any(field_of(name) in ("id", "text") for name in value)


def _is_empty_wrapper(value: Mapping[str, object]) -> bool:
    """Whether it holds an empty list of comments, and none under a key that is not known."""
    is_empty = any(value.get(name) == [] for name in value if bare_name(name) in WRAPPERS)
    return is_empty and not any(map(_holds_comment, value.values()))


def _holds_comment(inner: object) -> bool:
    first = inner[0] if isinstance(inner, list) and inner else inner
    return isinstance(first, Mapping) and _is_comment(first)


def _id_name(value: Mapping[str, object]) -> str:
    if "objectID" in value:
        return "objectID"
    return next(name for name in value if field_of(name) == "id")


def _with_parent(value: Mapping[str, object], parent: object) -> Mapping[str, object]:
    """The reply with the comment above it as its parent, unless it names a parent itself."""
    named = [name for name in value if field_of(name) == "parent_id" and value[name] is not None]
    return value if parent is None or named else {**value, "parent_id": parent}


def _unknown(value: Mapping[str, object]) -> str:
    names = list(value)[:_SHOWN_KEYS]
    shown = ", ".join(f"`{str(name)[:40]}`" for name in names) or "no keys"
    more = f" and {len(value) - len(names)} more" if len(value) > len(names) else ""
    return (
        f"an object of unknown shape, with {shown}{more}; a comment has `id` and `text`, and a "
        "list of comments is under `comments`, `hits`, `items` or `data`"
    )
