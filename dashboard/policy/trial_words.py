"""The words and numbers of a trial on the past, on the page Policy."""

from collections.abc import Sequence

from core.moderation.estimates import FEWEST_JUDGED, ShareEstimate
from core.moderation.history import KEPT, NOT_JUDGED, REMOVED
from core.moderation.policies import SEVERITY, Action
from core.moderation.simulation import BROAD_SHARE, FlipGroup, RuleMatches
from core.services.policy_simulation import PolicyTrial
from dashboard.figures import NONE
from dashboard.policy.wording import ACTIONS, KINDS, short_text
from dashboard.staff_texts import count, decimal, number, say
from dashboard.wording import LABELS, plain

_VERDICTS: dict[int, str] = {
    KEPT: "policy.verdict.kept",
    REMOVED: "policy.verdict.removed",
    NOT_JUDGED: "policy.verdict.not_judged",
}
COLORS: dict[Action, str] = {
    Action.APPROVE: "green",
    Action.HOLD: "orange",
    Action.ESCALATE: "orange",
    Action.REMOVE: "red",
}


def verdict(value: int) -> str:
    """What people decided, as a history has it."""
    return say(_VERDICTS[value])


def summary(trial: PolicyTrial) -> str:
    """The sentence above the figures."""
    if not trial.flips:
        return count("policy.summary_same", trial.texts)
    flips, most = number(trial.flips), number(trial.one_author)
    return count("policy.summary", trial.texts, flips=flips, most=most)


def work_words(trial: PolicyTrial) -> str:
    """How long people work on what is held."""
    hours = trial.hours_a_day()
    if hours is None or trial.case_s is None:
        return say("policy.trial.work_unknown")
    before, after = (_hours(each) for each in hours)
    case = say("common.unit.s", figure=decimal(trial.case_s, 0))
    return say("policy.trial.work", after=after, before=before, case=case)


def _hours(hours: float) -> str:
    if hours >= 2:
        return f"{decimal(hours, 1)} h"
    return say("common.unit.min", figure=decimal(hours * 60, 0))


def a_day(figure: float) -> str:
    """`10.5`."""
    return decimal(figure, 1)


def change_a_day(change: float) -> str | None:
    """`+2.5`, or None for next to nothing."""
    if abs(change) < 0.05:
        return None
    return f"{'+' if change > 0 else ''}{decimal(change, 1)}"


def share_words(estimate: ShareEstimate | None) -> str:
    """`71 %`, or that it is unknown."""
    return say("policy.trial.unknown") if estimate is None else _percent(estimate.share)


def rightly_share(trial: PolicyTrial) -> str:
    """The share of removals that are right; a dash if there are none."""
    return NONE if trial.counts[Action.REMOVE][1] == 0 else share_words(trial.after.rightly)


def found_words(trial: PolicyTrial) -> str:
    """The interval of the share of abuse that is found, or why there is none."""
    estimate, needed = trial.after.found, number(FEWEST_JUDGED)
    if estimate is not None:
        return say(
            "policy.trial.found_known",
            interval=_interval(estimate.low, estimate.high),
            judged=number(estimate.judged),
            audited=number(trial.in_audits),
        )
    if trial.in_audits < FEWEST_JUDGED:
        return say("policy.trial.few_audited", judged=number(trial.in_audits), needed=needed)
    return say("policy.trial.few_abusive", needed=needed)


def rightly_words(trial: PolicyTrial) -> str:
    """The interval of the share of removals that are right, or why there is none."""
    estimate = trial.after.rightly
    if estimate is not None:
        interval = _interval(estimate.low, estimate.high)
        return say("policy.trial.rightly_known", interval=interval, judged=number(estimate.judged))
    if trial.counts[Action.REMOVE][1] == 0:
        return say("policy.trial.nothing_removed")
    return say("policy.trial.few_removed", needed=number(FEWEST_JUDGED))


def _interval(low: float, high: float) -> str:
    return say("policy.trial.interval", low=_percent(low), high=_percent(high))


def _percent(share: float, digits: int = 0) -> str:
    return say("common.unit.percent", figure=decimal(share * 100, digits))


def bound_words(trial: PolicyTrial) -> str:
    """What is known of the abuse among the flips, whatever the rest is."""
    bound = trial.flipped
    return say(
        "policy.trial.judged",
        judged=number(bound.judged),
        all=number(bound.judged + bound.unjudged),
        interval=_interval(bound.low, bound.high),
    )


def direction(before: Action, after: Action) -> str:
    """`pass → hold`."""
    return f"{ACTIONS[before]} → {ACTIONS[after]}"


def direction_badge(before: Action, after: Action, flips: int) -> tuple[str, str]:
    """`560 pass → hold`, and its colour: that of the severer end."""
    worse = max(before, after, key=SEVERITY.__getitem__)
    color = COLORS[after] if after is worse else "green"
    return f"{number(flips)} {direction(before, after)}", color


def group_title(group: FlipGroup) -> str:
    """`hold → remove by threat: 54 comments`."""
    values = {
        "direction": direction(group.before, group.after),
        "comments": count("policy.comments", len(group.rows)),
    }
    rule = group.text_rule
    if rule is not None:
        text = plain(short_text(rule))
        return say(f"policy.flip.{rule.kind.name.lower()}", text=text, **values)
    if group.label is None:
        return say("policy.flip.not_read_whole", **values)
    return say("policy.flip.label", label=LABELS[group.label], **values)


def match_rows(matches: Sequence[RuleMatches]) -> dict[str, list[object]]:
    """The columns of the table of what text rules match."""
    return {
        say("policy.matches.rule"): [
            say("policy.rules.name", kind=KINDS[one.rule.kind], text=one.rule.text)
            for one in matches
        ],
        say("policy.matches.comments"): [len(one.rows) for one in matches],
        say("policy.matches.share"): [_percent(one.share, 2) for one in matches],
        say("policy.matches.authors"): [one.authors for one in matches],
        say("policy.matches.flips"): [one.flips for one in matches],
    }


def broad_words(one: RuleMatches) -> str:
    """The warning about a rule that matches very many comments."""
    return say(
        f"policy.broad.{one.rule.kind.name.lower()}",
        text=plain(short_text(one.rule)),
        comments=count("policy.past_comments", len(one.rows)),
        share=_percent(one.share, 1),
        most=_percent(BROAD_SHARE),
    )


def tried_words(trial: PolicyTrial) -> str:
    """What is stored of the trial with the publication."""
    return count("policy.tried", trial.texts, flips=number(trial.flips))
