"""The writes about the people who work here."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from core.moderation.audit import AuditEvent
from core.moderation.people import Person
from core.moderation.preferences import Preferences
from core.moderation.sign_ins import SignIn
from core.store.sql import rows
from core.store.sql.people import SqlPeople
from core.store.sql.people_rows import person_to_row, preferences_to_json, sign_in_to_row
from core.store.sql.tables import people, preferences, sign_ins


class SqlPeopleWrites(SqlPeople):
    """Implements `core.store.people_base.PeopleWriter`."""

    _connection: Connection

    def save_person(self, person: Person, audit: AuditEvent) -> None:
        self._put_person(person_to_row(person))
        self.add_audit(audit)

    def note_seen(self, person: Person) -> None:
        self._put_person(person_to_row(person), only=("told", "last_seen_at"))

    def _put_person(self, row: dict[str, object], only: tuple[str, ...] = ()) -> None:
        changed = {name: row[name] for name in only or row}
        own = update(people).where(people.c.name == row["name"])
        if self._connection.execute(own.values(changed)).rowcount == 0:
            self._connection.execute(insert(people).values(row))

    def add_sign_in(self, sign_in: SignIn) -> None:
        self._connection.execute(insert(sign_ins).values(sign_in_to_row(sign_in)))

    def change_sign_in(self, sign_in: SignIn) -> None:
        row = sign_in_to_row(sign_in)
        own = sign_ins.c.token_digest == sign_in.token_digest
        self._connection.execute(update(sign_ins).where(own).values(row))

    def end_sign_in(self, token_digest: str) -> None:
        own = sign_ins.c.token_digest == token_digest
        self._connection.execute(delete(sign_ins).where(own))

    def end_sign_ins_of(self, actor_id: str) -> None:
        self._connection.execute(delete(sign_ins).where(sign_ins.c.actor == actor_id))

    def remove_sign_ins(self, *, before: datetime) -> None:
        old = sign_ins.c.signed_in_at < rows.to_micros(before)
        self._connection.execute(delete(sign_ins).where(old))

    def save_preferences(
        self, actor_id: str, stored: Preferences, changed_at: datetime, audit: AuditEvent
    ) -> None:
        row = {"body": preferences_to_json(stored), "changed_at": rows.to_micros(changed_at)}
        own = preferences.c.actor == actor_id
        if self._connection.execute(update(preferences).where(own).values(row)).rowcount == 0:
            self._connection.execute(insert(preferences).values(actor=actor_id, **row))
        self.add_audit(audit)

    def add_audit(self, audit: AuditEvent) -> None:
        # Of the writer that this is a part of.
        raise NotImplementedError
