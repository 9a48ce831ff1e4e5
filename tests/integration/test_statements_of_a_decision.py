"""How many statements a reviewer's press costs: each is a round trip to a database server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from core.bootstrap.services import Services
from core.moderation.policies import Action
from core.services.claims import claim_case
from core.services.review import decide_case, skip_case, undo_decision
from tests.factories import HELD, MODERATOR, make_services, scored
from tests.integration.reviews import review


@pytest.fixture
def services(tmp_path: Path, each_state_url: str) -> Iterator[Services]:
    made = make_services(tmp_path, state_url=each_state_url)
    yield made
    made.close()


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of the block, without the begin, the lock, the look whether the search index
    is behind, and the commit."""
    found: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statement = statement.strip()
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    found[:] = [each for each in found if "advisory" not in each and "search_index" not in each]


def test_a_press_reads_and_writes_each_row_once(services: Services) -> None:
    revision, held = scored(services, HELD), scored(services, HELD)
    decide_case(services.context, MODERATOR, review(held, Action.APPROVE, key="first"))
    with counted() as decide:
        decide_case(services.context, MODERATOR, review(revision, Action.REMOVE))
    with counted() as undo:
        undo_decision(services.context, MODERATOR, revision.id, seen_version=2)
    with counted() as claim:
        claim_case(services.context, MODERATOR, revision.id)
    with counted() as skip:
        skip_case(services.context, MODERATOR, revision.id)
    # Decisions with the key, the case with its text, claim and policy; then the revision, the
    # decision, the case and the event. In PostgreSQL a decision is written by one statement.
    writes = ["UPDATE", "INSERT"] * 2 if services.settings.keeps_state_in_home else ["WITH"]
    assert [each.split()[0] for each in decide] == [*["SELECT"] * 2, *writes]
    # An undo asks for reports that came meanwhile, and stores the whole case with its facts.
    spared = 4 - len(writes)
    assert (len(decide), len(undo), len(claim), len(skip)) == (6 - spared, 10 - spared, 3, 3)
