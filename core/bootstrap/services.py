"""Builds the services of one process from the settings."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.bootstrap.backends import (
    cached,
    language_backends,
    make_backend,
    make_named_backend,
    open_or_stand_in,
    read_first_stage_of,
)
from core.bootstrap.home import open_home
from core.bootstrap.sources import bundled_source
from core.bootstrap.state import check_has_state, open_store
from core.clock import Clock, system_clock
from core.config import Settings
from core.errors import ConfigError, MissingExtra, ModelNotUsable, StoreError
from core.inference.base import Backend, Location
from core.inference.cascade.calibrated_first_stage import CalibratedFirstStage
from core.inference.cascade.calibration import read_calibration
from core.inference.language.detector import LanguageDetector
from core.inference.language.limit import LanguageLimit
from core.inference.language.routes import LanguageRoutes
from core.inference.resilience.fallback import FallbackBackend
from core.inference.scorer import Scorer
from core.moderation.failure_policy import FailurePolicy
from core.moderation.people import DEMO_STAFF
from core.moderation.sampling import SamplingShares
from core.private_files import make_private_folder
from core.services.cascade import open_cascade
from core.services.context import Context
from core.services.failure import FailureRule
from core.services.policies import ensure_policy
from core.services.trials import SpareBackends
from core.servinglog.record import DiscardingLog, ServingLog
from core.servinglog.writer import SegmentWriter
from core.sources.base import CommentSource

if TYPE_CHECKING:
    from core.services.backends import Catalogue
    from core.services.policy_history import PolicyHistory
    from core.servinglog.queries import ServingLogQueries

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """The services of one process. Expensive parts are made on first use.

    With `stays_open` a backend that can't be used doesn't stop the process: its calls fail with the
    reason.
    """

    settings: Settings
    clock: Clock
    context: Context
    worker: str
    stays_open: bool = False

    @cached_property
    def full_model(self) -> Backend:
        """The backend itself, loaded, without cache or cascade. Raises ModelNotUsable, ConfigError
        and MissingExtra, unless a fallback can answer or `stays_open` is set."""
        if self.stays_open or self.settings.fallback != "none":
            return open_or_stand_in(self.settings)
        backend = make_backend(self.settings)
        backend.load()
        return backend

    @cached_property
    def serving_log(self) -> ServingLog:
        """This process's own segment of the log, shared by all its scorers."""
        return SegmentWriter(self.settings.serving_log_dir, self.worker, self.clock)

    @cached_property
    def scorer(self) -> Scorer:
        """The scorer that decisions rest on. Raises ModelNotUsable."""
        first = _in_front(self)
        backend = first if self.fallback is None else FallbackBackend([first, self.fallback])
        return Scorer(backend, self.serving_log, self.clock, self.language_routes)

    @cached_property
    def language_routes(self) -> LanguageRoutes:
        """Which of this site's backends scores a text, by the text's language."""
        return make_language_routes(self.settings, self.serving_log, self.clock)

    @cached_property
    def fallback(self) -> Backend | None:
        """The backend that answers when the full model fails, loaded. Raises ModelNotUsable,
        ConfigError; with `stays_open` an unusable one is left out."""
        if self.settings.fallback == "none":
            return None
        try:
            return self._open_fallback()
        except (ConfigError, MissingExtra, ModelNotUsable) as error:
            if not self.stays_open:
                raise
            _logger.warning("There is no fallback: %s", error)
            return None

    def _open_fallback(self) -> Backend:
        second = make_backend(replace(self.settings, backend=self.settings.fallback))
        # If the fallback lacks a label of the first backend, it would approve what the first held.
        missing = set(self.full_model.info.labels).difference(second.info.labels)
        if missing:
            raise ConfigError(
                f"MODCONSOLE_FALLBACK is {second.info.name!r}, which does not assess "
                f"{', '.join(sorted(missing))} as {self.full_model.info.name!r} does"
            )
        second.load()
        mine, theirs = self.full_model.info.languages, second.info.languages
        if theirs is None or (mine is not None and set(mine) <= set(theirs)):
            return second
        # It would call a text clean only because it can't read its language.
        return LanguageLimit(second, self.language_routes.read)

    @cached_property
    def explainer(self) -> Scorer:
        """For explanations: it asks the full model directly, so that text variants don't fill the
        cache."""
        return Scorer(self.full_model, self.serving_log, self.clock, self.language_routes)

    @cached_property
    def spare_backends(self) -> SpareBackends:
        """Backends to try by hand; none of them serves traffic."""
        make = partial(make_named_backend, self.settings)
        return SpareBackends(make, self.serving_log, self.clock)

    @property
    def bundled_sample(self) -> CommentSource:
        """Invented comments, for a console that has none yet."""
        return bundled_source()

    @cached_property
    def policy_history(self) -> "PolicyHistory":
        """The history on which a policy is tried, kept in the home folder."""
        from core.services.policy_history import PolicyHistory
        from core.store.history_file import HISTORY_FILE, HistoryFile

        make_private_folder(self.settings.policy_history_dir)
        keeper = HistoryFile(self.settings.policy_history_dir / HISTORY_FILE)
        return PolicyHistory(self.context.store, self.clock, keeper)

    @cached_property
    def serving_log_queries(self) -> "ServingLogQueries":
        """Queries to the serving log of all processes, and of other machines by the shared
        store."""
        from core.bootstrap.log_store import open_stored_log
        from core.servinglog.queries import ServingLogQueries

        stored = open_stored_log(self.settings, self.clock)
        return ServingLogQueries(self.settings.serving_log_dir, stored)

    @property
    def names_in_use(self) -> tuple[str, str | None]:
        """The backend in force and its fallback, with `auto` resolved. Not kept: another process
        may measure the runtimes meanwhile."""
        from core.bootstrap.catalogue import name_in_force

        second = self.settings.fallback
        return name_in_force(self.settings), None if second == "none" else name_in_force(
            replace(self.settings, backend=second)
        )

    def catalogue(self) -> "Catalogue":
        """Every backend the site could use; the files are read anew, no backend is asked."""
        from core.bootstrap.catalogue import read_catalogue

        return read_catalogue(self.settings, *self.names_in_use)

    @cached_property
    def service_asked(self) -> str | None:
        """The backend in force if it sends texts to another machine, else None."""
        found = {one.name: one for one in self.catalogue().candidates}
        name, _ = self.names_in_use
        return name if found[name].location is Location.REMOTE else None

    def close(self) -> None:
        """Close everything that was made."""
        if "full_model" in self.__dict__:
            self.full_model.close()
        if "language_routes" in self.__dict__:
            self.language_routes.close()
        if "spare_backends" in self.__dict__:
            self.spare_backends.close()
        if self.__dict__.get("fallback") is not None:
            self.__dict__["fallback"].close()
        if "serving_log" in self.__dict__:
            self.serving_log.close()
        self.context.store.close()


