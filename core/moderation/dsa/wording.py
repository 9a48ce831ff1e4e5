"""The standard sentences of a statement: facts and explanation. They name nobody. Pure."""

from collections.abc import Mapping

from core.moderation.decisions import Decision
from core.moderation.dsa.origin import Origin
from core.moderation.dsa.restrictions import Restriction, RestrictionKind
from core.moderation.notices import ScoreFact, score_facts
from core.moderation.policies import Action, Policy
from core.moderation.reasons import Reason
from core.moderation.reports import ReportKind
from core.moderation.scores import Label

LABEL_WORDS: Mapping[Label, str] = {label: label.value.replace("_", " ") for label in Label}
CUT = " …"
_DONE = {RestrictionKind.REMOVAL: "removed", RestrictionKind.HOLD: "hidden"}
HIDDEN_FOR_NOW = "Readers don't see it until a person has decided."


def facts_of(
    restriction: Restriction,
    origin: Origin,
    automated: Decision | None,
    policies: Mapping[int, Policy],
) -> str:
    """The facts and circumstances: scores and the thresholds in force then, reports, and who
    decided. `automated` is the last automated decision that was in effect before or is the
    restriction itself."""
    parts = [_how_found(origin, automated, policies)]
    done = _DONE[restriction.kind]
    if origin.is_decided_automatically:
        parts.append(f"The comment was {done} by this rule; no person took part in the decision.")
    else:
        parts.append(f"A person read the comment; it was {done} by their decision.")
    if restriction.kind is RestrictionKind.HOLD:
        parts.append(HIDDEN_FOR_NOW)
    if automated is not None and automated.unread_chars:
        parts.append(f"No model read the last {automated.unread_chars:,} characters of it.")
    return " ".join(parts)


def explanation_of(restriction: Restriction, note: str) -> str:
    """Why the comment breaks the rule, with the reviewer's `note` to the author, which names nobody
    any more."""
    if restriction.decision.is_automated:
        found = "By automated means the comment was found to break this rule of the site's terms."
    else:
        found = "A person found that the comment breaks this rule of the site's terms."
    return f"{found} The note to its author: {note}" if note else found


def ground_of(reason: Reason) -> str:
    """The clause of the terms."""
    return f"{reason.title}: {reason.text}"


def cut(text: str, most: int) -> str:
    """The text, cut with a mark if it has more than `most` characters."""
    return text if len(text) <= most else text[: most - len(CUT)].rstrip() + CUT


def _how_found(origin: Origin, automated: Decision | None, policies: Mapping[int, Policy]) -> str:
    if origin.is_found_automatically and automated is not None:
        policy = policies[automated.policy_version]
        scores = "; ".join(map(_score_words, score_facts(automated, policy)))
        rules = policy.text_rules_of(automated.rule_ids)
        parts = []
        if scores:
            parts.append(
                f"A model scored the comment from 0 to 1 (policy version {policy.version}): "
                f"{scores}."
            )
        if rules:
            about = "; ".join(f"{rule.description.rstrip('.')} ({rule.kind})" for rule in rules)
            parts.append(
                "An automated rule about words, links or patterns matched the comment (policy "
                f"version {policy.version}): {about}."
            )
        return " ".join(parts)
    if origin.heeded:
        return f"The comment was reported: {_report_words(origin)}."
    return "Neither scores, nor a rule about words or links, nor a report led to the decision."


def _score_words(fact: ScoreFact) -> str:
    """`insult 0.931, where the rule is to hold from 0.310 and to remove from 0.900`."""
    lows = sorted((low, action) for action, low in fact.thresholds.items())
    told = " and ".join(
        f"to {action} from {low:.3f}" for low, action in lows if action is not Action.APPROVE
    )
    return f"{LABEL_WORDS[fact.label]} {fact.score:.3f}, where the rule is {told}"


def _report_words(origin: Origin) -> str:
    kinds = [report.kind for report in origin.heeded]
    users, flaggers = kinds.count(ReportKind.USER), kinds.count(ReportKind.TRUSTED_FLAGGER)
    return " and ".join(
        f"{count:,} time{'' if count == 1 else 's'} by {who}"
        for count, who in ((users, "readers"), (flaggers, "trusted flaggers"))
        if count
    )
