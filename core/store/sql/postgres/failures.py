"""What PostgreSQL's errors mean, by their SQLSTATE.

Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from core.store.sql.database import PATIENCE_S

_LOCK_NOT_AVAILABLE = "55P03"
# No room, no memory, or faults of the server itself: a check with a small write may not meet them.
_LASTING = ("53100", "53200", "58", "XX")
# A restart of the server, and two transactions of which the server ended one.
_TRANSIENT = ("08", "57P", "40001", "40P01")
READ_ONLY = "it can't be written: a replica, or set to read only"
_WORDS = {
    _LOCK_NOT_AVAILABLE: f"other writes have held the lock for {PATIENCE_S} seconds",
    "25006": READ_ONLY,
    "28P01": "the user or the password is wrong",
    "3D000": "there is no such database",
    "42501": "this user has no right to that",
    "53100": "the server's disk is full",
    "53300": "the server has no connection free",
    "57P01": "the server was stopped",
    "57P03": "the server is starting or stopping",
}


def sqlstate_of(error: BaseException | None) -> str | None:
    """None if the server sent no error: it wasn't reached, or the connection was lost."""
    code: str | None = getattr(error, "sqlstate", None)
    return code


def is_lasting(error: BaseException | None) -> bool:
    """Whether the next write would meet it, although a check may not."""
    return (sqlstate_of(error) or "").startswith(_LASTING)


def is_transient(error: BaseException | None) -> bool:
    """Whether the same transaction, begun anew, may well succeed."""
    code = sqlstate_of(error)
    return code is None or code.startswith(_TRANSIENT)


def reason_of(error: BaseException | None) -> str:
    """One line, without the rows and parameters that the server's details quote."""
    code = sqlstate_of(error)
    if code in _WORDS:
        return _WORDS[code]
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    if code is not None and primary:
        return f"{primary} ({code})"
    line = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return f"no connection: {line.strip()}"
