"""Every state is told in every language: with the same facts, and in no other language."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

import pytest

from core.moderation.appeals import CLOSING_WORDS, AppealStatus
from core.moderation.cases import TextGone
from core.moderation.comments import Visibility
from core.moderation.default_policy import REASONS
from core.moderation.notices import DecidedBy, Statement, decided_by
from core.moderation.reasons import Reason
from core.services.lookup import ChangedText, LookupAnswer
from core.texts.notices import NoticeSubject, appeal_words, decision_words
from core.texts.texts import LANGUAGES, Texts, english, texts_in
from dashboard.lookup import wording as words
from dashboard.lookup.copy import copy_text
from tests.unit.test_notices import CLOSED, FOREIGN, GONE, NOW, STATES, statement
from tests.unit.test_text_rule_notices import TEXT_STATES

REFERENCE = "197T6Q-F7TXJZ0-VNXZ4C7-T7QTH8"
ABOUT = NoticeSubject("site", "c-17", NOW, "https://appeals.example.org?reference=X", REFERENCE)
OWN_RULE = Reason("own", "Hausordnung §3", "Kein Geschrei.")
STAFF = {"mina", "lena", "system"}
SITE_WORDS = ("rule.translated", "rule_title.", "rule_text.")


def every_statement() -> Iterator[tuple[str, Statement]]:
    """Each state, with each reason where it has one."""
    for name, told, *_ in [*STATES, *GONE, *TEXT_STATES]:
        yield name, told
        for reason in (*REASONS, OWN_RULE) if told.reason is not None else ():
            yield f"{name}, {reason.code}", replace(told, reason=reason)
    for code in ("de", "und", "ja"):
        yield f"in {code}", statement(replace(FOREIGN, language=code))


def told_of(told: Statement, texts: Texts) -> str:
    """All that the page, the copy and the notices say of it."""
    is_gone = told.visibility is Visibility.WITHDRAWN
    answer = LookupAnswer(
        reference=REFERENCE,
        text="" if is_gone else "What I wrote.",
        posted_at=NOW,
        statement=told,
        answer_days=7,
        withdrawn_at=NOW if is_gone else None,
    )
    changed = ChangedText(REFERENCE, "", NOW, told)
    parts = [
        copy_text(answer, NOW, UTC, texts),
        texts.say(f"badge.{told.visibility}"),
        words.changed_since(changed, UTC, texts),
        words.how_it_stood(told, texts),
        words.why_this_reason(told, texts),
        words.no_scores(told, texts),
        words.unread_line(told, texts),
        words.not_assessed_line(told.not_assessed, texts),
        words.made_with(told, texts),
        *(f"{name}: {cells}" for name, cells in words.score_table(told.facts, texts).items()),
    ]
    if not is_gone and decided_by(told) is not DecidedBy.NOBODY:
        parts.append(decision_words(told, ABOUT, texts))
    if told.appeal is not None:
        parts.append(words.how_appeal_ended(told.appeal, texts))
        if told.appeal.status is not AppealStatus.PENDING:
            parts.append(appeal_words(told.appeal, told, ABOUT, texts))
    return "\n".join(parts)


def facts_in(said: str) -> list[str]:
    """What no language changes: scores, thresholds, the note, the reference, the text."""
    found = re.findall(r"\b[01][.,]\d\d\b|Not here\.|What I wrote\.|T7QTH8|c-17|m1", said)
    return [each.replace(",", ".") for each in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_is_told_with_the_same_facts(language: str) -> None:
    texts = texts_in(language)
    for name, told in every_statement():
        said = told_of(told, texts)
        assert facts_in(said) == facts_in(told_of(told, english())), name
        assert "{" not in said, name
        assert not STAFF & set(re.findall(r"\w+", said)), name


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_nothing_is_told_in_english_but_the_sites_rule(language: str) -> None:
    texts = texts_in(language)
    own = [
        sentence
        for key, sentence in english().sentences.items()
        if len(sentence) > 25 and "{" not in sentence and not key.startswith(SITE_WORDS)
    ]
    for name, told in every_statement():
        said = told_of(told, texts)
        assert [sentence for sentence in own if sentence in said] == [], name


@pytest.mark.parametrize("because", TextGone)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_appeal_closed_by_the_console_is_explained_in_the_language(
    language: str, because: TextGone
) -> None:
    texts = texts_in(language)
    appeal = replace(CLOSED, outcome_reason=CLOSING_WORDS[because])
    told = statement(FOREIGN, appeal=appeal, gone=because)
    assert texts.say(f"appeal_closed.{because}") in appeal_words(appeal, told, ABOUT, texts)
    assert english().say(f"appeal_closed.{because}") == CLOSING_WORDS[because]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sites_own_rule_is_quoted_in_every_language(language: str) -> None:
    removed = next(told for name, told, *_ in STATES if name == "removed by a person")
    said = told_of(replace(removed, reason=OWN_RULE), texts_in(language))
    assert said.count(OWN_RULE.text) == 3
    assert texts_in(language).say("rule.site_words") in said
