"""Values as text in the reader's language: enums, times and units."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from core.inference.base import ErrorKind
from core.moderation.appeals import AppealStatus
from core.moderation.cases import CaseTrigger
from core.moderation.comments import Visibility
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.notices import AppealStage, ScoreFact
from core.moderation.people import STAFF_ROLES
from core.moderation.permissions import Role
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.texts.texts import english
from dashboard.staff_texts import Said, decimal, said, say, staff_texts

LABELS = said("common.label", Label)
ACTIONS_DONE = said("common.action_done", Action)
ACTIONS_SHORT = said("common.action_short", Action)
VISIBILITY_TONES: dict[Visibility, str] = {
    Visibility.PENDING: "",
    Visibility.VISIBLE: "g",
    Visibility.HELD: "o",
    Visibility.REMOVED: "r",
    Visibility.WITHDRAWN: "",
}
"""Of the marks of the review desk: green, orange, red or none."""
VISIBLE_NOW = said("common.visible_now", Visibility)
APPEALS = said("common.appeal", AppealStatus)
TRIGGERS = said("common.trigger", CaseTrigger)
ROLES = said("common.role", Role)
"""What each is for."""
ROLE_NAMES = said("common.role_name", STAFF_ROLES)
FAILURES = said("common.failure", ErrorKind)
_APPEAL_TONES: dict[AppealStage, tuple[str, str]] = {
    AppealStage.PENDING: ("blue", ":material/hourglass_top:"),
    AppealStage.UPHELD: ("gray", ":material/balance:"),
    AppealStage.OVERTURNED: ("green", ":material/balance:"),
    AppealStage.CLOSED: ("gray", ":material/do_not_disturb_on:"),
}
APPEAL_BADGES = Said(
    _APPEAL_TONES,
    lambda stage: (say(f"common.appeal_badge.{stage.name.lower()}"), *_APPEAL_TONES[stage]),
)
"""Words, colour and icon."""
_UNITS = ((31_557_600, "years"), (86_400, "days"), (3_600, "hours"), (60, "minutes"))
_SOURCES: dict[DecisionSource, str] = {
    DecisionSource.FAILURE_POLICY: "common.decision.failure_policy",
    DecisionSource.AFTER_EDIT: "common.decision.after_edit",
    DecisionSource.LANGUAGE: "common.decision.language",
    DecisionSource.NOT_READ_WHOLE: "common.decision.not_read_whole",
    DecisionSource.EARLIER_APPROVAL: "common.decision.earlier_approval",
}
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def ago(moment: datetime, now: datetime) -> str:
    """How long ago in the largest whole unit, from minutes to years: `3 min ago`."""
    seconds = max(0.0, (now - moment).total_seconds())
    for size, unit in _UNITS:
        if seconds >= size:
            return say(f"common.ago.{unit}", count=str(int(seconds // size)))
    return say("common.ago.now")


def no_longer_shown() -> str:
    """What stands in place of a withdrawn text."""
    return say("common.withdrawn.text")


def role_names(roles: Sequence[Role]) -> str:
    """Those of the staff, in a row."""
    return ", ".join(ROLE_NAMES[role] for role in roles)


def millis(moment: datetime) -> int:
    """Milliseconds since 1970 UTC, as JavaScript counts time."""
    return int(moment.timestamp() * 1_000)


def local_time(moment: datetime, zone: tzinfo) -> str:
    """A time in the viewer's time zone, with the zone's name."""
    return staff_texts().time(moment, zone)


def short_day(moment: datetime) -> str:
    """`26 Nov`, of a moment in the zone that it has."""
    month = say("common.calendar.short_months").split()[moment.month - 1]
    return say("common.time.day", day=f"{moment:%d}", month=month)


def decision_lines(chain: Sequence[Decision], now: datetime) -> list[str]:
    """One line for each decision, newest first; an undo says what was undone."""
    by_id = {past.id: past for past in chain}
    return [decision_line(past, now, by_id.get(past.undoes or "")) for past in reversed(chain)]


def decision_line(decision: Decision, now: datetime, undone: Decision | None = None) -> str:
    """One line for staff: who decided what, and when. `undone` is the decision that it undoes."""
    what = ACTIONS_DONE[decision.action]
    if decision.undoes is not None:
        what = (
            say("common.decision.undid", what=what)
            if undone is None
            else say("common.decision.undid_that", what=what, undone=ACTIONS_DONE[undone.action])
        )
    elif decision.source is DecisionSource.REVIEWER and decision.action is Action.HOLD:
        what = say("common.decision.reopened", what=what)
    elif decision.appeal_id is not None:
        what = say("common.decision.on_appeal", what=what)
    return f"{_who(decision)} · {what} · {ago(decision.decided_at, now)}"


def _who(decision: Decision) -> str:
    if decision.source is DecisionSource.REVIEWER:
        return decision.actor
    if decision.source is DecisionSource.RULE:
        return say("common.decision.policy", version=str(decision.policy_version))
    return say(_SOURCES[decision.source])


def viewer_zone(name: str | None) -> tzinfo:
    """The time zone reported by the browser; UTC if it is missing or unknown."""
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, KeyError, OSError):
        return UTC


def score_figure(score: float) -> str:
    """A score cut to two digits, not rounded: 0.969 must not look as if it reached 0.97."""
    return staff_texts().figure(score)


def cut_score(score: float) -> float:
    """The number that `score_figure` shows, for tables with sortable columns."""
    return float(english().figure(score))


def score_lines(facts: Sequence[ScoreFact]) -> list[tuple[str, str]]:
    """The scores behind a decision, each with its thresholds in a line of its own: a table of them
    is wider than a third of a tablet."""
    return [(f"{LABELS[fact.label]} {score_figure(fact.score)}", _ends(fact)) for fact in facts]


def _ends(fact: ScoreFact) -> str:
    """`hold from 0.31 · removed by a person only`."""
    hold, remove = (fact.thresholds.get(action) for action in (Action.HOLD, Action.REMOVE))
    held = [] if hold is None else [f"{say('common.scores.hold_from')} {decimal(hold, 2)}"]
    removed = (
        say("common.scores.by_person_only")
        if remove is None
        else f"{say('common.scores.remove_from')} {decimal(remove, 2)}"
    )
    return " · ".join([*held, removed])


def only_people_remove(labels: Sequence[Label]) -> str:
    """The sentence about labels by which nothing is removed; empty without any."""
    if not labels:
        return ""
    names = ", ".join(LABELS[label] for label in labels)
    return say("common.scores.only_people_remove", labels=names)


def on_primary(words: str) -> str:
    """The label of a filled button. Streamlit writes it in white, which is too faint on the accent
    of the dark theme; the theme's violet for texts is the right colour in both."""
    return f":violet[{words}]"


def plain(text: str) -> str:
    """The text with all punctuation escaped, for elements that render Markdown."""
    return _PUNCTUATION.sub(r"\\\1", text)
