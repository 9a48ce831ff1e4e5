"""What the names of a table's columns tell of what they hold, and in which unit. Pure."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from core.servinglog.importing.durations import NAMES, DurationUnit
from core.servinglog.importing.outcomes import READERS

# In lower case, without a unit at the end, and only letters and digits. Of several columns the one
# that is named first here counts; of time, end and total there may be only one.
ALIASES: dict[str, tuple[str, ...]] = {
    "time": (
        *("startedat", "starttime", "start", "starttimestamp", "timestamp", "ts", "time"),
        *("datetime", "timelocal", "timeiso8601", "asctime", "createdat", "date"),
    ),
    "end": ("endedat", "endtime", "end", "finishedat", "completedat"),
    "total": (
        *("total", "totaltime", "latency", "duration", "elapsed", "responsetime", "requesttime"),
        *("requestduration", "requestlatency", "timetaken", "took", "walltime", "processtime"),
    ),
    "queue": ("queue", "queuetime", "queueduration", "waittime"),
    "tokenize": ("tokenize", "tokenization", "tokenizationtime", "tokenizetime"),
    "compute": ("compute", "inference", "inferencetime", "computetime", "predict", "predicttime"),
    "network": ("network", "networktime"),
    "status": (
        *("status", "statuscode", "httpstatus", "httpstatuscode", "responsecode", "code"),
        *("httpcode", "responsestatus", "responsestatuscode", "httpresponsestatuscode"),
    ),
    "outcome": ("outcome", "callstatus", "requeststatus"),
    "success": ("success", "issuccess", "successful", "issuccessful", "succeeded", "ok", "isok"),
    "error": (
        *("errorkind", "error", "errortype", "exception", "exceptiontype", "err"),
        *("errormessage", "errormsg", "errorcode", "errorreason", "failurereason"),
    ),
    "failed": (
        *("failed", "isfailed", "iserror", "haserror", "errored", "iserrored", "failure"),
        *("isfailure", "timedout", "istimeout"),
    ),
    "batch_size": ("batchsize", "batch"),
    "chars": ("chars", "characters", "textlength"),
    "tokens": ("tokens", "inputtokens", "prompttokens", "contexttokens"),
    "model_version": ("modelversion", "model", "modelname", "modelid"),
    "request_id": ("requestid", "xrequestid", "reqid", "callerrequestid"),
    "trace_id": ("traceid",),
    "path": ("path", "route", "url", "uri", "endpoint", "urltemplate"),
}
DURATIONS = ("total", "queue", "tokenize", "compute", "network")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zµμ]+|[0-9]+")


def unit_of_name(name: str) -> DurationUnit | None:
    """`latency_ms`, `durationMs` and `took (ms)` end with a unit."""
    return _split(name)[1]


def fits(name: str, alias: str, *, is_time: bool) -> bool:
    """Whether a column of this name holds what the alias stands for."""
    stem, unit = _split(name)
    if stem != alias:
        return False
    # `time_ms` may be a time or a duration; `ts_ms` can only be a time.
    return not (is_time and unit is not None and alias in ("time", "start", "end"))


@lru_cache(maxsize=1_000)
def outcome_of(name: str) -> str | None:
    """What a column of this name tells of a call's outcome, a key of READERS."""
    stem, _ = _split(name)
    return next((what for what in READERS if stem in ALIASES[what]), None)


def unread_columns(names: Iterable[str], columns: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that nothing is taken from. All that tell of the outcome are read, unless they
    were left out by an empty name."""
    read = set(columns.values())
    told = {what for what in READERS if columns.get(what) != ""}
    return tuple(name for name in names if name not in read and outcome_of(name) not in told)


def _split(name: str) -> tuple[str, DurationUnit | None]:
    words = [word.lower() for word in _WORDS.findall(name)]
    unit = NAMES.get(words[-1]) if len(words) > 1 else None
    return "".join(words if unit is None else words[:-1]), unit
