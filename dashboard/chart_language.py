"""Charts whose figures and dates are written as the reader's language writes them."""

import altair as alt
from altair.typing import ChartType
from altair.utils.schemapi import disable_debug_mode

from core.moderation.languages import ENGLISH
from core.texts.texts import Texts
from dashboard.staff_texts import staff_texts

# A chart is checked as a whole when it is sent. Each of its parts besides, when it is made, takes a
# fifth of the time for a better message to whoever writes the chart.
disable_debug_mode()


def in_own_language(chart: ChartType) -> ChartType:
    """The same chart. Vega itself writes English, so for that nothing is added."""
    texts = staff_texts()
    if texts.language == ENGLISH:
        return chart
    own: ChartType = chart.configure(locale=alt.Locale(number=_figures(texts), time=_dates(texts)))
    return own


def _figures(texts: Texts) -> alt.NumberLocale:
    return alt.NumberLocale(
        decimal=texts.say("form.decimal"),
        thousands=texts.say("form.thousands"),
        grouping=[3],
        currency=["", ""],
        percent="\u00a0%",
    )


def _dates(texts: Texts) -> alt.TimeLocale:
    return alt.TimeLocale(
        dateTime="%d.%m.%Y %H:%M:%S",
        date="%d.%m.%Y",
        time="%H:%M:%S",
        periods=["", ""],
        days=texts.say("common.calendar.days").split(),
        shortDays=texts.say("common.calendar.short_days").split(),
        months=texts.say("common.calendar.months").split(),
        shortMonths=texts.say("common.calendar.short_months").split(),
    )