def _in_front(services: Services) -> Backend:
    """The full model with the configured layers around it: a cascade, and a cache before both."""
    settings, full = services.settings, services.full_model
    if settings.cascade == "off":
        return cached(full, settings)
    try:
        cascade = open_cascade(
            services.context,
            full,
            read_first_stage_of(settings),
            read_calibration(settings.calibration_path),
            promise=settings.cascade_missed_share,
            audit_share=settings.cascade_audit_share,
        )
    except (ModelNotUsable, StoreError) as error:
        cascade = str(error)
    if isinstance(cascade, str):
        _logger.warning("The cascade is off, the full model scores everything: %s", cascade)
        return cached(full, settings)
    return cached(cascade, settings, lambda: cascade.answer_version)


def file_scorer(settings: Settings) -> Scorer:
    """A loaded scorer without a serving log: scoring a file alone changes no state."""
    backend = cached(make_backend(settings), settings)
    backend.load()
    log, clock = DiscardingLog(), system_clock()
    return Scorer(backend, log, clock, make_language_routes(settings, log, clock))


def make_language_routes(settings: Settings, log: ServingLog, clock: Clock) -> LanguageRoutes:
    """The detector, and a scorer for each backend that is declared for certain languages. One that
    can't be used fails every call with the reason."""
    names = language_backends(settings)
    made = {
        name: Scorer(open_or_stand_in(replace(settings, backend=name)), log, clock)
        for name in dict.fromkeys(names.values())
    }
    scorers = {code: made[name] for code, name in names.items()}
    return LanguageRoutes(LanguageDetector(settings.language_codes).read, scorers)


def _failure_rule(settings: Settings) -> FailureRule:
    policy = FailurePolicy(settings.failure_policy)
    if policy is not FailurePolicy.FIRST_STAGE_ONLY:
        return FailureRule(policy)
    try:
        calibration = read_calibration(settings.calibration_path)
        first = read_first_stage_of(settings) if calibration else None
    except (ModelNotUsable, StoreError) as error:
        _logger.warning("The first stage can't be used in an outage: %s", error)
        return FailureRule(policy)
    if calibration is None or first is None:
        _logger.warning("Nothing was calibrated: in an outage every comment is held.")
        return FailureRule(policy)
    return FailureRule(policy, CalibratedFirstStage(first, calibration))


def sampling_shares(settings: Settings) -> SamplingShares:
    """How many comments are checked, cases shown without scores and decisions judged again."""
    return SamplingShares(
        audit=settings.audit_share,
        blind=settings.blind_share,
        second_look=settings.second_look_share,
    )


def build_services(
    settings: Settings,
    *,
    worker: str,
    clock: Clock | None = None,
    stays_open: bool = False,
    creates: bool = True,
) -> Services:
    """Opens the state and makes sure that a policy is in force. `worker` names this process in the
    serving log; with `stays_open`, for servers, a backend that can't be used doesn't stop the
    process. Raises StoreError, and without `creates` InvalidInput where there is no state yet."""
    # An absolute path, so that a change of the working directory doesn't change the state used.
    settings = replace(settings, home=settings.home.absolute())
    if not creates:
        check_has_state(settings)
    open_home(settings)
    clock = clock or system_clock()
    context = Context(
        store=open_store(settings),
        clock=clock,
        appeal_window_days=settings.appeal_window_days,
        answer_days=settings.appeal_answer_days,
        review_hours=settings.review_hours,
        failure=_failure_rule(settings),
        shares=sampling_shares(settings),
        grace=timedelta(seconds=settings.grace_s),
        author_language=settings.author_language,
        time_zone=ZoneInfo(settings.time_zone),
        demo_staff=DEMO_STAFF if settings.sign_in == "demo" else (),
        publishes_alone=settings.publish_alone == "yes",
    )
    ensure_policy(context)
    return Services(settings, clock, context, worker, stays_open=stays_open)
