"""The audit log in pages and as an export, across the edges of what is read at once."""

import pytest

from core.bootstrap.services import Services
from core.moderation.audit import AUDIT_LOG, AuditFilter, AuditKind
from core.moderation.permissions import Actor, Role
from core.services import audit
from core.services.audit import PAGE_EVENTS, export_audit, list_audit
from tests.factories import HELD, scored

INES = Actor("ines", Role.AUDITOR)


def noted(services: Services, number: int) -> list[str]:
    """The subjects of so many new events, oldest first."""
    names = [f"subject {n:04}" for n in range(number)]
    with services.context.store.write() as tx:
        for name in names:
            tx.add_audit(services.context.audit(AuditKind.AUDIT_EXPORTED, INES, name))
    return names


@pytest.mark.parametrize("more", [0, 1, PAGE_EVENTS])
def test_pages_hold_every_event_once_newest_first(services: Services, more: int) -> None:
    names = noted(services, PAGE_EVENTS + more)
    chosen = AuditFilter(actor=INES.id)
    found, before, pages = [], None, 0
    while True:
        page = list_audit(services.context, INES, chosen, before=before)
        found += [event.subject_id for event in page.events]
        pages, before = pages + 1, page.older
        if before is None:
            break
    assert found == names[::-1]
    assert pages == (1 if more == 0 else 2)


def test_a_reference_stands_for_its_text(services: Services) -> None:
    revision = scored(services, HELD)
    by_id, by_reference = (
        list_audit(services.context, INES, AuditFilter(subject_id=name)).events
        for name in (revision.id, revision.reference.lower())
    )
    assert by_id == by_reference
    assert by_id


@pytest.mark.parametrize("at_once", [1, 3, 5, 100])
def test_an_export_holds_every_event_once_and_its_own_as_the_last(
    services: Services, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(audit, "EXPORTED_AT_ONCE", at_once)
    noted(services, 5)
    with services.context.store.read() as reader:
        before = len(reader.audit_chunk(0, 1_000))
    events = export_audit(services.context, INES)
    first = next(events)
    noted(services, 2)
    seqs = [first.seq, *(event.seq for event in events)]
    assert seqs == list(range(1, before + 2))
    assert list_audit(services.context, INES, AuditFilter()).events[2].subject_id == AUDIT_LOG
