"""What an alert tells: its facts when it begins or ends, and the body of the webhook."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.moderation.response_times import Step
from core.servinglog.causes.cause import LikelyCause
from core.servinglog.objectives.alerts import Alert, AlertMessageType
from core.servinglog.objectives.rules import (
    BURN_RULES,
    BurnRule,
    ObjectiveKind,
    ObjectiveStatus,
)

_BY = {None: "anybody", Step.MODEL: "the model", Step.PERSON: "a person"}


def promise(status: ObjectiveStatus) -> str:
    """`99 % of calls answered in 500 ms, 30 days`."""
    objective = status.objective
    share = f"{objective.share * 100:.10g} %"
    within = _long(objective.within.total_seconds()) if objective.within else ""
    what = {
        ObjectiveKind.LATENCY: f"of calls answered in {within}",
        ObjectiveKind.AVAILABILITY: "of requests let in and answered",
        ObjectiveKind.DECISION: f"decided by {_BY[objective.step]} in {within}",
    }[objective.kind]
    return f"{share} {what}, {objective.days} days"


def _long(seconds: float) -> str:
    for size, unit in ((3600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            return f"{seconds / size:.4g} {unit}"
    return f"{seconds * 1000:.4g} ms"


def alert_facts(
    alert: Alert, status: ObjectiveStatus | None, cause: LikelyCause | None
) -> Mapping[str, Any]:
    """The figures of that moment, without the text of any comment; none for an objective that is
    no longer there."""
    if status is None:
        return {}
    rule = status.burning or _rule_of(alert)
    counts = status.counts[rule.long]
    told: dict[str, Any] = {
        "promise": promise(status),
        "budget_left": _rounded(status.budget_left),
        "burn_rate": _rounded(status.burn_rate(rule.long)),
        "window_s": int(rule.long.total_seconds()),
        "events": counts.events,
        "bad": counts.bad,
    }
    if cause is not None and alert.is_open:
        told["cause"] = {
            "kind": cause.kind.value,
            "sentence": cause.sentence,
            "evidence": list(cause.evidence),
            "advice": cause.advice,
        }
    return told


def _rule_of(alert: Alert) -> BurnRule:
    return next(rule for rule in BURN_RULES if rule.severity is alert.severity)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def alert_message(alert: Alert, kind: AlertMessageType, console_url: str) -> tuple[str, bytes]:
    """The id and the JSON body of the message; the same at each attempt. ASCII alone."""
    is_end = kind is AlertMessageType.ENDED
    moment = alert.ended_at if is_end else alert.began_at
    data = {
        "objective": alert.objective,
        "severity": alert.severity.value,
        "began_at": _time(alert.began_at),
        "ended_at": _time(alert.ended_at) if is_end else None,
        **(alert.end_facts if is_end else alert.facts),
        "overview_url": f"{console_url}/overview",
    }
    told = {"type": kind.value, "timestamp": _time(moment), "data": data}
    return f"msg_{alert.id}_{'end' if is_end else 'begin'}", json.dumps(told).encode("ascii")


def _time(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
