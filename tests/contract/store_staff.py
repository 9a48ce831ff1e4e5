"""Contract of every store: the people who work here."""

from dataclasses import replace

from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.people import PEOPLE, Person
from core.moderation.permissions import Role
from core.store.base import Store
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import at

EVA = Person(
    "eva",
    given=(Role.MODERATOR, Role.ADMIN),
    told=(Role.OPS,),
    invited_by="ada",
    invited_at=at(1),
    last_seen_at=at(2),
    disabled_at=at(3),
)


def event(number: int) -> AuditEvent:
    return AuditEvent(str(number), AuditKind.PERSON_INVITED, "ada", PEOPLE, at(number), {})


class Staff(StoreFixtures):
    """A person is stored whole, by their name, with the event of the change."""

    def test_a_person_comes_back_as_stored(self, store: Store) -> None:
        with store.write() as tx:
            tx.save_person(EVA, event(1))
            tx.save_person(Person("bo"), event(2))
        with store.read() as reader:
            assert reader.people() == [Person("bo"), EVA]
            assert [reader.person(name) for name in ("eva", "Eva", "ev")] == [EVA, None, None]
            assert reader.audit_trail(PEOPLE) == [event(1), event(2)]

    def test_a_later_save_takes_the_place_of_the_earlier(self, store: Store) -> None:
        changed = Person("eva", given=(Role.LEAD,))
        with store.write() as tx:
            tx.save_person(EVA, event(1))
            tx.save_person(changed, event(2))
        with store.read() as reader:
            assert reader.people() == [changed]

    def test_being_seen_changes_no_right_given_here(self, store: Store) -> None:
        seen = Person("eva", given=(Role.LEAD,), told=(Role.AUDITOR,), last_seen_at=at(9))
        with store.write() as tx:
            tx.save_person(EVA, event(1))
            tx.note_seen(seen)
            tx.note_seen(Person("new", told=(Role.OPS,), last_seen_at=at(8)))
        with store.read() as reader:
            assert reader.person("eva") == replace(EVA, told=(Role.AUDITOR,), last_seen_at=at(9))
            assert reader.person("new") == Person("new", told=(Role.OPS,), last_seen_at=at(8))
            assert len(reader.audit_trail(PEOPLE)) == 1
