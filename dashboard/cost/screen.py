"""Cost: what 1,000 comments cost by each backend, beside how fast and how good it is."""

import streamlit as st

from core.bootstrap.prices import site_prices
from core.bootstrap.services import Services
from core.errors import ConfigError, PermissionDenied, StoreError
from core.moderation.permissions import Actor, Role
from core.services.costs import CostReport, load_costs
from core.servinglog.costs.prices import Price
from core.servinglog.costs.wording import EXAMPLE
from dashboard.chart_language import in_own_language
from dashboard.cost.charts import pareto_chart
from dashboard.cost.wording import DAYS, CostSpan, cost_frame, cost_summary, point_frame
from dashboard.data_table import data_table
from dashboard.problems import told
from dashboard.span_choice import choose_span
from dashboard.staff_texts import say
from dashboard.wiring import current_actor, current_services
from dashboard.wording import plain

KEPT_S = 60
MOST_ROWS = 12
CHART_HEIGHT = 320


def render(services: Services, actor: Actor) -> None:
    """The page for one person."""
    span = _header()
    settings = services.settings
    try:
        prices = site_prices(settings)
        with st.spinner(say("cost.page.reading")):
            report = _load(
                actor.roles,
                settings.state_url,
                str(settings.home),
                span,
                prices,
                _services=services,
                _actor=actor,
            )
    except (PermissionDenied, StoreError, ConfigError) as error:
        st.error(plain(told(error)), icon=":material/error:")
        return
    problem = services.serving_log_queries.store_problem
    if problem is not None:
        st.warning(plain(told(problem)), icon=":material/cloud_off:")
    st.markdown(plain(cost_summary(report.costs, report.currency)))
    if not prices:
        _ask_for_prices()
    if report.unused:
        names = ", ".join(report.unused)
        st.caption(plain(say("cost.page.unused", names=names)))
    if not report.costs:
        return
    data_table(
        cost_frame(report.costs, report.currency),
        {say("cost.table.comments"): st.column_config.NumberColumn(format="localized", width=96)},
        key="costs",
        alt=say("cost.table.about"),
        most_rows=MOST_ROWS,
        grey=[one.at_full_use is None for one in report.costs],
    )
    st.caption(say("cost.page.how"))
    _chart(report)


def _header() -> CostSpan:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(say("common.page.cost"), width="content", anchor=False)
        st.space("stretch")
        return choose_span(CostSpan.WEEK, "cost.span")


@st.cache_data(ttl=KEPT_S, max_entries=32, show_spinner=False)
def _load(
    roles: tuple[Role, ...],
    state_url: str,
    home: str,
    span: CostSpan,
    prices: tuple[Price, ...],
    *,
    _services: Services,
    _actor: Actor,
) -> CostReport:
    """The report, kept for `KEPT_S` for each role and home."""
    return load_costs(
        _services.context,
        _actor,
        _services.serving_log_queries,
        _services.policy_history,
        prices,
        days=DAYS[span],
    )


def _ask_for_prices() -> None:
    st.info(
        say("cost.page.no_prices", file="prices.toml"),
        icon=":material/payments:",
    )
    # The colours of TOML are too faint in the dark; what scrolls could not be reached by keys.
    st.code(EXAMPLE, language=None, wrap_lines=True)


def _chart(report: CostReport) -> None:
    points = point_frame(report.costs)
    if len(points):
        st.altair_chart(
            in_own_language(pareto_chart(points, report.currency)),
            height=CHART_HEIGHT,
            key="pareto",
            alt=say("cost.chart.about"),
        )
        st.caption(say("cost.page.how_chart"))


if __name__ == "__main__":
    render(current_services(), current_actor())
