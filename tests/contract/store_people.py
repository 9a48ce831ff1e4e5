"""Contract of every store: preferences, and what people decided on."""

from core.moderation.audit import AuditKind
from core.moderation.cases import CaseStatus
from core.moderation.decisions import DecisionSource
from core.moderation.exposure import ReviewedText
from core.moderation.policies import Action
from core.moderation.preferences import Preferences, QueueLimits
from core.moderation.scores import Label
from core.store.base import Store
from core.store.views import LeftOutCount
from tests.contract.store_fixtures import StoreFixtures
from tests.contract.store_rows import Rows, at

OTHER = Preferences(False, False, (Label.THREAT, Label.OBSCENE), True)


class People(StoreFixtures):
    """The people who review."""

    def save(self, store: Store, rows: Rows, actor: str, preferences: Preferences) -> None:
        audit = rows.audit(AuditKind.PREFERENCES_CHANGED, actor)
        with store.write() as tx:
            tx.save_preferences(actor, preferences, at(1), audit)

    def test_preferences_are_each_persons_own_and_the_last_ones(
        self, store: Store, rows: Rows
    ) -> None:
        self.save(store, rows, "mina", Preferences())
        self.save(store, rows, "tomas", Preferences())
        self.save(store, rows, "mina", OTHER)
        with store.read() as reader:
            assert reader.preferences("mina") == OTHER
            assert reader.preferences("lena") is None
            assert reader.all_preferences() == {"mina": OTHER, "tomas": Preferences()}
            kinds = [event.kind for event in reader.audit_trail("mina")]
        assert kinds == [AuditKind.PREFERENCES_CHANGED] * 2

    def test_people_deciding_are_those_with_a_decision_since_then(
        self, store: Store, rows: Rows
    ) -> None:
        revision = rows.comment("a")
        rows.decided(revision, Action.HOLD)
        for seen, (actor, minutes) in enumerate(
            [("zoe", 10), ("mina", 20), ("abe", 30), ("mina", 40)], start=1
        ):
            rows.decided(revision, Action.HOLD, seen=seen, minutes=minutes, actor=actor)
        with store.read() as reader:
            assert list(reader.people_deciding(at(0))) == ["abe", "mina", "zoe"]
            assert list(reader.people_deciding(at(30))) == ["abe", "mina"]
            assert list(reader.people_deciding(at(41))) == []

    def test_a_text_is_counted_once_with_the_scores_of_its_last_automated_decision(
        self, store: Store, rows: Rows
    ) -> None:
        twice, early, unscored = rows.comment("twice"), rows.comment("early"), rows.comment("x")
        with store.write() as tx:
            rows.decide(tx, twice, Action.HOLD, scores={Label.INSULT: 0.2})
            rows.decide(
                tx,
                twice,
                Action.HOLD,
                seen=1,
                source=DecisionSource.RULE,
                scores={Label.INSULT: 0.75},
            )
        rows.decided(early, Action.HOLD)
        rows.decided(early, Action.APPROVE, seen=1, minutes=5)
        rows.failed(unscored)
        rows.decided(twice, Action.REMOVE, seen=2, minutes=20)
        rows.decided(twice, Action.APPROVE, seen=3, minutes=21)
        rows.decided(unscored, Action.APPROVE, seen=1, minutes=22)
        with store.read() as reader:
            found = {text.revision_id: text for text in reader.reviewed_since("mina", at(10))}
            nobodys = reader.reviewed_since("lena", at(0))
            ours = len(reader.reviewed_since("mina", at(5)))
        assert set(found) == {twice.id, unscored.id}
        assert found[twice.id] == ReviewedText(twice.id, {Label.INSULT: 0.75}, {"threat"})
        assert found[unscored.id].removed_for == set()
        assert (list(nobodys), ours) == ([], 3)

    def test_left_out_are_the_waiting_cases_of_the_labels_and_the_severe_ones(
        self, store: Store, rows: Rows
    ) -> None:
        given = (
            ("a", CaseStatus.OPEN, 0.96, Label.THREAT),
            ("b", CaseStatus.ESCALATED, 0.3, Label.THREAT),
            ("c", CaseStatus.CLOSED, 0.99, Label.THREAT),
            ("d", CaseStatus.OPEN, 0.95, Label.INSULT),
            ("e", CaseStatus.OPEN, 1.0, None),
        )
        for name, status, priority, label in given:
            rows.case(rows.comment(name), status=status, priority=priority, label=label)
        with store.read() as reader:
            labels = QueueLimits((Label.THREAT, Label.OBSCENE))
            assert reader.count_left_out(labels) == LeftOutCount(
                {Label.THREAT: 2, Label.OBSCENE: 0}
            )
            severe = reader.count_left_out(QueueLimits(score_below=0.95))
            assert severe == LeftOutCount({}, severe=2)
            assert reader.count_left_out(QueueLimits()) == LeftOutCount()
