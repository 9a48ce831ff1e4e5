"""Severe words are covered wherever the review pages show a text, and shown to whoever asks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from core.inference.severe_words import read_severe_words
from core.moderation.comments import IncomingComment, Revision
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.services.ingest import ingest
from core.services.preferences import save_preferences
from core.services.score import score_waiting
from dashboard.covered import blocks
from tests.factories import MODERATOR, decided, edited, reported, scored
from tests.pages.conftest import press, said
from tests.pages.review_desk import as_person, ask

WORD = max(read_severe_words(), key=len)
TEXT = f"You idiot and {WORD}, this one comes again and again."


@pytest.fixture
def case(services: Any) -> Revision:
    """A case with the word in every text around it: above, below, before, alike, reported."""
    decided(services, scored(services, TEXT, author="una"), Action.REMOVE)
    scored(services, TEXT, author="sam")
    scored(services, TEXT.replace("again.", "again 2."), author="sam")
    posted_in_thread(services, "root", None)
    posted_in_thread(services, "case", "root")
    posted_in_thread(services, "answer", "case")
    with services.context.store.read() as reader:
        comment = reader.comment_by_source("test", "case")
        first = reader.latest_revision(comment.id)
    decided(services, first, Action.REMOVE, note=f"No {WORD} here.")
    revision = edited(services, first, f"{TEXT} Edited.")
    reported(services, revision, words=f"They called me {WORD}.")
    return revision


def posted_in_thread(services: Any, source_id: str, parent: str | None) -> None:
    row = IncomingComment("test", source_id, f"<b>{TEXT}</b>", "sam", services.clock.now())
    list(ingest(services.context, SYSTEM, [replace(row, parent_source_id=parent)]))
    list(score_waiting(services.context, services.scorer))


def told(client: TestClient, revision: Revision) -> list[Any]:
    """Everything that the desk is told of a case, and what it shows above it."""
    around = [ask(client, what, revision=revision.id) for what in ("replies", "author", "group")]
    return [
        *around,
        ask(client, "cards", revisions=[revision.id]),
        ask(client, "open", revision=revision.id),
        ask(client, "queue"),
        ask(client, "search", query="again"),
        ask(client, "words", revision=revision.id),
    ]


def texts(answer: Any) -> Iterator[tuple[str, bool]]:
    """Every text in an answer, with whether it is covered."""
    match answer:
        case str():
            yield answer, False
        case [str(piece), *_, True | "mask"]:
            yield piece, True
        case dict():
            for value in answer.values():
                yield from texts(value)
        case list():
            for value in answer:
                yield from texts(value)


def test_no_text_around_a_case_shows_a_severe_word(
    services: Any, client: TestClient, case: Revision
) -> None:
    as_person(client, MODERATOR)
    answers = told(client, case)
    for answer in answers:
        shown = [text for text, is_covered in texts(answer) if not is_covered]
        assert not [text for text in shown if WORD in text]
        assert [text for text, is_covered in texts(answer) if is_covered and text == WORD]
    save_preferences(services.context, MODERATOR, Preferences(masks_severe=False))
    assert not [text for text, is_covered in texts(told(client, case)) if is_covered]


def test_the_plain_page_covers_them_until_they_are_asked_for(
    services: Any, staff_page: Callable[..., AppTest], case: Revision
) -> None:
    at = staff_page("review", MODERATOR)
    at.session_state["desk"].show(case.id)
    at = at.run()
    assert not at.exception
    listed = at.dataframe[0].value["comment"].tolist()
    for shown in [said(at), *listed, *[block.value for block in at.code]]:
        assert WORD not in shown
    assert blocks(WORD) in said(at)
    at = press(at, "reveal_")
    assert said(at).count(WORD) >= 4, "the comment, its thread, the text before the edit, its note"
    assert not any(WORD in text for text in at.dataframe[0].value["comment"])
    assert WORD not in said(press(at, "reveal_"))
