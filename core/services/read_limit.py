"""How much of a text was read when the comments that were not read to their end were scored last.

A limit is the most tokens that are read of a text; 0: none is known. It is noted as an audit event,
so that no process scores all of these comments again and again.
"""

from core.moderation.audit import READ_LIMIT, AuditKind
from core.moderation.permissions import SYSTEM
from core.services.context import Context
from core.store.base import Reader

_TOKENS = "most_tokens"


def is_raised(reader: Reader, most_tokens: int) -> bool:
    """Whether more is read now than at the noted limit, as far as both are known."""
    noted = _noted(reader)
    if noted is None:
        return True
    return most_tokens != noted and (most_tokens == 0 or 0 < noted < most_tokens)


def is_other_limit(reader: Reader, most_tokens: int) -> bool:
    """Whether the noted limit is another one, or there is none."""
    return _noted(reader) != most_tokens


def note_limit(context: Context, most_tokens: int) -> None:
    """Comments that were not read to their end are as they should be at this limit."""
    event = context.audit(
        AuditKind.READ_LIMIT_NOTED, SYSTEM, READ_LIMIT, **{_TOKENS: str(most_tokens)}
    )
    with context.store.write() as tx:
        tx.add_audit(event)


def _noted(reader: Reader) -> int | None:
    events = reader.audit_trail(READ_LIMIT)
    return int(events[-1].data[_TOKENS]) if events else None
