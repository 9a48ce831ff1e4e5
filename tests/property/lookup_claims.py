"""The sentences of the look-up, and when each is true.

The sentences are the page's; whether they are true is computed from the account alone.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from core.moderation.appeals import AppealStatus
from core.moderation.notices import AppealStage, Statement, appeal_stage
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.lookup import ChangedText
from core.texts.texts import english
from dashboard.lookup import wording as words
from dashboard.lookup.course import course_lines
from tests.property.expected import Expected

Truth = Callable[[Expected], bool]
ON_HOLD = (Action.HOLD, Action.ESCALATE)


def action_of(known: Expected) -> Action | None:
    return known.chain[-1][0] if known.chain else None


def is_shown(known: Expected) -> bool:
    return action_of(known) is Action.APPROVE and not known.is_withdrawn


def is_hidden(known: Expected) -> bool:
    return known.is_removed() and not known.is_withdrawn


def waits(known: Expected) -> bool:
    return action_of(known) in ON_HOLD and not known.is_withdrawn


def by_machine(known: Expected) -> bool:
    return bool(known.chain) and known.chain[-1][1] == SYSTEM.id


def by_person(known: Expected) -> bool:
    return bool(known.chain) and known.chain[-1][1] != SYSTEM.id


def flagged(known: Expected) -> bool:
    return known.found == "flagged"


def matched(known: Expected) -> bool:
    return known.found in ("text rule", "both")


def is_late(known: Expected) -> bool:
    return known.seen_at > known.appeal_due


def is_upheld(known: Expected) -> bool:
    """For the reason that the author was told first."""
    return known.appeal is AppealStatus.UPHELD and not known.is_reason_changed


def appeal_is(*statuses: AppealStatus) -> Truth:
    return lambda known: known.appeal in statuses


# Part of a sentence, and when it is true. A sentence on the page with none of these is a failure.
CLAIMS: list[tuple[str, Truth]] = [
    ("has not been checked yet", lambda known: not known.chain and not known.is_withdrawn),
    ("Nothing has been decided", lambda known: not known.chain),
    ("Your comment is visible.", is_shown),
    ("Readers can see it.", is_shown),
    ("Your comment waits for a moderator.", waits),
    ("Readers don't see it until a person has looked at it.", lambda k: waits(k) and by_machine(k)),
    ("Readers don't see it until a final decision", lambda k: waits(k) and by_person(k)),
    ("Your comment was removed.", is_hidden),
    ("Readers no longer see it", is_hidden),
    ("Your comment was withdrawn.", lambda known: known.is_withdrawn),
    ("nobody decides on it any more", lambda known: known.is_withdrawn),
    ("You have objected.", appeal_is(AppealStatus.PENDING)),
    ("The removal stands", lambda known: known.appeal is AppealStatus.UPHELD and is_hidden(known)),
    (
        "readers can see your comment again",
        lambda known: known.appeal is AppealStatus.OVERTURNED and is_shown(known),
    ),
    ("a model checked it. No person took part", lambda k: by_machine(k) and k.found == "passed"),
    ("No person has decided yet", lambda k: by_machine(k) and waits(k)),
    ("A model flagged it", flagged),
    ("a model flagged it", flagged),
    ("A rule of this site about words or links matched it", matched),
    ("a rule of this site about words or links matched it:", matched),
    ("matched it and removed it. No person", lambda k: by_machine(k) and is_hidden(k)),
    ("Scores reached a threshold, too", lambda k: k.found == "both"),
    ("a fixed rule removed it", lambda k: by_machine(k) and flagged(k) and is_hidden(k)),
    ("Nobody yet: a moderator will.", lambda k: by_machine(k) and k.found == "not scored"),
    (
        "Nobody yet. A person had to decide on an earlier",
        lambda k: by_machine(k) and k.found == "earlier text",
    ),
    ("First automated, then a person. A model flagged it.", lambda k: by_person(k) and flagged(k)),
    ("A person:", lambda known: by_person(known) or is_upheld(known)),
    ("approved it", lambda known: by_person(known) and is_shown(known)),
    (
        "a moderator approved the same text",
        lambda k: by_machine(k) and k.found == "approved before" and is_shown(k),
    ),
    ("A moderator approved this same text before", lambda known: known.found == "approved before"),
    ("A moderator removed it", lambda known: by_person(known) and is_hidden(known)),
    ("read it and removed it", lambda known: by_person(known) and is_hidden(known)),
    ("a final decision is still to come", lambda known: by_person(known) and waits(known)),
    (
        "after your appeal",
        appeal_is(AppealStatus.OVERTURNED, AppealStatus.UPHELD),
    ),
    (
        "decided that it stays removed, for another reason",
        lambda k: k.is_reason_changed and is_hidden(k),
    ),
    ("but for another reason than you were told", lambda k: k.is_reason_changed and is_hidden(k)),
    ("A program read it on", lambda k: k.found in ("flagged", "earlier text")),
    ("Your appeal, if you make one", lambda k: is_hidden(k) and k.appeal is None),
    (
        "decided that it stands",
        lambda k: is_upheld(k) and is_hidden(k),
    ),
    ("You get it by", lambda k: k.appeal is AppealStatus.PENDING and not is_late(k)),
    ("It should have been heard by", lambda k: k.appeal is AppealStatus.PENDING and is_late(k)),
    ("told first: Threats.", lambda k: k.stands_for == "threat"),
    ("told first: Obscenity.", lambda k: k.stands_for == "obscene"),
    ("No score reached", lambda known: known.found in ("passed", "earlier text", "text rule")),
    ("It was not scored;", lambda known: False),
    ("— rule: ", lambda known: flagged(known) or known.found == "both"),
    ("Model ", lambda known: known.found not in ("", "not scored")),
    ("could not be scored", lambda known: known.found == "not scored"),
    ("It has reached us and waits", appeal_is(AppealStatus.PENDING)),
    ("it stands.", lambda known: known.appeal is AppealStatus.UPHELD and is_hidden(known)),
    ("the comment is back", lambda k: k.appeal is AppealStatus.OVERTURNED and is_shown(k)),
    ("Closed without an answer", appeal_is(AppealStatus.CLOSED)),
    ("Decision upheld, before", appeal_is(AppealStatus.UPHELD)),
    ("Decision overturned, before", appeal_is(AppealStatus.OVERTURNED)),
]
# Of a text that was changed since: how it stood when it was.
STOOD: list[tuple[str, Truth]] = [
    ("Nothing was decided on it", lambda known: not known.chain),
    ("Readers could see it until", lambda known: action_of(known) is Action.APPROVE),
    ("It waited for a person", lambda known: action_of(known) in ON_HOLD),
    ("It had been removed", lambda known: known.is_removed()),
    *CLAIMS[-3:],
]


def false_claims(statement: Statement, known: Expected, earliest: datetime) -> list[str]:
    """Sentences about the newest text that are false, or that are not in CLAIMS. An appeal is open
    while the removal is not older than `earliest`."""
    said = [words.headline(statement, english()), words.what_next(statement, english())]
    if known.is_withdrawn:
        said += _appeal_ended(statement)
    else:
        if statement.decided_at is not None:
            said += course_lines(statement, 7, UTC, english())
            said += _figures(statement)
        if statement.appeal:
            stands = words.how_appeal_stands(
                statement, statement.appeal, known.seen_at, UTC, english()
            )
            said.append(stands)
    wrong = _untrue(said, CLAIMS, known)
    if is_upheld(known) and is_hidden(known) and not any("that it stands" in each for each in said):
        wrong.append("the hearing is left out")
    may_appeal = (
        is_hidden(known) and known.appeal is None and (known.held_from() or earliest) >= earliest
    )
    if (appeal_stage(statement) is AppealStage.OPEN) is not may_appeal:
        wrong.append(f"an appeal is {appeal_stage(statement)}")
    if (statement.can_appeal_until is not None) is not may_appeal:
        wrong.append(f"an appeal is taken until {statement.can_appeal_until}")
    return wrong


def false_claims_of_changed(changed: ChangedText, known: Expected) -> list[str]:
    """The same for an earlier text."""
    said = [words.how_it_stood(changed.statement, english()), *_appeal_ended(changed.statement)]
    wrong = _untrue(said, STOOD, known)
    return [*wrong, "an appeal is open"] if changed.statement.can_appeal_until else wrong


def _figures(statement: Statement) -> list[str]:
    facts = statement.facts or statement.milder_facts
    lines = [words.score_line(fact, english()) for fact in facts]
    if not statement.facts:
        lines.append(words.no_scores(statement, english()))
    return [line for line in (*lines, words.made_with(statement, english())) if line]


def _appeal_ended(statement: Statement) -> list[str]:
    return [words.how_appeal_ended(statement.appeal, english())] if statement.appeal else []


def _untrue(said: list[str], claims: list[tuple[str, Truth]], known: Expected) -> list[str]:
    wrong = []
    for sentence in said:
        made = [is_true for part, is_true in claims if part in sentence]
        versions = [int(found) for found in re.findall(r"policy version (\d+)", sentence)]
        is_of_its_time = all(version == known.scored_under for version in versions)
        if not made or not all(is_true(known) for is_true in made) or not is_of_its_time:
            wrong.append(sentence)
    return wrong
