"""The thread around a case, and its author's other comments."""

import pytest

from core.bootstrap.services import Services
from core.errors import NotFound
from core.moderation.comments import IncomingComment, Visibility
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.conversations import (
    REPLY_LIMIT,
    STRIP_LENGTH,
    list_author_comments,
    list_outcomes,
    load_thread,
)
from core.services.ingest import ingest
from core.services.score import score_waiting
from tests.factories import CLEAN, HELD, MODERATOR, removed_by_person, scored, source_key, withdrawn


def answered(services: Services, parent: str, count: int, text: str = CLEAN) -> None:
    rows = [
        IncomingComment("test", f"{parent}-{n}", text, "zoe", services.clock.now(), parent)
        for n in range(count)
    ]
    list(ingest(services.context, SYSTEM, rows))
    list(score_waiting(services.context, services.scorer))


def test_thread_has_what_is_above_and_below(services: Services) -> None:
    root = scored(services, HELD)
    _, name = source_key(services, root)
    answered(services, name, 2, HELD)
    answered(services, f"{name}-0", 1)
    with services.context.store.read() as reader:
        middle = reader.comment_by_source("test", f"{name}-0")
        assert middle is not None
        revision = reader.latest_revision(middle.id)
    assert revision is not None
    thread = load_thread(services.context, MODERATOR, revision.id)
    assert [entry.text for entry in thread.ancestors] == [HELD]
    assert [reply.text for reply in thread.replies] == [CLEAN]
    assert (thread.replies[0].visibility, thread.reply_count) == (Visibility.VISIBLE, 1)
    above = load_thread(services.context, MODERATOR, root.id)
    assert [reply.replies for reply in above.replies] == [1, 0]
    assert {reply.visibility for reply in above.replies} == {Visibility.HELD}


def test_thread_shows_the_first_replies_and_counts_all(services: Services) -> None:
    root = scored(services, HELD)
    _, name = source_key(services, root)
    answered(services, name, REPLY_LIMIT + 3)
    thread = load_thread(services.context, MODERATOR, root.id)
    assert (len(thread.replies), thread.reply_count) == (REPLY_LIMIT, REPLY_LIMIT + 3)


def test_unknown_comment_has_no_thread(services: Services) -> None:
    with pytest.raises(NotFound):
        load_thread(services.context, MODERATOR, "unknown")


@pytest.mark.parametrize(("limit", "expected"), [(2, 3), (3, 2)])
def test_comments_of_an_author_are_paged_to_the_last(
    services: Services, limit: int, expected: int
) -> None:
    texts = [f"{CLEAN} {number}" for number in range(5)]
    for text in texts:
        scored(services, text)
    scored(services, HELD, author="zoe")
    seen: list[str] = []
    before, pages = None, 0
    while before is not None or pages == 0:
        page = list_author_comments(
            services.context, MODERATOR, "test", "sam", limit=limit, before=before
        )
        seen += [comment.excerpt for comment in page.comments]
        before, pages = page.before, pages + 1
    assert seen == texts[::-1]
    assert pages == expected


def test_strip_has_the_last_outcomes_oldest_first(services: Services) -> None:
    for number in range(STRIP_LENGTH):
        scored(services, f"{CLEAN} {number}")
    removed_by_person(services, HELD)
    withdrawn(services, scored(services, CLEAN))
    strip = list_outcomes(services.context, MODERATOR, "test", "sam")
    assert len(strip) == STRIP_LENGTH
    assert [mark.visibility for mark in strip[-3:]] == [
        Visibility.VISIBLE,
        Visibility.REMOVED,
        Visibility.WITHDRAWN,
    ]
    assert [mark.is_by_person for mark in strip[-3:]] == [False, True, False]
    assert (strip[-1].excerpt, strip[-2].action) == ("", Action.REMOVE)


def test_names_of_many_people_have_no_record(services: Services) -> None:
    scored(services, HELD, author="[deleted]")
    page = list_author_comments(services.context, MODERATOR, "test", "[deleted]")
    assert (page.comments, page.before) == ((), None)
    assert list_outcomes(services.context, MODERATOR, "test", "[deleted]") == ()
