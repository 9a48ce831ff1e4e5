"""Which columns of a plain row hold a comment's id, text, author, time and parent."""

import re
from dataclasses import dataclass
from functools import lru_cache

from core.errors import InvalidInput

# Common names of each field, in lower case and without `_`, `-`, `.` and spaces. The first name of
# each is the documented one.
ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("id", "commentid"),
    "text": (
        *("text", "body", "comment", "content", "message"),
        *("commenttext", "commentbody", "commentcontent"),
    ),
    "author": ("author", "authorname", "user", "username", "by", "commentauthor"),
    "created_at": (
        *("createdat", "created", "createdon", "createdutc", "createdtime"),
        *("timestamp", "time", "date", "datetime", "postedat", "publishedat", "commentdate"),
    ),
    "parent_id": (
        *("parentid", "parent", "parentcommentid", "commentparent"),
        *("inreplyto", "inreplytoid", "replyto", "replytoid"),
    ),
    "title": ("title",),
    "deleted": ("deleted", "isdeleted"),
}
_FIELD_OF = {alias: field for field, aliases in ALIASES.items() for alias in aliases}
_SEPARATORS = re.compile(r"[\s_.\-]+")


@dataclass(frozen=True, slots=True)
class RowShape:
    """The column names of one kind of row. Of `times`, the first that has a value is used."""

    id: str
    text: str
    author: str
    times: tuple[str, ...]
    parent: str
    is_hackernews: bool
    title: str = "title"
    deleted: str = "deleted"

    @property
    def names(self) -> frozenset[str]:
        """Every column that is read for a comment."""
        return frozenset(
            (self.id, self.text, self.author, *self.times, self.parent, self.title, self.deleted)
        )


def field_of(name: str) -> str | None:
    """The field a column holds, by its name in any case and by common alternatives."""
    return _FIELD_OF.get(_SEPARATORS.sub("", name).casefold())


@lru_cache(maxsize=256)
def plain_shape(names: tuple[str, ...]) -> RowShape:
    """The shape of a site's own rows. Raises InvalidInput if two columns hold the same field."""
    found: dict[str, str] = {}
    for name in names:
        field = field_of(name)
        if field is None:
            continue
        if field in found:
            raise InvalidInput(
                f"`{found[field]}` and `{name}` both name the {_WORDS[field]}; "
                "rename or leave out one of them"
            )
        found[field] = name
    return RowShape(
        found.get("id", "id"),
        found.get("text", "text"),
        found.get("author", "author"),
        (found.get("created_at", "created_at"),),
        found.get("parent_id", "parent_id"),
        False,
        found.get("title", "title"),
        found.get("deleted", "deleted"),
    )


_WORDS = {
    "id": "id",
    "text": "text",
    "author": "author",
    "created_at": "time",
    "parent_id": "parent",
    "title": "title",
    "deleted": "deletion",
}
