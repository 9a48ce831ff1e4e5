"""Which columns of a plain row hold a comment's id, text, author, time, parent and deletion."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.errors import InvalidInput
from core.moderation.invisible import visible_form

# Common names of each field, in lower case and without `_`, `-`, `.`, `:`, `/` and spaces. The
# first name of each is the documented one. A row may have only one of them.
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
    # No other name: an address is stored only where somebody wants notices sent to it.
    "author_email": ("authoremail",),
}
# Names that mean the field only in a row without one of ALIASES; the first of them that a row has
# is used, and the others are named as unread.
RARE_ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("commentuuid", "messageid", "uuid", "guid", "cid"),
    "text": (
        *("messagetext", "messagebody", "bodytext", "textcontent", "contenttext", "fulltext"),
        *("plaintext", "textoriginal", "rawtext", "raw", "msg", "textdisplay", "commenthtml"),
        *("contenthtml", "bodyhtml", "contentrendered", "cooked", "html"),
    ),
    "author": (
        *("commenter", "commentername", "poster", "postername", "postedby", "writer", "writtenby"),
        *("creator", "createdby", "submittedby", "sender", "from", "owner", "account"),
        *("authorusername", "authordisplayname", "userdisplayname", "userlogin", "login"),
        *("displayname", "screenname", "nickname", "nick", "handle", "name"),
    ),
    "created_at": (
        *("datecreated", "createddate", "creationdate", "createtime", "creationtime"),
        *("timecreated", "createdtimestamp", "commentdategmt", "commentedat", "commentedon"),
        *("submittedat", "submittedon", "posted", "postedon", "dateposted", "postdate", "posttime"),
        *("published", "publishedon", "datepublished", "publishdate", "pubdate", "dateadded"),
        *("addedat", "insertedat", "sentat", "writtenat", "timestamputc", "timestampms"),
        *("unixtimestamp", "unixtime", "epoch", "dategmt", "ts", "at"),
    ),
    "parent_id": (
        *("replytocommentid", "replytomessageid", "inreplytocommentid", "inreplytostatusid"),
        *("parentuuid", "parentguid", "parentmessageid", "parentpostid", "replyparentid"),
        *("replyingto", "repliedto", "threadparent", "pid"),
    ),
}
# Columns that say that the comment is gone; a row may have several. FLAG: true or false; MOMENT:
# when it was deleted, or something else that only a deleted one has; STATUS: one word.
_FLAG = (
    *("deleted", "isdeleted", "wasdeleted", "removed", "isremoved", "wasremoved"),
    *("withdrawn", "iswithdrawn", "dead", "isdead", "retracted", "isretracted"),
    *("userdeleted", "deletedbyuser", "deletedbyauthor", "delete", "trashed", "istrashed"),
)
_MOMENT = (
    *("deletedat", "deletedon", "datedeleted", "deletiondate", "deletedtime"),
    *("removedat", "removedon", "dateremoved", "withdrawnat", "trashedat"),
    # Who removed it, or why: empty unless it was.
    *("removedby", "deletedby", "removedbycategory", "bannedby"),
)
_STATUS = ("status", "state", "commentstatus")
_FIELD_OF = {
    alias: field
    for table in (RARE_ALIASES, ALIASES, {"deletion": (*_FLAG, *_MOMENT, *_STATUS)})
    for field, aliases in table.items()
    for alias in aliases
}
_SEPARATORS = re.compile(r"[\s_.\-:/]+")


@dataclass(frozen=True, slots=True)
class RowShape:
    """The column names of one kind of row. Of `times`, the first that has a value is used. The
    last three say that a comment is gone: by true or false, by the time, or by a word."""

    id: str
    text: str
    author: str
    times: tuple[str, ...]
    parent: str
    is_hackernews: bool
    title: str = "title"
    deleted: tuple[str, ...] = ("deleted",)
    deleted_at: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    email: str = "author_email"

    @property
    def names(self) -> frozenset[str]:
        """Every column that is read for a comment."""
        columns = (self.id, self.text, self.author, *self.times, self.parent, self.title)
        if not self.is_hackernews:
            columns = (*columns, self.email)
        return frozenset((*columns, *self.deleted, *self.deleted_at, *self.status))


def field_of(name: str) -> str | None:
    """The field a column holds, by its name in any case and by common alternatives."""
    return _FIELD_OF.get(bare_name(name))


def bare_name(name: str) -> str:
    """The name in lower case and without separators, to compare it with others."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", visible_form(name))).casefold()


@lru_cache(maxsize=256)
def plain_shape(names: tuple[str, ...]) -> RowShape:
    """The shape of a site's own rows. Raises InvalidInput if two columns hold the same field."""
    bare = {name: bare_name(name) for name in names}
    found = {field: _column(field, bare) for field in ALIASES}
    return RowShape(
        found["id"] or "id",
        found["text"] or "text",
        found["author"] or "author",
        (found["created_at"] or "created_at",),
        found["parent_id"] or "parent_id",
        False,
        found["title"] or "title",
        _all_of(_FLAG, bare) or ("deleted",),
        _all_of(_MOMENT, bare),
        _all_of(_STATUS, bare),
        found["author_email"] or "author_email",
    )


def _column(field: str, bare: Mapping[str, str]) -> str | None:
    named = _all_of(ALIASES[field], bare)
    if len(named) > 1:
        raise InvalidInput(
            f"`{named[0]}` and `{named[1]}` both name the {_WORDS[field]}; "
            "rename or leave out one of them"
        )
    rare = [each for alias in RARE_ALIASES.get(field, ()) for each in _all_of((alias,), bare)]
    return next(iter([*named, *rare]), None)


def _all_of(aliases: Iterable[str], bare: Mapping[str, str]) -> tuple[str, ...]:
    wanted = frozenset(aliases)
    return tuple(name for name, plain in bare.items() if plain in wanted)


_WORDS = {
    "id": "id",
    "text": "text",
    "author": "author",
    "created_at": "time",
    "parent_id": "parent",
    "title": "title",
    "author_email": "author's address",
}
