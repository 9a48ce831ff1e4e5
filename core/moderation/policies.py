"""What the site allows: immutable versions of score bands and the reasons given for them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import InvalidPolicy, NotFound
from core.moderation.languages import OTHER, code_problem
from core.moderation.reasons import (
    Reason,
    check_reasons,
    is_readable,
    repeated_as_shown,
    repeated_name,
)
from core.moderation.scores import Label
from core.moderation.text_rules import (
    MOST_DESCRIPTION_CHARS,
    MOST_TEXT_RULES,
    TextRuleKind,
    rule_text_problem,
)


class Action(StrEnum):
    """The effect of a decision; the strings are stored. `SEVERITY` orders them."""

    APPROVE = "approve"
    HOLD = "hold"
    REMOVE = "remove"
    ESCALATE = "escalate"


SEVERITY: dict[Action, int] = {
    Action.APPROVE: 0,
    Action.HOLD: 1,
    Action.ESCALATE: 2,
    Action.REMOVE: 3,
}

AWAITS_PERSON = frozenset({Action.HOLD, Action.ESCALATE})
"""Actions after which a person has to decide; readers don't see the comment until then."""
ACTION_DONE: dict[Action, str] = {
    Action.APPROVE: "approved",
    Action.HOLD: "held",
    Action.REMOVE: "removed",
    Action.ESCALATE: "escalated",
}

