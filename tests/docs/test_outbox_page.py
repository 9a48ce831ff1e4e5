"""docs/outbox.md: its lines of Python verify a real message, its example has the real fields."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.clock import system_clock
from core.moderation.message_contents import MessageType
from tests.factories import HELD, scored
from tests.integration.message_receiver import SECRET, Received, Receiver
from tests.integration.outbox_site import outbox_site

PAGE = (Path(__file__).parents[2] / "docs" / "outbox.md").read_text(encoding="utf-8")


def code(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def verify() -> Callable[[str, dict[str, str], bytes], bool]:
    names: dict[str, Any] = {}
    exec(code("python"), names)  # the page's own lines
    found: Callable[[str, dict[str, str], bytes], bool] = names["is_from_the_console"]
    return found


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> list[Received]:
    """The messages about a comment on hold: to the site, then to its author."""
    with outbox_site(tmp_path_factory.mktemp("outbox")) as site, Receiver() as receiver:
        site.time.now = system_clock().now()
        scored(site.services, HELD)
        site.drain(receiver)
        return sorted(receiver.received, key=lambda each: each.json["type"])


def test_the_pages_lines_verify_a_message(verify, received) -> None:
    assert len(received) == 2
    for each in received:
        assert verify(SECRET, each.headers, each.body)


def test_they_refuse_a_changed_an_old_and_a_foreign_one(verify, received) -> None:
    one, other = received
    assert not verify(SECRET, one.headers, one.body + b" ")
    assert not verify(SECRET, one.headers | {"webhook-id": other.id}, one.body)
    assert not verify(SECRET.replace("A", "B"), one.headers, one.body)
    old = one.headers | {"webhook-timestamp": str(int(time.time()) - 301)}
    assert not verify(SECRET, old, one.body)


def test_the_pages_example_has_the_fields_of_a_real_message(received) -> None:
    example, real = json.loads(code("json")), received[0].json
    assert example.keys() == real.keys()
    assert example["data"].keys() == real["data"].keys()
    assert {name: type(each) for name, each in example["data"].items()} == {
        name: type(each) for name, each in real["data"].items()
    }


def test_the_page_names_every_field_of_a_notice(received) -> None:
    data = received[1].json["data"]
    statement = data["statement"]
    names = [*data, *statement, *statement["reason"], *statement["facts"][0]]
    for name in (*names, "outcome_reason", "heard_at", "filed_at", "status"):
        assert f"`{name}`" in PAGE or f'"{name}"' in PAGE


@pytest.mark.parametrize("kind", list(MessageType))
def test_the_page_has_every_type(kind: MessageType) -> None:
    assert f"| `{kind}` |" in PAGE
