"""Several cases read together are what each is by itself."""

from sqlalchemy import Connection, event

from core.bootstrap.services import Services
from core.moderation.policies import Action
from core.services.queries import load_case, load_cases
from core.store.sql.store import SqlStore
from tests.factories import HELD, LEAD, MODERATOR, decided, scored, withdrawn


def test_cases_are_read_in_the_order_asked_for_without_those_that_are_gone(
    services: Services,
) -> None:
    one, gone, other = (scored(services, f"{HELD} {n}") for n in range(3))
    withdrawn(services, gone)
    decided(services, other, Action.APPROVE)
    asked = [other.id, "unknown", gone.id, one.id]
    for actor in (MODERATOR, LEAD):
        found = load_cases(services.context, actor, asked)
        assert found == [load_case(services.context, actor, each.id) for each in (other, one)]
    assert load_cases(services.context, MODERATOR, []) == []


def test_an_authors_comments_are_counted_once_for_all_their_cases(services: Services) -> None:
    asked = [scored(services, f"{HELD} {n}").id for n in range(3)]
    store, counted = services.context.store, []
    assert isinstance(store, SqlStore)

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        if "count(revisions.withdrawn_at)" in statement:
            counted.append(statement)

    event.listen(store._database.engine, "before_cursor_execute", note)
    assert [view.author.comments for view in load_cases(services.context, MODERATOR, asked)] == [
        3
    ] * 3
    assert len(counted) == 1
