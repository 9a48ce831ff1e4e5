"""The cascade in a whole console: used with a valid calibration, refused otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.bootstrap import services as bootstrap
from core.bootstrap.services import Services
from core.clock import Clock
from core.errors import ModelNotUsable
from core.inference.base import BackendInfo, Location
from core.inference.cache import CachedBackend
from core.inference.cascade.backend import CascadeBackend
from core.inference.cascade.calibration import Calibration
from core.inference.fake import FakeBackend
from core.moderation.audit import AuditKind
from core.moderation.permissions import SYSTEM
from core.services.cascade import open_cascade
from core.services.policies import PolicyInForce
from core.servinglog.record import Mode
from tests.factories import CLEAN, make_services, scored
from tests.integration.stub_cascade import NOW, POLICY, StubFirstStage, calibrated, console


def opened(services: Services, calibration: Calibration | None) -> CascadeBackend | str:
    return open_cascade(
        services.context,
        FakeBackend(),
        StubFirstStage(),
        calibration,
        promise=0.05,
        audit_share=0.02,
    )


def test_cascade_opens_on_a_calibration_for_these_parts_alone(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    found = calibrated(services)
    assert isinstance(opened(services, found), CascadeBackend)
    assert opened(services, None) == "nothing was calibrated yet"
    for changes in ({"full_version": "x"}, {"first_version": "x"}, {"edges": {}}, {"bound": 0.1}):
        assert isinstance(opened(services, replace(found, **changes)), str)
    services.close()


def test_policy_in_force_is_looked_up_again_after_a_second(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    seconds = [0.0]
    clock = Clock(now=lambda: NOW, monotonic=lambda: seconds[0])
    policy = PolicyInForce(services.context.store, clock)
    first = policy.read()
    with services.context.store.write() as tx:
        audit = services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2")
        tx.add_policy(replace(POLICY, version=2), audit)
    seconds[0] = 0.9
    assert policy.read() is first
    seconds[0] = 1.0
    later = policy.read()
    assert later.version == 2
    services.close()


def test_decision_names_the_stage_that_scored_it(tmp_path: Path, stub_first_stage: None) -> None:
    services = console(tmp_path, cascade="on", cascade_audit_share=1e-9)
    calibrated(services)
    versions = {}
    for text in (CLEAN, "you there"):
        revision = scored(services, text)
        with services.context.store.read() as reader:
            (decision,) = reader.decision_chain(revision.id)
        versions[text] = (decision.model_version, decision.backend, str(decision.action))
    assert versions == {
        CLEAN: ("stub-1", "fake", "approve"),
        "you there": ("fake-1", "fake", "approve"),
    }
    services.close()


def test_what_was_cleared_under_one_policy_is_scored_anew_under_another(
    tmp_path: Path, stub_first_stage: None
) -> None:
    services = console(tmp_path, cascade="on", cascade_audit_share=1e-9)
    calibrated(services)
    seconds = [0.0]
    clock = Clock(now=services.clock.now, monotonic=lambda: seconds[0])
    services = replace(services, clock=clock, context=replace(services.context, clock=clock))
    versions = []
    for _ in range(2):
        (result,) = services.scorer.score([CLEAN], Mode.REALTIME)
        versions.append(result.model_version)
        with services.context.store.write() as tx:
            audit = services.context.audit(AuditKind.POLICY_STORED, SYSTEM, "2")
            tx.add_policy(replace(POLICY, version=2), audit)
        seconds[0] += 5.0
    assert versions == ["stub-1", None]
    services.close()


def test_without_proof_the_full_model_scores_and_one_line_says_so(
    tmp_path: Path, stub_first_stage: None, caplog: pytest.LogCaptureFixture
) -> None:
    services = console(tmp_path, cascade="on")
    services.scorer.score([CLEAN, CLEAN], Mode.REALTIME)
    (line,) = caplog.messages
    assert line == (
        "The cascade is off, the full model scores everything: nothing was calibrated yet"
    )
    assert services.scorer.backend is services.full_model
    services.close()


def test_missing_first_stage_is_one_line_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(settings: object) -> StubFirstStage:
        raise ModelNotUsable("there is no readable first stage at /m")

    monkeypatch.setattr(bootstrap, "read_first_stage_of", missing)
    services = console(tmp_path, cascade="on")
    assert services.scorer.score([CLEAN], Mode.REALTIME)[0].error is None
    assert "no readable first stage at /m" in caplog.messages[0]
    services.close()


@pytest.mark.parametrize(("size", "kind"), [(0, FakeBackend), (5, CachedBackend)])
def test_cache_is_as_large_as_set_and_none_with_0(tmp_path: Path, size: int, kind: type) -> None:
    services = console(tmp_path, cache_size=size)
    assert isinstance(services.scorer.backend, kind)
    services.close()


def test_answers_of_a_service_elsewhere_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere(FakeBackend):
        @property
        def info(self) -> BackendInfo:
            return replace(super().info, location=Location.REMOTE)

    monkeypatch.setattr(bootstrap, "make_backend", lambda settings: Elsewhere())
    services = console(tmp_path)
    assert isinstance(services.scorer.backend, Elsewhere)
    services.close()
