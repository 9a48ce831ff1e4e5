"""Charts are written as the reader's language writes figures and dates."""

import altair as alt
import pandas as pd
import pytest

from dashboard.chart_language import in_own_language
from dashboard.staff_texts import reading

LINE = (
    alt.Chart(pd.DataFrame({"at": [0.5], "size": [1_234.5]}))
    .mark_line()
    .encode(x="at:Q", y="size:Q")
)


def locales(chart: alt.Chart | alt.LayerChart, language: str) -> dict[str, dict[str, object]]:
    with reading(language):
        return in_own_language(chart).to_dict()["config"]["locale"]


@pytest.mark.parametrize("chart", [LINE, alt.layer(LINE, LINE)])
def test_figures_and_months_are_those_of_the_language(chart: alt.Chart) -> None:
    german = locales(chart, "de")
    assert german["number"]["decimal"] == ","
    assert german["number"]["thousands"] == "."
    assert german["time"]["months"][2] == "März"
    french = locales(chart, "fr")["time"]
    assert french["shortDays"][0] == "dim."
    assert [len(french[each]) for each in ("months", "shortMonths")] == [12, 12]
    assert [len(french[each]) for each in ("days", "shortDays")] == [7, 7]


def test_english_is_what_vega_writes_by_itself() -> None:
    assert in_own_language(LINE) is LINE


def test_the_chart_that_was_given_stays_as_it_was() -> None:
    locales(LINE, "de")
    assert "locale" not in LINE.to_dict()["config"]
