"""What the desk shows around a case, and what it does besides deciding one."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.inference.severe_words import read_severe_words
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Action
from core.moderation.preferences import Preferences
from core.services.preferences import load_preferences, save_preferences
from core.services.report import list_muted_reporters
from tests.factories import (
    CLEAN,
    HELD,
    LEAD,
    MODERATOR,
    case_of,
    chain_of,
    decided,
    make_services,
    reported,
    scored,
)
from tests.pages.review_desk import as_person, ask, outcomes, press, whole

OTHER = Actor("tomas", Role.MODERATOR)
NEARLY_ALL = 1 - 1e-12


def opened(client: TestClient, revision: Any, **more: Any) -> dict[str, Any]:
    return ask(client, "open", revision=revision.id, **more)


def listed(client: TestClient, **filters: str) -> list[str]:
    return [item["revision"] for item in ask(client, "queue", **filters)["items"]]


def test_opening_a_case_takes_it_and_leaving_gives_it_back(
    services: Any, client: TestClient
) -> None:
    first, second = scored(services, HELD), scored(services, "You idiot, again.")
    as_person(client, MODERATOR)
    assert opened(client, first)["claim"]["is_mine"]
    as_person(client, OTHER)
    claim = opened(client, first)["claim"]
    assert (claim["is_mine"], claim["holder"]) == (False, MODERATOR.id)
    lines = {item["revision"]: item for item in ask(client, "queue")["items"]}
    assert lines[first.id]["is_held"]
    assert lines[first.id]["chips"][0][0].startswith(f"held by {MODERATOR.id}, ")
    (late,) = outcomes(client, press("approve", first.id))
    assert not late["is_done"]
    assert late["words"].startswith(f"{MODERATOR.id} has held this case since ")
    assert late["can_retry"], "it waits: only somebody else has it open"
    as_person(client, MODERATOR)
    opened(client, second, release=first.id)
    as_person(client, OTHER)
    assert opened(client, first)["claim"]["is_mine"]


def test_a_claim_is_renewed_and_given_back_by_itself(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    first = opened(client, revision)["claim"]
    again = ask(client, "claim", revision=revision.id)["claim"]
    assert again["is_mine"]
    assert again["until"] >= first["until"]
    as_person(client, OTHER)
    ask(client, "release", revision=revision.id)
    assert not ask(client, "claim", revision=revision.id)["claim"]["is_mine"], "not theirs to give"
    as_person(client, MODERATOR)
    ask(client, "release", revision=revision.id)
    as_person(client, OTHER)
    assert ask(client, "claim", revision=revision.id)["claim"]["is_mine"]


def test_a_decision_says_when_it_takes_effect_and_u_cancels_it(
    services: Any, client: TestClient
) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    (outcome,) = outcomes(client, press("remove", revision.id, reason="spam", internal_note="x"))
    decision = chain_of(services, revision)[-1]
    assert outcome["effective_at"] == int(decision.effective_at.timestamp() * 1_000)
    assert decision.internal_note == "x"
    assert outcomes(client, press("undo", revision.id, 2))[0]["is_done"]
    assert listed(client) == [revision.id]


def test_reports_are_listed_and_only_a_lead_mutes(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    reported(services, revision, reporter="reader")
    as_person(client, MODERATOR)
    facts = opened(client, revision)["facts"]
    assert [each["reporter"] for each in facts["reports"]] == ["reader"]
    assert not facts["can_mute"]
    body = {"revision": revision.id, "reporter": "reader", "because": "reports everybody"}
    assert client.post("/review/desk/mute", json=body).status_code == 403
    as_person(client, LEAD)
    assert opened(client, revision)["facts"]["can_mute"]
    ask(client, "mute", **body)
    (muted,) = list_muted_reporters(services.context, LEAD)
    assert (muted.reporter, muted.muted_by) == ("reader", LEAD.id)
    assert opened(client, revision)["facts"]["reports"][0]["is_muted"]


def test_texts_decided_before_are_shown_with_their_verdict(
    services: Any, client: TestClient
) -> None:
    before = scored(services, HELD, author="ann")
    decided(services, before, Action.REMOVE, actor=LEAD)
    revision = scored(services, HELD, author="bob")
    as_person(client, MODERATOR)
    facts = opened(client, revision)["facts"]
    assert [(each["words"], whole(each)) for each in facts["precedents"]] == [("removed", HELD)]
    comments = ask(client, "author", revision=before.id)["comments"]
    assert [whole(each) for each in comments] == [HELD]


def test_nothing_that_the_desk_is_sent_tells_what_a_blind_case_hides(
    home: Any, client: TestClient
) -> None:
    services = make_services(home, audit_share=NEARLY_ALL, blind_share=NEARLY_ALL)
    as_person(client, MODERATOR)
    told = []
    for text in (HELD, CLEAN):
        revision = scored(services, text, author=f"by {len(text)}")
        (item,) = ask(client, "queue")["items"]
        (card,) = ask(client, "cards", revisions=[revision.id])["cards"]
        answers = [
            item,
            card,
            opened(client, revision)["facts"],
            ask(client, "replies", revision=revision.id),
            ask(client, "author", revision=revision.id),
            ask(client, "facets")["choices"],
        ]
        words = str(answers)
        for own in (text, revision.id, f"by {len(text)}"):
            words = words.replace(own, "OWN")
        told.append("".join(char for char in words if not char.isdigit()))
        decided(services, revision, Action.APPROVE)
    assert told[0] == told[1]
    services.context.store.close()


def test_leads_see_afterwards_why_a_blind_case_was_there(home: Any, client: TestClient) -> None:
    services = make_services(home, audit_share=NEARLY_ALL)
    revision = scored(services, CLEAN)
    for actor in (MODERATOR, LEAD):
        as_person(client, actor)
        (card,) = ask(client, "cards", revisions=[revision.id])["cards"]
        assert "drawn from what the model approved" not in str(card)
        assert card["why"]["sentences"][0].startswith("Drawn to be looked at without scores")
    decided(services, revision, Action.APPROVE)
    told = {}
    for actor in (MODERATOR, LEAD):
        as_person(client, actor)
        (card,) = ask(client, "cards", revisions=[revision.id])["cards"]
        told[actor.role] = "drawn from what the model approved" in str(card)
    assert told == {Role.MODERATOR: False, Role.LEAD: True}
    services.context.store.close()


def test_severe_words_are_covered_unless_the_person_wants_them(
    services: Any, client: TestClient
) -> None:
    text = f"What a {read_severe_words()[0]} you are, idiot."
    revision = scored(services, text)
    as_person(client, MODERATOR)
    (card,) = ask(client, "cards", revisions=[revision.id])["cards"]
    assert "".join(piece for piece, *_ in card["pieces"]) == text
    assert [piece for piece, _, is_covered in card["pieces"] if is_covered]
    pieces = ask(client, "words", revision=revision.id)["pieces"]
    assert "".join(piece for piece, *_ in pieces) == text
    assert [piece for piece, _, is_covered in pieces if is_covered] == [read_severe_words()[0]]
    (item,) = ask(client, "queue")["items"]
    assert "mask" in [kind for _, kind in item["excerpt"]]
    (found,) = ask(client, "search", query="what")["items"]
    assert [kind for _, kind in found["excerpt"] if kind] == ["mark", "mask"]
    save_preferences(services.context, MODERATOR, Preferences(masks_severe=False))
    (card,) = ask(client, "cards", revisions=[revision.id])["cards"]
    assert not any(is_covered for *_, is_covered in card["pieces"])


def test_what_a_person_leaves_out_is_not_listed_unless_asked_for(
    services: Any, client: TestClient
) -> None:
    revision = scored(services, HELD)
    label = case_of(services, revision).label
    save_preferences(services.context, MODERATOR, Preferences(left_out=(label,)))
    as_person(client, MODERATOR)
    assert listed(client) == []
    assert listed(client, label=label) == [revision.id]
    as_person(client, LEAD)
    assert listed(client) == [revision.id]
    save_preferences(services.context, LEAD, Preferences(is_lighter=True))
    assert listed(client) == ([revision.id] if case_of(services, revision).priority < 0.95 else [])


def test_the_switch_of_the_keys_is_the_persons_own(services: Any, client: TestClient) -> None:
    as_person(client, MODERATOR)
    ask(client, "shortcuts", are_on=False)
    assert not load_preferences(services.context, MODERATOR).has_shortcuts
    assert load_preferences(services.context, LEAD).has_shortcuts
    ask(client, "shortcuts", are_on=True)
    assert load_preferences(services.context, MODERATOR).has_shortcuts


def test_a_search_marks_what_was_looked_for(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    scored(services, CLEAN)
    as_person(client, MODERATOR)
    found = ask(client, "search", query="article -thanks")
    assert [item["revision"] for item in found["items"]] == [revision.id]
    marked = [text for text, kind in found["items"][0]["excerpt"] if kind == "mark"]
    assert marked == ["article"]
    assert ask(client, "search", query='"')["problem"]


def test_filters_are_offered_with_counts_and_narrow_the_list(
    services: Any, client: TestClient
) -> None:
    kept = [scored(services, f"You idiot number {n}.") for n in range(3)]
    reported(services, kept[0], reporter="reader")
    as_person(client, MODERATOR)
    offered = ask(client, "facets")
    assert ["reports", "1", "reports 1"] in offered["quick"]
    labels = {name: options for name, _, options in offered["choices"]}["label"]
    assert labels[1][1].endswith(" (3)")
    assert listed(client, reports="1") == [kept[0].id]
    assert listed(client, reports="1", label="nonsense") == [kept[0].id]


def test_what_came_in_meanwhile_is_counted(services: Any, client: TestClient) -> None:
    scored(services, HELD)
    as_person(client, MODERATOR)
    mark = ask(client, "queue")["mark"]
    assert ask(client, "arrivals", mark=mark) == {"count": "0"}
    scored(services, "You idiot, once more.")
    assert ask(client, "arrivals", mark=mark) == {"count": "1"}
    assert ask(client, "arrivals", mark="no mark") == {"count": "0"}


@pytest.mark.parametrize("before", [[], ["x", "y"], ["2026-01-01"]])
def test_a_page_of_comments_that_is_none_is_not_found(
    services: Any, client: TestClient, before: list[str]
) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    body = {"revision": revision.id, "before": before}
    assert client.post("/review/desk/author", json=body).status_code == 404


def test_a_claim_is_for_five_minutes(services: Any, client: TestClient) -> None:
    revision = scored(services, HELD)
    as_person(client, MODERATOR)
    until = opened(client, revision)["claim"]["until"]
    left = until / 1_000 - services.clock.now().timestamp()
    assert timedelta(minutes=4) < timedelta(seconds=left) <= timedelta(minutes=5)
