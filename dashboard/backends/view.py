"""The data of the backends page, and the requests a person made there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor, Role
from core.services.backends import BackendStatus, SiteBackends, load_site_backends
from core.services.traffic import BackendTraffic, LogOverview, view_backends
from core.services.trials import SideBySide, check_backend, try_comment
from core.servinglog.queries import ServingLogQueries
from core.servinglog.traffic_filter import LIVE_TRAFFIC
from core.servinglog.windows import WindowChoice
from dashboard.problems import told
from dashboard.staff_texts import say
from dashboard.wording import plain

SEEN_TTL_S = 5


@dataclass(slots=True)
class BackendsPageState:
    """The state of one session on this page. A button's callback only stores the request here; the
    page run that follows carries it out, because a callback can be interrupted."""

    chosen: str | None = None
    wants_check: str | None = None
    wants_trial: tuple[tuple[str, ...], str] | None = None
    found: SideBySide | None = None
    refusal: str = ""
    order: list[str] = field(default_factory=list)

    def place(self, statuses: Sequence[BackendStatus]) -> BackendStatus:
        """The open backend; by default the first one, which is the backend in force."""
        self.order = [one.candidate.name for one in statuses]
        if self.chosen not in self.order:
            self.chosen = self.order[0]
        return statuses[self.order.index(self.chosen)]


def press_check(page: BackendsPageState, name: str) -> None:
    """Callback: request a check of this backend."""
    page.wants_check, page.refusal = name, ""


def press_try(page: BackendsPageState, names: Sequence[str], text: str) -> None:
    """Callback: request scores of the text from the chosen backends."""
    page.wants_trial = (tuple(names), text)


def carry_out_check(page: BackendsPageState, services: Services, actor: Actor) -> None:
    """Checks the backend that a person requested, if any."""
    name, page.wants_check = page.wants_check, None
    if name is None:
        return
    with st.spinner(plain(say("backends.page.asking", names=name))):
        try:
            check_backend(actor, services.spare_backends, name)
        except ConsoleError as error:
            page.refusal = told(error)


def carry_out_trial(page: BackendsPageState, services: Services, actor: Actor) -> str:
    """Scores the text on the chosen backends. Returns the error message, empty on success."""
    wanted, page.wants_trial = page.wants_trial, None
    if wanted is None:
        return ""
    names, text = wanted
    page.found = None
    if not names:
        return say("backends.trial.no_backend")
    with st.spinner(plain(say("backends.page.asking", names=", ".join(names)))):
        try:
            page.found = try_comment(services.context, actor, services.spare_backends, names, text)
        except ConsoleError as error:
            words = told(error)
            return f"{words[:1].upper()}{words[1:].rstrip('.')}."
    return ""


@st.cache_data(ttl=SEEN_TTL_S, max_entries=32, show_spinner=False)
def load_traffic(
    roles: tuple[Role, ...],
    folder: str,
    choice: WindowChoice,
    *,
    _actor: Actor,
    _queries: ServingLogQueries,
    _until: datetime,
) -> BackendTraffic:
    """Calls of each backend from the log, cached per role for `SEEN_TTL_S`."""
    return view_backends(_actor, _queries, choice, _until)


def load_site(
    services: Services, actor: Actor, choice: WindowChoice, until: datetime
) -> tuple[SiteBackends, BackendTraffic]:
    """The state of every backend, and its traffic. Raises StoreError or PermissionDenied."""
    queries = services.serving_log_queries
    traffic = load_traffic(
        actor.roles,
        str(queries.directory),
        choice,
        _actor=actor,
        _queries=queries,
        _until=until,
    )
    site = load_site_backends(
        services.context,
        actor,
        services.catalogue(),
        calls=traffic.calls,
        seen=traffic.seen,
        checks=services.spare_backends.heard,
    )
    return site, traffic


def newest_live(log: LogOverview) -> datetime | None:
    """When live traffic was last seen: answered, failed or refused."""
    moments = [one.last_at for one in log.series if LIVE_TRAFFIC.includes(one)]
    return max([*moments, *(one.last_at for one in log.refused)], default=None)
