"""A notice to an author as plain text: the same facts as on the look-up page, to which it leads.

It never names a member of the staff and does not quote the comment, which may be withdrawn later.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from core.moderation.appeals import Appeal, AppealStatus, closing_of
from core.moderation.comments import Visibility
from core.moderation.notices import DecidedBy, Statement, decided_by
from core.moderation.reasons import Reason
from core.texts.rules import rule_words
from core.texts.texts import Texts


@dataclass(frozen=True, slots=True)
class NoticeSubject:
    """Which comment a notice is about: its id at the site, when it was posted, the page about it
    and its reference. Times are given in `zone`."""

    site: str
    source_id: str
    posted_at: datetime
    lookup_url: str
    reference: str
    zone: tzinfo = UTC


def decision_words(statement: Statement, about: NoticeSubject, texts: Texts) -> str:
    """The notice of a decision."""
    parts = [texts.say(f"notice.{statement.visibility}"), place_of(about, texts)]
    parts.append(texts.say("notice.who_decided", who=_who(statement, texts)))
    if statement.reason is not None and statement.visibility is not Visibility.VISIBLE:
        parts.append(_rule(statement.reason, texts))
    if statement.note:
        parts.append(f"{texts.say('notice.note')}\n{_quoted(statement.note)}")
    if statement.can_appeal_until is not None:
        until = texts.time(statement.can_appeal_until, about.zone)
        parts.append(texts.say("notice.how_to_appeal", when=until))
    if statement.visibility is Visibility.REMOVED:
        parts.append(texts.say("appeal.other_redress"))
    return _ended(parts, about, texts)


def _who(statement: Statement, texts: Texts) -> str:
    """Raises KeyError if nothing was decided."""
    who = decided_by(statement)
    if who is DecidedBy.MODEL and statement.visibility is Visibility.VISIBLE:
        return texts.say("notice_who.model_passed")
    return texts.say(f"notice_who.{who}")


def appeal_words(appeal: Appeal, statement: Statement, about: NoticeSubject, texts: Texts) -> str:
    """The notice of an appeal's outcome. `statement` is that after it."""
    stands_otherwise = statement.was_reason_changed
    outcome = "otherwise" if stands_otherwise else appeal.status
    parts = [texts.say(f"notice_outcome.{outcome}"), place_of(about, texts)]
    if stands_otherwise and statement.reason is not None:
        parts.append(_rule(statement.reason, texts))
    if reason := outcome_reason(appeal, texts):
        parts.append(f"{texts.say('notice.reason')}\n{_quoted(reason)}")
    if appeal.status is AppealStatus.UPHELD:
        parts.append(texts.say("appeal.other_redress"))
    return _ended(parts, about, texts)


def outcome_reason(appeal: Appeal, texts: Texts) -> str:
    """Why the appeal ended as it did, empty before: the words of the person who heard it, or of the
    console if its text was gone."""
    because = closing_of(appeal)
    if because is not None:
        return texts.say(f"appeal_closed.{because}")
    return appeal.outcome_reason or ""


def _rule(reason: Reason, texts: Texts) -> str:
    rule = rule_words(reason, texts)
    head = texts.say("notice.rule", title=_line(rule.title))
    return "\n".join([head, _quoted(rule.text), *([rule.remark] if rule.remark else [])])


def place_of(about: NoticeSubject, texts: Texts) -> str:
    """Which comment it is, in one line whatever the id holds."""
    return texts.say(
        "notice.place",
        id=_line(about.source_id),
        site=_line(about.site),
        when=texts.time(about.posted_at, about.zone),
    )


def _ended(parts: list[str], about: NoticeSubject, texts: Texts) -> str:
    address = texts.say("notice.where", address=about.lookup_url)
    reference = texts.say("notice.reference", reference=about.reference)
    return "\n\n".join([*parts, f"{address}\n{reference}", texts.say("notice.closing")]) + "\n"


def _quoted(text: str) -> str:
    """Each line marked, so that nothing quoted can pass for the notice's own words."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def _line(text: str) -> str:
    return " ".join(text.split())
