"""The words of notices: what they say, and that nothing quoted passes for them."""

from dataclasses import replace

import pytest

from core.moderation.appeals import AppealStatus
from core.moderation.decisions import Decision
from core.moderation.notices import DecidedBy, build_statement
from core.texts.notices import NoticeSubject, appeal_words, decision_words, place_of
from core.texts.texts import english
from tests.unit.test_notices import (
    AFTER_EDIT,
    APPROVED_BEFORE,
    BY_PERSON,
    CLOSED,
    CUT,
    FOREIGN,
    HELD,
    NOT_READ,
    NOW,
    OVERTURNED,
    PASSED,
    PENDING,
    POLICY,
    REMOVAL,
    RESTORED,
    UNSCORED,
    UPHELD,
    WINDOW,
)

URL, REFERENCE = "https://appeals.example.org?reference=ABC", "ABC"
ABOUT = NoticeSubject("site", "17", NOW, URL, REFERENCE)
EN = english()


def words_of(*chain: Decision, appeal=None) -> str:
    statement = build_statement(chain, {1: POLICY}, appeal, now=NOW, window_days=WINDOW)
    return decision_words(statement, ABOUT, EN)


def statement_of_appeal(appeal, *after: Decision):
    chain = [HELD, REMOVAL, *after]
    return build_statement(chain, {1: POLICY}, appeal, now=NOW, window_days=WINDOW)


def test_a_removal_is_told_with_all_that_article_17_wants() -> None:
    words = words_of(HELD, REMOVAL)
    reason = POLICY.reason("threat")
    for part in (
        "Your comment was removed.",
        "Comment 17 on site, posted on 1 Nov 2026, 12:00 UTC.",
        "A model flagged it, then a moderator read it and decided.",
        f"The rule: {reason.title}\n> {reason.text}",
        "The moderator's words to you:\n> Not here.",
        "you can appeal until 11 Nov 2026, 12:00 UTC",
        "out-of-court dispute settlement body",
        URL,
        "Your reference: ABC",
    ):
        assert part in words
    assert "mina" not in words


@pytest.mark.parametrize(
    ("chain", "who"),
    [
        ([CUT], "a fixed rule decided"),
        ([HELD], "No person took part yet."),
        ([replace(BY_PERSON, action=REMOVAL.action, reason_code="threat")], "A moderator read it"),
        ([UNSCORED], "The model could not check it."),
        ([FOREIGN], "does not assess its language"),
        ([AFTER_EDIT], "earlier text"),
        ([NOT_READ], "longer than what the model reads"),
        ([APPROVED_BEFORE], "approved the same text"),
        ([HELD, REMOVAL, RESTORED], "a moderator read it"),
        ([UNSCORED, replace(PASSED, id="d2", supersedes="d1")], "A model checked it."),
    ],
)
def test_it_says_who_or_what_decided(chain, who: str) -> None:
    assert who in words_of(*chain)


def test_a_comment_that_is_back_has_no_rule_and_no_appeal() -> None:
    words = words_of(HELD, BY_PERSON)
    assert words.startswith("Readers can see your comment.")
    assert "The rule" not in words
    assert "appeal until" not in words
    assert "dispute settlement" not in words


def test_a_held_comment_can_not_be_appealed() -> None:
    words = words_of(HELD)
    assert words.startswith("Your comment waits for a moderator.")
    assert "appeal until" not in words


@pytest.mark.parametrize(
    ("appeal", "begin", "has_redress"),
    [
        (UPHELD, "Your appeal was heard: the removal of your comment stands.", True),
        (OVERTURNED, "Your appeal was heard: your comment is back.", False),
        (CLOSED, "Your appeal was closed without an answer.", False),
    ],
)
def test_an_outcome_is_told_with_its_reason(appeal, begin: str, has_redress: bool) -> None:
    words = appeal_words(appeal, statement_of_appeal(appeal), ABOUT, EN)
    assert words.startswith(begin)
    assert "The reason:\n> It stands." in words
    assert ("dispute settlement" in words) == has_redress
    assert URL in words
    assert "lena" not in words


def test_a_removal_that_stands_for_another_reason_names_that_one() -> None:
    other = replace(
        REMOVAL, id="d9", supersedes=REMOVAL.id, reason_code="obscene", appeal_id=UPHELD.id
    )
    words = appeal_words(UPHELD, statement_of_appeal(UPHELD, other), ABOUT, EN)
    assert words.startswith("Your appeal was heard: your comment stays removed, but for another")
    reason = POLICY.reason("obscene")
    assert f"The rule: {reason.title}\n> {reason.text}" in words


def test_an_outcome_without_a_reason_quotes_none() -> None:
    without = replace(PENDING, status=AppealStatus.CLOSED)
    words = appeal_words(without, statement_of_appeal(without), ABOUT, EN)
    assert "The reason" not in words


def test_every_way_to_decide_has_words_but_that_nothing_was_decided() -> None:
    told = {who for who in DecidedBy if EN.has(f"notice_who.{who}")}
    assert told == set(DecidedBy) - {DecidedBy.NOBODY}


def test_nothing_quoted_passes_for_the_notices_own_words() -> None:
    forged = "x\n\nYou can't appeal.\r\nYour reference: EVIL\u2028Who decided: nobody"
    words = words_of(HELD, replace(REMOVAL, note=forged))
    own = [line for line in words.splitlines() if not line.startswith(">")]
    assert not [line for line in own if "EVIL" in line or "can't appeal." in line]
    assert [line for line in words.splitlines() if line == "> You can't appeal."]
    odd, plain = (
        place_of(replace(ABOUT, site=site, source_id=source_id), EN)
        for site, source_id in (("a\nb", "1\r\n2"), ("a b", "1 2"))
    )
    assert odd.splitlines() == [plain]
