"""Contract of every store: reports and muted reporters."""

from core.moderation.audit import AuditKind
from core.moderation.cases import NO_ATTENTION, Attention
from core.moderation.reports import ReportKind
from core.store.base import Store
from core.store.views import ReportItem
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import CLOSED, ESCALATED, Rows

TRUSTED = ReportKind.TRUSTED_FLAGGER


class Reports(StoreFixtures):
    """A reporter has one report on a text; those of muted reporters are kept and don't count."""

    def test_reports_come_back_oldest_first_with_their_event(
        self, store: Store, rows: Rows
    ) -> None:
        revision, other = rows.comment("one"), rows.comment("two")
        late = rows.report(revision, "una", minutes=5)
        early = rows.report(revision, "flo", kind=TRUSTED, minutes=4)
        rows.report(other, "una")
        assert late is not None
        assert early is not None
        with store.read() as reader:
            assert reader.reports(revision.id) == [
                ReportItem(early, is_muted=False),
                ReportItem(late, is_muted=False),
            ]
            assert reader.report(revision.id, "una") == late
            assert reader.report(revision.id, "uwe") is None
            assert reader.is_reported(revision.id)
            assert not reader.is_reported("nothing")
            kinds = [event.kind for event in reader.audit_trail(revision.id)]
        assert kinds == [AuditKind.COMMENT_STORED, *[AuditKind.COMMENT_REPORTED] * 2]

    def test_second_report_of_a_reporter_on_a_text_is_refused(
        self, store: Store, rows: Rows
    ) -> None:
        revision = rows.comment("one")
        first = rows.report(revision, "una")
        assert rows.report(revision, "una", kind=TRUSTED, minutes=9) is None
        edit = rows.edit(revision)
        assert rows.report(edit, "una") is not None
        with store.read() as reader:
            assert reader.report(revision.id, "una") == first
            assert len(reader.audit_trail(revision.id)) == 2

    def test_attention_counts_replies_and_reports_by_kind(self, store: Store, rows: Rows) -> None:
        revision = rows.comment("one")
        for name in ("reply", "another"):
            rows.comment(name, parent="one")
        rows.comment("grandchild", parent="reply")
        for reporter in ("una", "uwe"):
            rows.report(revision, reporter)
        rows.report(revision, "flo", kind=TRUSTED)
        with store.read() as reader:
            assert reader.attention(revision.id) == Attention(2, 2, 1)
            assert reader.attention("grandchild-1") == NO_ATTENTION
            assert reader.attention("nothing") == NO_ATTENTION

    def test_reports_of_muted_reporters_are_kept_and_do_not_count(
        self, store: Store, rows: Rows
    ) -> None:
        revision = rows.comment("one")
        for reporter in ("una", "flo"):
            rows.report(revision, reporter, kind=TRUSTED if reporter == "flo" else ReportKind.USER)
        rows.mute("una")
        with store.read() as reader:
            assert reader.attention(revision.id) == Attention(trusted_reports=1)
            assert reader.is_reported(revision.id)
            muted = {item.report.reporter: item.is_muted for item in reader.reports(revision.id)}
        assert muted == {"una": True, "flo": False}
        with store.write() as tx:
            audit = rows.audit(AuditKind.REPORTER_UNMUTED, "site:una")
            assert tx.remove_muted_reporter("site", "una", audit)
        with store.read() as reader:
            assert reader.attention(revision.id) == Attention(0, 1, 1)

    def test_reporter_is_muted_on_one_source_and_once(self, store: Store, rows: Rows) -> None:
        first, second = rows.mute("una", minutes=1), rows.mute("uwe", minutes=2)
        with store.write() as tx:
            audit = rows.audit(AuditKind.REPORTER_MUTED, "site:una")
            assert not tx.add_muted_reporter(first, audit)
            assert not tx.remove_muted_reporter("elsewhere", "una", audit)
        with store.read() as reader:
            assert reader.muted_reporter("site", "una") == first
            assert reader.muted_reporter("elsewhere", "una") is None
            assert reader.muted_reporters(9) == [second, first]
            assert reader.muted_reporters(1) == [second]
            kinds = [event.kind for event in reader.audit_trail("site:una")]
        assert kinds == [AuditKind.REPORTER_MUTED]

    def test_open_cases_are_found_by_who_reported(self, store: Store, rows: Rows) -> None:
        revisions = {name: rows.comment(name) for name in ("open", "up", "closed", "other")}
        cases = {
            "open": rows.case(revisions["open"]),
            "up": rows.case(revisions["up"], status=ESCALATED),
            "closed": rows.case(revisions["closed"], status=CLOSED),
            "other": rows.case(revisions["other"]),
        }
        for name in ("open", "up", "closed"):
            rows.report(revisions[name], "una")
        rows.report(revisions["other"], "uwe")
        with store.read() as reader:
            found = {case.id for case in reader.open_cases_reported_by("site", "una")}
            assert found == {cases["open"].id, cases["up"].id}
            assert reader.open_cases_reported_by("elsewhere", "una") == []
