"""How their report ended, told to reporters through the site: once a person has decided, nothing
that is the author's, and nobody whose name was erased."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.moderation.message_contents import NothingToTell
from core.moderation.outbox import Audience, MessageState
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Action
from core.services.erasure import erase_author
from core.services.lookup import look_up
from core.services.reopen import reopen
from core.services.review import undo_decision
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    chain_of,
    decided,
    edited,
    reported,
    scored,
)
from tests.integration.message_receiver import Receiver
from tests.integration.outbox_site import OutboxSite, outbox_site

WORDS = "It is about my street."


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OutboxSite]:
    with outbox_site(tmp_path, tell_reporters="yes") as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def ends(site: OutboxSite, receiver: Receiver) -> list[Any]:
    """The ends of reports that were told, once all is sent."""
    site.drain(receiver)
    return [each.json for each in receiver.received if each.json["type"] == "reports.ended"]


@pytest.mark.parametrize(
    ("action", "visibility"), [(Action.REMOVE, "removed"), (Action.APPROVE, "visible")]
)
def test_everybody_who_reported_hears_once_what_a_person_decided(
    site: OutboxSite, receiver: Receiver, action: Action, visibility: str
) -> None:
    revision = scored(site.services, CLEAN)
    for reporter in ("una", "udo"):
        reported(site.services, revision, reporter, words=WORDS)
    assert ends(site, receiver) == []
    site.time.move(5)
    decision = decided(site.services, revision, action)
    (told,) = ends(site, receiver)
    assert told["timestamp"] == decision.effective_at.isoformat().replace("+00:00", "Z")
    reports = told["data"].pop("reports")
    assert {each["reporter"] for each in reports} == {"una", "udo"}
    assert {tuple(each) for each in reports} == {("reporter", "reported_at")}
    assert set(told["data"]) == {"source", "id", "visibility"}
    assert told["data"]["visibility"] == visibility
    assert revision.reference not in json.dumps(told), "it opens the author's page"


def test_a_reporter_stands_in_nothing_that_an_author_sees(
    site: OutboxSite, receiver: Receiver
) -> None:
    revision = scored(site.services, HELD)
    reported(site.services, revision, "reporter-7319", words=WORDS)
    decided(site.services, revision, Action.REMOVE)
    assert len(ends(site, receiver)) == 1
    bodies = [json.dumps(each.json) for each in receiver.received if "notice" in each.json["type"]]
    assert bodies
    answer = repr(look_up(site.services.context, revision.reference))
    assert not [text for text in (*bodies, answer) if "reporter-7319" in text or WORDS in text]


def test_without_the_setting_or_without_a_report_nothing_is_stored(
    site: OutboxSite, tmp_path: Path
) -> None:
    decided(site.services, scored(site.services, HELD), Action.REMOVE)
    assert Audience.REPORTERS not in {each.audience for each in site.pending()}
    with outbox_site(tmp_path / "quiet") as quiet:
        revision = scored(quiet.services, HELD)
        reported(quiet.services, revision)
        decided(quiet.services, revision, Action.REMOVE)
        assert Audience.REPORTERS not in {each.audience for each in quiet.pending()}


@pytest.mark.parametrize("is_reported_again", [False, True])
def test_a_report_on_a_text_that_was_edited_first_ends_with_the_next_text(
    site: OutboxSite, receiver: Receiver, is_reported_again: bool
) -> None:
    first = scored(site.services, CLEAN)
    reported(site.services, first, "una")
    second = edited(site.services, first, HELD)
    if is_reported_again:
        reported(site.services, second, "udo")
    assert ends(site, receiver) == []
    decided(site.services, second, Action.REMOVE)
    (told,) = ends(site, receiver)
    names = {"una", "udo"} if is_reported_again else {"una"}
    assert {each["reporter"] for each in told["data"]["reports"]} == names
    third = edited(site.services, second, HELD + " Again.")
    decided(site.services, third, Action.APPROVE)
    assert len(ends(site, receiver)) == 1, "a person had answered the report"


def test_what_was_undone_before_it_took_effect_is_not_told(
    tmp_path: Path, receiver: Receiver
) -> None:
    with outbox_site(tmp_path / "slow", tell_reporters="yes", grace_s=15) as site:
        revision = scored(site.services, HELD)
        reported(site.services, revision)
        decided(site.services, revision, Action.REMOVE)
        undo_decision(site.services.context, MODERATOR, revision.id, seen_version=2)
        decided(site.services, revision, Action.APPROVE)
        (told,) = ends(site, receiver)
        assert told["data"]["visibility"] == "visible"


def test_another_end_is_told_and_the_same_again_is_not(
    site: OutboxSite, receiver: Receiver
) -> None:
    revision = scored(site.services, HELD)
    reported(site.services, revision)
    told = []
    for action in (Action.APPROVE, Action.APPROVE, Action.REMOVE):
        decided(site.services, revision, action)
        told.append([each["data"]["visibility"] for each in ends(site, receiver)])
        version = len(chain_of(site.services, revision))
        reopen(site.services.context, LEAD, revision.id, seen_version=version)
    assert told == [["visible"], ["visible"], ["visible", "removed"]]


def test_an_undo_is_no_end(site: OutboxSite, receiver: Receiver) -> None:
    revision = scored(site.services, CLEAN)
    reported(site.services, revision)
    decided(site.services, revision, Action.REMOVE)
    undo_decision(site.services.context, MODERATOR, revision.id, seen_version=2)
    assert chain_of(site.services, revision)[-1].action is Action.APPROVE
    assert [each["data"]["visibility"] for each in ends(site, receiver)] == ["removed"]


def test_who_was_erased_is_not_named_and_alone_is_not_told(
    site: OutboxSite, receiver: Receiver
) -> None:
    both, alone = scored(site.services, HELD), scored(site.services, f"{HELD} again")
    reported(site.services, both, "una")
    reported(site.services, both, "udo")
    reported(site.services, alone, "una")
    for revision in (both, alone):
        decided(site.services, revision, Action.REMOVE)
    assert list(erase_author(site.services.context, SYSTEM, "test", "una"))
    (told,) = ends(site, receiver)
    assert [each["reporter"] for each in told["data"]["reports"]] == ["udo"]
    (left,) = [each for each in site.messages(alone) if each.audience is Audience.REPORTERS]
    assert (left.state, left.detail) == (MessageState.NOT_NEEDED, NothingToTell.NO_REPORTS)