# The order of reasons that a policy's `reason_precedence` leaves out: a threat comes before an
# insult.
GRAVITY: dict[Label, int] = {
    Label.THREAT: 0,
    Label.IDENTITY_ATTACK: 1,
    Label.SEVERE_TOXICITY: 2,
    Label.INSULT: 2,
    Label.TOXICITY: 2,
    Label.OBSCENE: 3,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A score band of one label: `low <= score < high` leads to `action`. A band whose `high` is 1
    includes the score 1."""

    id: str
    label: Label
    low: float
    high: float
    action: Action
    reason_code: str

    def __post_init__(self) -> None:
        are_numbers = all(type(edge) in (int, float) for edge in (self.low, self.high))
        if not (are_numbers and 0.0 <= self.low < self.high <= 1.0):
            raise InvalidPolicy(f"rule {self.id}: band {self.low}..{self.high} is not within 0..1")

    def matches(self, score: float) -> bool:
        """Whether the score is in the band."""
        return self.low <= score < self.high or (self.high == 1.0 and score == 1.0)


@dataclass(frozen=True, slots=True)
class LanguageRule:
    """What is done with comments in one language that no backend assesses: `hold` or `approve`.
    `language` is a code, or `other` for all languages without a rule of their own."""

    language: str
    action: Action

    def __post_init__(self) -> None:
        problem = None if self.language == OTHER else code_problem(self.language)
        if problem is not None:
            raise InvalidPolicy(f"a rule for a language: {problem}")
        if self.action not in (Action.HOLD, Action.APPROVE):
            raise InvalidPolicy(
                f"the rule for language {self.language!r} can't be {self.action}: nothing was "
                "assessed, so it can only be hold or approve"
            )


@dataclass(frozen=True, slots=True)
class TextRule:
    """A comment that holds `text`, as its `kind` says, gets at least `action`, whatever its scores
    are. `description` says in plain words what the rule is about; authors read it."""

    id: str
    kind: TextRuleKind
    text: str
    action: Action
    reason_code: str
    description: str

    def __post_init__(self) -> None:
        if not isinstance(self.kind, TextRuleKind):
            raise InvalidPolicy(f"text rule {self.id}: there is no kind {self.kind!r}")
        if not all(isinstance(each, str) for each in (self.text, self.description)):
            raise InvalidPolicy(f"text rule {self.id}: `text` or `description` is not text")
        name = f"text rule on the {self.kind} {self.text!r}"  # nobody has seen its id
        if (problem := rule_text_problem(self.kind, self.text)) is not None:
            raise InvalidPolicy(f"{name}: {problem}")
        # A word that lets a comment pass would be in every abusive comment the next day.
        if not isinstance(self.action, Action) or self.action is Action.APPROVE:
            raise InvalidPolicy(
                f"{name}: its action is hold, escalate or remove, not {self.action!r}"
            )
        if not is_readable(self.description) or len(self.description) > MOST_DESCRIPTION_CHARS:
            raise InvalidPolicy(
                f"{name}: its description must say in up to {MOST_DESCRIPTION_CHARS} "
                "characters what it is about"
            )


@dataclass(frozen=True, slots=True)
class Policy:
    """One immutable version of the policy. Decisions name their version, so that their thresholds
    can always be read.

    `reason_precedence` are codes of reasons: if several rules fire, the one listed first is given.
    `language_rules` are about comments that are not assessed because of their language.
    `text_rules` are about words, links and patterns in the text.
    The constructor checks everything and raises InvalidPolicy naming the first faulty rule or
    reason.
    """

    version: int
    rules: tuple[Rule, ...]
    reasons: tuple[Reason, ...]
    created_at: datetime
    reason_precedence: tuple[str, ...] = ()
    language_rules: tuple[LanguageRule, ...] = ()
    text_rules: tuple[TextRule, ...] = ()

    def language_action(self, language: str) -> Action:
        """The action for a comment in a language that is not assessed; without a rule, HOLD."""
        actions = {rule.language: rule.action for rule in self.language_rules}
        return actions.get(language, actions.get(OTHER, Action.HOLD))

    def reason_rank(self, rule: Rule | TextRule) -> int:
        """The rank of the rule's reason; of several rules that fire, the lowest rank is given.

        Reasons that `reason_precedence` does not list come after it, by the gravity of the label,
        and then those of text rules.
        """
        if rule.reason_code in self.reason_precedence:
            return self.reason_precedence.index(rule.reason_code)
        gravity = len(GRAVITY) if isinstance(rule, TextRule) else GRAVITY[rule.label]
        return len(self.reason_precedence) + gravity

    def __post_init__(self) -> None:
        if type(self.version) is not int or self.version < 1:
            raise InvalidPolicy(f"a policy's version is 1 or more, not {self.version}")
        if self.created_at.tzinfo is None:
            raise InvalidPolicy(f"policy {self.version}: its time has no time zone")
        check_reasons(self.reasons)
        codes = {reason.code for reason in self.reasons}
        _check_rules(self.rules, codes)
        _check_text_rules(self.text_rules, codes)
        ids = (*(rule.id for rule in self.rules), *(rule.id for rule in self.text_rules))
        if repeated := repeated_as_shown(ids):
            raise InvalidPolicy(f"rule {repeated!r} appears twice")
        for label in Label:
            _check_bands(label, [rule for rule in self.rules if rule.label is label])
        self._check_precedence()
        if repeated := repeated_name(rule.language for rule in self.language_rules):
            raise InvalidPolicy(f"language {repeated!r} has two rules")

    def _check_precedence(self) -> None:
        stated, known = self.reason_precedence, {reason.code for reason in self.reasons}
        wrong = [code for code in stated if code not in known or stated.count(code) > 1]
        if wrong:
            raise InvalidPolicy(
                f"policy {self.version}: reason_precedence names {wrong[0]!r} twice, or the policy "
                "has no such reason"
            )

    def rule(self, rule_id: str) -> Rule:
        """The rule with that id. Raises NotFound."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise NotFound(f"policy {self.version} has no rule {rule_id!r}")

    def score_rules(self, rule_ids: Iterable[str]) -> tuple[Rule, ...]:
        """Those of the rules that are about scores. Raises NotFound for an id that it has not."""
        texts = {rule.id for rule in self.text_rules}
        return tuple(self.rule(rule_id) for rule_id in rule_ids if rule_id not in texts)

    def text_rules_of(self, rule_ids: Iterable[str]) -> tuple[TextRule, ...]:
        """Those of the rules that are about the text."""
        wanted = set(rule_ids)
        return tuple(rule for rule in self.text_rules if rule.id in wanted)

    def reason(self, code: str) -> Reason:
        """The reason with that code. Raises NotFound."""
        for reason in self.reasons:
            if reason.code == code:
                return reason
        raise NotFound(f"policy {self.version} has no reason {code!r}")

    def reason_codes_in_use(self) -> frozenset[str]:
        """The codes that rules give or that `reason_precedence` lists."""
        given = [rule.reason_code for rule in self.rules]
        given += [rule.reason_code for rule in self.text_rules]
        return frozenset((*given, *self.reason_precedence))

    def thresholds(self, label: Label) -> Mapping[Action, float]:
        """For each action, the lowest score of the label that leads to it."""
        lows: dict[Action, float] = {}
        for rule in self.rules:
            if rule.label is label:
                lows[rule.action] = min(rule.low, lows.get(rule.action, 1.0))
        return lows

    def removed_by_people(self, labels: Iterable[Label]) -> tuple[Label, ...]:
        """Those of the labels whose score never removes a comment, however high it is."""
        return tuple(label for label in labels if Action.REMOVE not in self.thresholds(label))


def _check_rules(rules: Sequence[Rule], codes: Collection[str]) -> None:
    """Check each rule by itself."""
    for rule in rules:
        if not is_readable(rule.id):
            raise InvalidPolicy(f"a rule on {rule.label} has no id")
        if not isinstance(rule.label, Label):
            raise InvalidPolicy(f"rule {rule.id}: there is no label {rule.label!r}")
        if not isinstance(rule.action, Action):
            raise InvalidPolicy(f"rule {rule.id}: there is no action {rule.action!r}")
        if not isinstance(rule.reason_code, str) or rule.reason_code not in codes:
            raise InvalidPolicy(f"rule {rule.id}: the policy has no reason {rule.reason_code!r}")


def _check_text_rules(rules: Sequence[TextRule], codes: Collection[str]) -> None:
    if len(rules) > MOST_TEXT_RULES:
        raise InvalidPolicy(f"{len(rules):,} text rules; at most {MOST_TEXT_RULES:,} are taken")
    for rule in rules:
        if not is_readable(rule.id):
            raise InvalidPolicy(f"a text rule for {rule.text!r} has no id")
        if not isinstance(rule.reason_code, str) or rule.reason_code not in codes:
            raise InvalidPolicy(f"rule {rule.id}: the policy has no reason {rule.reason_code!r}")


def _check_bands(label: Label, rules: Sequence[Rule]) -> None:
    """Check that the bands of a label that has rules cover 0..1 without a gap or an overlap."""
    reached, last = 0.0, "0"
    for rule in sorted(rules, key=lambda rule: (rule.low, rule.high)):
        if rule.low > reached:
            raise InvalidPolicy(f"{label}: no rule for scores from {reached} to {rule.low}")
        if rule.low < reached:
            raise InvalidPolicy(f"{label}: the bands of {last} and {rule.id} overlap")
        reached, last = rule.high, rule.id
    if rules and reached < 1.0:
        raise InvalidPolicy(f"{label}: no rule for scores from {reached} to 1.0")
