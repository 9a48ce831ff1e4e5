"""The data of the overview, kept for one refresh."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from core.bootstrap.objectives import alert_file, site_objectives
from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role
from core.services.backends import SiteBackends, load_site_backends
from core.services.objectives import ObjectivesReport, load_objectives
from core.services.overview import ServingOverview, view_overview
from core.services.traffic import view_backends
from core.servinglog.windows import WindowChoice
from dashboard.serving_log import REFRESH_S

OBJECTIVES_S = 60


@dataclass(frozen=True, slots=True)
class OverviewData:
    """All that the page shows but the objectives."""

    serving: ServingOverview
    site: SiteBackends


@st.cache_data(ttl=REFRESH_S - 1, max_entries=8, show_spinner=False)
def load_overview(
    roles: tuple[Role, ...], home: str, *, _services: Services, _actor: Actor, _until: datetime
) -> OverviewData:
    """The present, kept by roles and home for one refresh. Raises StoreError,
    PermissionDenied."""
    log, context = _services.serving_log_queries, _services.context
    traffic = view_backends(_actor, log, WindowChoice.HOUR, _until)
    site = load_site_backends(
        context,
        _actor,
        _services.catalogue(),
        calls=traffic.calls,
        seen=traffic.seen,
        checks=_services.spare_backends.heard,
    )
    return OverviewData(view_overview(context, _actor, log, _until), site)


@st.cache_data(ttl=OBJECTIVES_S, max_entries=8, show_spinner=False)
def load_report(
    roles: tuple[Role, ...], home: str, *, _services: Services, _actor: Actor
) -> ObjectivesReport:
    """The objectives, kept for a minute: their windows are long. Raises StoreError, ConfigError,
    PermissionDenied."""
    settings = _services.settings
    return load_objectives(
        _services.context,
        _actor,
        _services.serving_log_queries,
        site_objectives(settings),
        alert_file(settings),
    )
