"""Values as text: enums, times and units. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_DOWN, Decimal
from zoneinfo import ZoneInfo

from core.inference.base import ErrorKind
from core.moderation.appeals import AppealStatus
from core.moderation.cases import CaseTrigger
from core.moderation.comments import Visibility
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.notices import AppealStage, ScoreFact
from core.moderation.permissions import Role
from core.moderation.policies import ACTION_DONE, Action
from core.moderation.scores import Label

LABELS: dict[Label, str] = {
    Label.TOXICITY: "toxicity",
    Label.SEVERE_TOXICITY: "severe toxicity",
    Label.OBSCENE: "obscene",
    Label.THREAT: "threat",
    Label.INSULT: "insult",
    Label.IDENTITY_ATTACK: "identity attack",
}
NO_LONGER_SHOWN = "(withdrawn: its text is no longer shown)"
ACTIONS_DONE: dict[Action, str] = ACTION_DONE | {Action.HOLD: "held for review"}
VISIBILITY_TONES: dict[Visibility, str] = {
    Visibility.PENDING: "",
    Visibility.VISIBLE: "g",
    Visibility.HELD: "o",
    Visibility.REMOVED: "r",
    Visibility.WITHDRAWN: "",
}
"""Of the marks of the review desk: green, orange, red or none."""
VISIBLE_NOW: dict[Visibility, str] = {
    Visibility.PENDING: "not checked yet",
    Visibility.VISIBLE: "visible",
    Visibility.HELD: "waits",
    Visibility.REMOVED: "removed",
    Visibility.WITHDRAWN: "withdrawn",
}
APPEALS: dict[AppealStatus, str] = {
    AppealStatus.PENDING: "waits to be heard",
    AppealStatus.UPHELD: "decision upheld: it stands",
    AppealStatus.OVERTURNED: "decision overturned: the comment is back",
    AppealStatus.CLOSED: "closed: the text it was about is gone",
}
TRIGGERS: dict[CaseTrigger, str] = {
    CaseTrigger.HOLD: "held by a rule",
    CaseTrigger.NOT_SCORED: "could not be scored",
    CaseTrigger.AFTER_EDIT: "edited after a decision",
    CaseTrigger.LANGUAGE: "not assessed: language",
    CaseTrigger.NOT_READ_WHOLE: "too long to be read whole",
    CaseTrigger.REOPENED: "was reopened",
    CaseTrigger.REPORT: "was reported",
    CaseTrigger.BLIND: "is a blind check",
}
ROLES: dict[Role, str] = {
    Role.AUTHOR: "looks up the decision on a comment",
    Role.MODERATOR: "decides the cases of the review queue",
    Role.LEAD: "decides escalated cases, hears appeals and drafts the policy",
    Role.OPS: "watches backends and latency, and imports comments",
    Role.ADMIN: "manages people and API keys, and decides nothing",
    Role.AUDITOR: "reads everything and changes nothing",
    Role.SYSTEM: "the console's own programs and commands",
}
FAILURES: dict[ErrorKind, str] = {
    ErrorKind.BACKEND: "the model's server failed",
    ErrorKind.MODEL: "the model can't be used",
    ErrorKind.TIMEOUT: "the model gave no answer in time",
    ErrorKind.BAD_INPUT: "the model refused this text",
    ErrorKind.BAD_SCORE: "the model returned an invalid score",
    ErrorKind.BAD_SHAPE: "the model's answer could not be read",
    ErrorKind.TOO_LARGE: "the model's answer was too large",
    ErrorKind.CONNECT: "the model could not be reached",
    ErrorKind.TLS: "the connection to the model was not secure",
    ErrorKind.AUTH: "the model refused our key",
    ErrorKind.CONFIGURATION: "the settings of the model's backend are wrong",
    ErrorKind.NOT_FOUND: "the model was not found at its address",
    ErrorKind.REDIRECT: "the model's address redirects to another one",
    ErrorKind.RATE_LIMITED: "the model's rate limit was reached",
    ErrorKind.QUOTA: "the quota for the model is used up",
    ErrorKind.LOADING: "the model was still loading",
    ErrorKind.CIRCUIT_OPEN: "the model keeps failing, so calls to it are paused",
    ErrorKind.LANGUAGE: "the model does not assess this language",
}

APPEAL_BADGES: dict[AppealStage, tuple[str, str, str]] = {
    AppealStage.PENDING: ("appeal waits to be heard", "blue", ":material/hourglass_top:"),
    AppealStage.UPHELD: ("appeal heard: removal stands", "gray", ":material/balance:"),
    AppealStage.OVERTURNED: ("appeal heard: comment restored", "green", ":material/balance:"),
    AppealStage.CLOSED: ("appeal closed: its text is gone", "gray", ":material/do_not_disturb_on:"),
}
ONLY_A_PERSON = "a person only"
"""Where a label's band for removal would be named, if the policy has none."""
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def ago(moment: datetime, now: datetime) -> str:
    """How long ago in the largest whole unit, from minutes to years: `3 min ago`."""
    seconds = max(0.0, (now - moment).total_seconds())
    for size, unit in ((31_557_600, "y"), (86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now"


def millis(moment: datetime) -> int:
    """Milliseconds since 1970 UTC, as JavaScript counts time."""
    return int(moment.timestamp() * 1_000)


def local_time(moment: datetime, zone: tzinfo) -> str:
    """A time in the viewer's time zone, with the zone's name."""
    local = moment.astimezone(zone)
    return f"{local:%d %b %Y, %H:%M} {local:%Z}"


def decision_lines(chain: Sequence[Decision], now: datetime) -> list[str]:
    """One line for each decision, newest first; an undo says what was undone."""
    by_id = {past.id: past for past in chain}
    return [decision_line(past, now, by_id.get(past.undoes or "")) for past in reversed(chain)]


def decision_line(decision: Decision, now: datetime, undone: Decision | None = None) -> str:
    """One line for staff: who decided what, and when. `undone` is the decision that it undoes."""
    who = {
        DecisionSource.RULE: f"policy v{decision.policy_version}",
        DecisionSource.FAILURE_POLICY: "failure policy (not scored)",
        DecisionSource.AFTER_EDIT: "edited after a decision",
        DecisionSource.LANGUAGE: "not assessed: language",
        DecisionSource.NOT_READ_WHOLE: "too long to be read whole",
        DecisionSource.EARLIER_APPROVAL: "same text as a person approved",
        DecisionSource.REVIEWER: decision.actor,
    }[decision.source]
    what = ACTIONS_DONE[decision.action]
    if decision.undoes is not None:
        taken_back = f" ({ACTIONS_DONE[undone.action]})" if undone is not None else ""
        what = f"undid their decision{taken_back}: {what} again"
    elif decision.source is DecisionSource.REVIEWER and decision.action is Action.HOLD:
        what = f"reopened: {what}"
    elif decision.appeal_id is not None:
        what = f"{what} on appeal"
    return f"{who} · {what} · {ago(decision.decided_at, now)}"


def viewer_zone(name: str | None) -> tzinfo:
    """The time zone reported by the browser; UTC if it is missing or unknown."""
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, KeyError, OSError):
        return UTC


def score_figure(score: float) -> str:
    """A score cut to two digits, not rounded: 0.969 must not look as if it reached 0.97."""
    return str(Decimal(repr(score)).quantize(Decimal("0.01"), rounding=ROUND_DOWN))


def cut_score(score: float) -> float:
    """The number that `score_figure` shows, for tables with sortable columns."""
    return float(score_figure(score))


def score_rows(facts: Sequence[ScoreFact]) -> dict[str, list[str]]:
    """The scores behind a decision and their thresholds, as the columns of a table."""
    return {
        "label": [LABELS[fact.label] for fact in facts],
        "score": [score_figure(fact.score) for fact in facts],
        "hold from": [_threshold(fact, Action.HOLD) for fact in facts],
        "remove from": [_threshold(fact, Action.REMOVE, ONLY_A_PERSON) for fact in facts],
    }


def only_people_remove(labels: Sequence[Label]) -> str:
    """The sentence about labels by which nothing is removed; empty without any."""
    if not labels:
        return ""
    names = ", ".join(LABELS[label] for label in labels)
    return f"By policy, only a person removes a comment for: {names}."


def _threshold(fact: ScoreFact, action: Action, without: str = "–") -> str:
    low = fact.thresholds.get(action)
    return without if low is None else f"{low:.2f}"


def on_primary(words: str) -> str:
    """The label of a filled button. Streamlit writes it in white, which is too faint on the accent
    of the dark theme; the theme's violet for texts is the right colour in both."""
    return f":violet[{words}]"


def plain(text: str) -> str:
    """The text with all punctuation escaped, for elements that render Markdown."""
    return _PUNCTUATION.sub(r"\\\1", text)
