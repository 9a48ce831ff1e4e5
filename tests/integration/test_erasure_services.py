"""Erasure: nothing of an author is left, while figures, the audit log and the rest stay."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap.services import Services
from core.config import STATE_IN_HOME
from core.errors import InvalidInput, NotFound
from core.identifiers import new_reference
from core.moderation.appeals import AppealStatus
from core.moderation.audit import AUDIT_LOG, AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.comments import IncomingComment, IncomingThread
from core.moderation.erasure import ERASED, ErasureCount
from core.moderation.outbox import MessageState
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.audit import verify_audit
from core.services.erasure import BATCH, count_erasable, erase_author
from core.services.ingest import ingest
from core.services.lookup import UNKNOWN_REFERENCE, look_up
from core.services.report import mute_reporter, unmute_reporter
from core.services.search import search
from core.services.transparency import load_transparency
from core.services.work import load_work
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    case_of,
    chain_of,
    decided,
    edited,
    heard,
    listed,
    make_services,
    posted,
    removed_by_person,
    reported,
    scored,
    source_key,
    withdrawn,
)
from tests.state_checks import broken_invariants, place_of, state_rows

pytestmark = pytest.mark.slow

WORD = "zanzibarical"
"""Stands in all that the author and others wrote, so that nothing else has it."""
NAME = "vera-quixworth"
WEBHOOK = {
    "webhook_url": "https://site.example/hook",
    "webhook_secret": "whsec_" + "A" * 43 + "=",
}


@pytest.fixture
def site(tmp_path: Path, each_state_url: str) -> Iterator[Services]:
    made = make_services(tmp_path, state_url=each_state_url, **WEBHOOK)
    yield made
    made.context.store.close()


def erase(services: Services, author: str = NAME, source: str = "test") -> ErasureCount:
    total = ErasureCount()
    for erased in erase_author(services.context, SYSTEM, source, author):
        total += erased
    return total


def lives_of_comments(services: Services) -> list[str]:
    """Comments of the author in every state, with words by others about them; their references."""
    said = f"You idiot, {WORD}."
    clean = scored(services, f"What a lovely {WORD}.", author=NAME)
    waiting = scored(services, said, author=NAME)
    unscored = posted(services, f"{CLEAN} {WORD}", author=NAME)
    held = removed_by_person(services)
    mine = scored(services, said, author=NAME)
    words = {"note": f"About {WORD}.", "internal_note": f"Only {WORD}."}
    decided(services, mine, Action.REMOVE, **words)
    changed = edited(services, mine, f"Only a moron would write {WORD}.")
    appealed_one = scored(services, said, author=NAME)
    decided(services, appealed_one, Action.REMOVE)
    appeal = appealed(services, appealed_one, f"I meant {WORD}.")
    heard(services, appeal, overturn=False)
    pending = scored(services, said, author=NAME)
    decided(services, pending, Action.REMOVE)
    appealed(services, pending, f"Again {WORD}.")
    reported(services, clean, "una", words=f"They say {WORD}.")
    reported(services, held, NAME, words=f"I report {WORD}.")
    gone = withdrawn(services, scored(services, said, author=NAME))
    title = IncomingThread("test", "t-1", f"All of {WORD}", NAME, services.clock.now())
    list(ingest(services.context, SYSTEM, [title]))
    mute_reporter(services.context, LEAD, "test", NAME, f"Always {WORD}.")
    unmute_reporter(services.context, LEAD, "test", NAME, f"No longer {WORD}.")
    mute_reporter(services.context, LEAD, "test", NAME, f"Again {WORD}.")
    every = (clean, waiting, unscored, mine, changed, appealed_one, pending, gone)
    return [revision.reference for revision in every]


def rows_with(services: Services, words: str) -> dict[str, int]:
    """In which tables of the state a text holds the words, and how many rows."""
    place = place_of(services.settings)
    tables = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if isinstance(place, Path)
        else "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    found = {}
    for (name,) in state_rows(place, tables):
        rows = state_rows(place, f"SELECT * FROM {name}")
        count = sum(words in str(row) for row in rows)
        if count:
            found[name] = count
    return found


def files_with(services: Services, words: str) -> list[str]:
    """The files of the home that hold the words."""
    every = [path for path in services.settings.home.rglob("*") if path.is_file()]
    return [path.name for path in every if words.encode() in path.read_bytes()]


def figures(services: Services) -> dict[str, Any]:
    now = services.clock.now()
    report = load_transparency(services.context, LEAD, now - timedelta(days=30), now)
    work = load_work(services.context, LEAD, now - timedelta(days=30))
    return {each.query.name: each.rows for each in report.figures} | {
        "steps": work.steps,
        "decided": work.people,
    }


def test_nothing_of_an_author_is_left_in_any_table_or_file(site: Services) -> None:
    lives_of_comments(site)
    assert {"comments", "revisions", "decisions", "appeals", "reports", "threads"} <= set(
        rows_with(site, WORD) | rows_with(site, NAME)
    )
    assert set(rows_with(site, NAME)) >= {"cases", "audit_events", "muted_reporters"}
    assert search(site.context, MODERATOR, WORD).items
    erased = erase(site)
    assert erased == ErasureCount(comments=7, threads=1, reports=1)
    assert rows_with(site, WORD) == {}
    assert rows_with(site, NAME) == {}
    assert files_with(site, WORD) == []
    assert files_with(site, NAME) == []
    assert not search(site.context, MODERATOR, WORD).items
    assert broken_invariants(place_of(site.settings)) == {}


def test_its_references_are_answered_as_if_they_had_never_been(site: Services) -> None:
    references = lives_of_comments(site)
    erase(site)
    for reference in (*references, new_reference()):
        with pytest.raises(NotFound, match=f"^{UNKNOWN_REFERENCE}$"):
            look_up(site.context, reference)


def test_figures_and_the_comments_of_others_stay(tmp_path: Path, each_state_url: str) -> None:
    site = make_services(tmp_path, state_url=each_state_url)
    lives_of_comments(site)
    other = removed_by_person(site, note="About another.")
    answered = look_up(site.context, other.reference)
    # What waits is withdrawn with an erasure and waits no longer, so nothing of this author does.
    done = scored(site, REMOVED, author="ida")
    decided_one = scored(site, HELD, author="ida")
    decided(site, decided_one, Action.REMOVE)
    heard(site, appealed(site, decided_one), overturn=True)
    before = figures(site)
    assert erase(site, "ida").comments == 2
    assert figures(site) == before
    assert next(past.scores for past in chain_of(site, done))
    assert look_up(site.context, other.reference) == answered
    site.context.store.close()


def test_the_audit_chain_stays_whole_and_says_what_was_erased(site: Services) -> None:
    lives_of_comments(site)
    before = verify_audit(site.context, SYSTEM)
    assert before.is_whole
    assert before.head is not None
    erase(site)
    after = verify_audit(site.context, SYSTEM, before.head.link)
    assert after.is_whole
    assert after.erased == 3
    with site.context.store.read() as reader:
        [event] = [
            each for each in reader.audit_trail(AUDIT_LOG) if each.kind is AuditKind.REPORTER_ERASED
        ]
        assert event.data["reports"] == "1"
        assert len(event.data["events"].split(",")) == 3
        emptied = reader.audit_trail(ERASED)
    assert [each.kind for each in emptied] == [
        AuditKind.REPORTER_MUTED,
        AuditKind.REPORTER_UNMUTED,
        AuditKind.REPORTER_MUTED,
    ]
    assert all(not each.data and each.actor == "lena" for each in emptied)


def test_a_muted_reporters_reports_stay_uncounted_under_one_name(site: Services) -> None:
    first, second = scored(site, CLEAN), scored(site, CLEAN)
    for revision in (first, second):
        reported(site, revision, NAME)
        reported(site, revision, "una")
    mute_reporter(site.context, LEAD, "test", NAME, "Reports everything.")
    erase(site)
    with site.context.store.read() as reader:
        names = {
            item.report.reporter: item.is_muted
            for revision in (first, second)
            for item in reader.reports(revision.id)
        }
    assert names.pop("una") is False
    [(name, is_muted)] = names.items()
    assert name.startswith(ERASED)
    assert is_muted
    assert case_of(site, first).attention.user_reports == 1


def test_open_work_ends_and_its_author_hears_nothing_more(site: Services) -> None:
    waiting = scored(site, HELD, author=NAME)
    pending = removed_by_person(site, HELD)
    with site.context.store.read() as reader:
        comment = reader.comment(pending.comment_id)
    assert comment is not None
    appeal = appealed(site, pending)
    erase(site)
    erase(site, comment.author)
    assert listed(site) == []
    assert case_of(site, waiting).status is CaseStatus.CLOSED
    with site.context.store.read() as reader:
        ended = reader.appeal(appeal.id)
        left = reader.messages(MessageState.PENDING, 100)
    assert ended is not None
    assert ended.status is AppealStatus.CLOSED
    assert {message.audience for message in left} == {"site"}


def test_what_was_erased_takes_no_new_text(site: Services) -> None:
    revision = scored(site, CLEAN, author=NAME)
    key = source_key(site, revision)
    erase(site)
    again = IncomingComment(*key, "Here again.", NAME, site.clock.now())
    [report] = ingest(site.context, SYSTEM, [again])
    assert (report.erased, report.stored, report.edited, report.completed) == (1, 0, 0, 0)
    assert report.rows == 1
    assert rows_with(site, NAME) == {}


def test_an_erasure_that_was_cut_off_is_finished_by_the_next(site: Services) -> None:
    for number in range(BATCH + 3):
        posted(site, f"{CLEAN} {number}", author=NAME)
    first = erase_author(site.context, SYSTEM, "test", NAME)
    assert next(first).comments == BATCH
    first.close()
    assert count_erasable(site.context, SYSTEM, "test", NAME).comments == 3
    assert erase(site).comments == 3
    assert erase(site).is_nothing
    assert verify_audit(site.context, SYSTEM).is_whole


def test_names_of_many_are_refused_and_others_left_alone(site: Services) -> None:
    scored(site, CLEAN, author="[deleted]")
    for name in ("[deleted]", "anonymous", ERASED, " ", "a\x00b"):
        with pytest.raises(InvalidInput):
            erase(site, name)
    scored(site, CLEAN, author="Vera-Quixworth")
    assert erase(site).is_nothing
    assert erase(site, source="another").is_nothing
    assert rows_with(site, "Vera-Quixworth")


def test_words_are_gone_from_the_pages_of_a_large_file(tmp_path: Path) -> None:
    """Also from pages that were split and joined, and from the search's index."""
    site = make_services(tmp_path, state_url=STATE_IN_HOME)
    said = [IncomingComment("test", f"f{n}", f"{CLEAN} {n}", "ann", site.clock.now())
            for n in range(600)]  # fmt: skip
    mine = [
        IncomingComment("test", f"m{n}", f"{WORD} {n} " * 40, NAME, site.clock.now())
        for n in range(150)
    ]
    mixed = [each for pair in zip(said, mine * 4, strict=True) for each in pair]
    list(ingest(site.context, SYSTEM, mixed))
    assert files_with(site, WORD)
    erase(site)
    assert files_with(site, WORD) == []
    site.context.store.close()
    with closing(sqlite3.connect(site.settings.state_path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        raw.execute("INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)")
