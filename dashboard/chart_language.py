"""Charts whose figures and dates are written as the reader's language writes them."""

from altair.typing import ChartType

from core.moderation.languages import ENGLISH
from core.texts.texts import Texts
from dashboard.staff_texts import staff_texts


def in_own_language(chart: ChartType) -> ChartType:
    """The same chart. Vega itself writes English, so for that nothing is added."""
    texts = staff_texts()
    if texts.language == ENGLISH:
        return chart
    options = {"formatLocale": _figures(texts), "timeFormatLocale": _dates(texts)}
    return chart.properties(usermeta={"embedOptions": options})


def _figures(texts: Texts) -> dict[str, object]:
    """A locale of d3-format."""
    decimal, thousands = texts.say("form.decimal"), texts.say("form.thousands")
    return {
        "decimal": decimal,
        "thousands": thousands,
        "grouping": [3],
        "currency": ["", ""],
        "percent": "\u00a0%",
    }


def _dates(texts: Texts) -> dict[str, object]:
    """A locale of d3-time-format."""
    return {
        "dateTime": "%d.%m.%Y %H:%M:%S",
        "date": "%d.%m.%Y",
        "time": "%H:%M:%S",
        "periods": ["", ""],
        "days": texts.say("common.calendar.days").split(),
        "shortDays": texts.say("common.calendar.short_days").split(),
        "months": texts.say("common.calendar.months").split(),
        "shortMonths": texts.say("common.calendar.short_months").split(),
    }
