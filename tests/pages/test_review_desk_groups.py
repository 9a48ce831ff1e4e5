"""Groups of waiting cases with the same text, as the desk asks for and decides them."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from core.moderation.policies import Action
from tests.factories import HELD, LEAD, MODERATOR, decided, scored, withdrawn
from tests.pages.review_desk import as_person, ask, by_people, outcomes


def test_a_group_is_decided_without_those_unticked_and_undone(
    services: Any, client: TestClient
) -> None:
    same = [scored(services, HELD, author=f"author{n}") for n in range(4)]
    as_person(client, MODERATOR)
    facts = ask(client, "open", revision=same[0].id)["facts"]
    assert facts["group"]["title"] == "Same text ×4"
    members = ask(client, "group", revision=same[0].id)["members"]
    assert {each["revision"] for each in members} == {each.id for each in same}
    ticked = [[each["revision"], each["version"]] for each in members[:3]]
    sent = {"id": "one-press", "do": "group", "action": "remove", "members": ticked,
            "revision": same[0].id, "reason": "spam"}  # fmt: skip
    assert outcomes(client, sent) == outcomes(client, sent)  # sent again: decided once
    removed = [each for each in same if by_people(services, each) == [Action.REMOVE]]
    assert {each.id for each in removed} == {revision for revision, _ in ticked}
    undo = {"id": "its-undo", "do": "undo_group", "group": "one-press", "revision": same[0].id}
    assert outcomes(client, undo)[0]["is_done"]
    waiting = {item["revision"] for item in ask(client, "queue")["items"]}
    assert waiting == {each.id for each in same}


def test_only_the_same_text_is_ticked_in_a_group_and_the_title_says_so(
    services: Any, client: TestClient
) -> None:
    text = "You idiot, this one comes again and again."
    first, second = scored(services, text), scored(services, text)
    near = scored(services, f"{text[:-1]} 2.")
    as_person(client, MODERATOR)
    group = ask(client, "group", revision=first.id)
    ticked = {each["revision"]: each["is_same"] for each in group["members"]}
    assert ticked == {first.id: True, second.id: True, near.id: False}
    assert group["title"] == "2 with the same text, 1 nearly"
    withdrawn(services, near)
    assert ask(client, "group", revision=first.id)["title"] == "2 with the same text"


def test_a_group_tells_whom_it_left_as_they_were(services: Any, client: TestClient) -> None:
    same = [scored(services, HELD, author=f"author{n}") for n in range(2)]
    decided(services, same[1], Action.APPROVE, actor=LEAD)
    as_person(client, MODERATOR)
    (outcome,) = outcomes(
        client,
        {"id": "g", "do": "group", "action": "approve", "members": [[r.id, 1] for r in same]},
    )
    assert outcome["is_done"]
    assert outcome["words"].startswith("1 left as they were. author1: ")


@pytest.mark.parametrize("members", ["x", [1], [["a"]], [["a", "1"]], [["a", True]], []])
def test_what_is_no_group_is_refused(services: Any, client: TestClient, members: Any) -> None:
    as_person(client, MODERATOR)
    body = {"presses": [{"id": "g", "do": "group", "action": "approve", "members": members}]}
    answer = client.post("/review/desk/presses", json=body)
    refused = answer.status_code == 422 or not answer.json()["outcomes"][0]["is_done"]
    assert refused
