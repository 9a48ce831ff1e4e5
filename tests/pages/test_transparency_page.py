"""The transparency page: each role, every state, each number with its query, and the downloads."""

import csv
import io
import json
from collections.abc import Callable, Sequence

import pytest
from streamlit.testing.v1 import AppTest

from core.batch.transparency_files import report_csv, report_json
from core.bootstrap.services import Services
from core.errors import StoreError
from core.moderation.permissions import SYSTEM, Actor, Role
from core.moderation.policies import Action
from core.moderation.reasons import Reason
from core.services.statements import FIRST_DAY
from core.services.transparency import load_transparency
from core.store.sql.transparency import SqlTransparency
from core.store.transparency_queries import FIGURES, FigureQuery
from dashboard.staff_texts import say
from dashboard.transparency.wording import number
from tests.factories import (
    HELD,
    LEAD,
    MODERATOR,
    REMOVED,
    appealed,
    decided,
    heard,
    removed_by_person,
    reported,
    scored,
)
from tests.patience import PATIENT_S
from tests.policies import store_with_reason

OPS = Actor("ola", Role.OPS)
ADMIN = Actor("ada", Role.ADMIN)
AUDITOR = Actor("ines", Role.AUDITOR)
Open = Callable[..., AppTest]


def fill(services: Services) -> None:
    removed_by_person(services)
    heard(services, appealed(services, removed_by_person(services)), overturn=True)
    scored(services, REMOVED)
    reported(services, scored(services, HELD))


def tiles(test: AppTest) -> dict[str, str]:
    return {tile.label: tile.value for tile in test.metric}


@pytest.mark.slow
@pytest.mark.parametrize("actor", [LEAD, ADMIN, AUDITOR])
def test_each_role_sees_every_number_with_its_query(
    services: Services, staff_page: Open, actor: Actor
) -> None:
    fill(services)
    test = staff_page("transparency", actor)
    assert not test.exception
    shown = tiles(test)
    assert shown.pop("Outcome after")  # depends on how fast the test is
    assert shown == {
        "Restrictions": "6",
        "Automatically": "66.7 %",
        "Reports": "1",
        "Appeals filed": "1",
        "Overturned": "1",
    }
    labels = [expander.label for expander in test.expander]
    assert len(labels) == len(FIGURES)
    assert labels[0].startswith("6\\: Restrictions")
    assert [code.language for code in test.code] == ["sql"] * len(FIGURES)
    assert "FROM restrictions" in test.code[0].value
    sentence = "6 restrictions took effect, 66.7 % of them without a person. 1 appeal came in; of "
    assert f"{sentence}1 heard, 1 ended with the comment restored." in [
        each.value for each in test.markdown
    ]


def test_each_number_stands_over_the_query_that_gave_it(
    services: Services, staff_page: Open
) -> None:
    fill(services)
    test = staff_page("transparency", LEAD)
    for query, shown in zip(FIGURES, test.expander, strict=True):
        label, (code,) = str(shown.label).replace("\\", ""), shown.code
        value, title = label.split(": ", 1)
        with services.context.store.read() as reader:
            assert isinstance(reader, SqlTransparency)
            again = reader._connection.exec_driver_sql(code.value).all()
        assert title == say(f"transparency.figure.{query.name}")
        assert value == number(total(query, [row[-1] for row in again]), query.unit)


def total(query: FigureQuery, values: Sequence[float | None]) -> float | None:
    """What a figure says in all: one value, or the sum of those of its rows."""
    if query.groups:
        return sum(float(value or 0) for value in values)
    (value,) = values
    return None if value is None else float(value)


@pytest.mark.parametrize("actor", [MODERATOR, OPS])
def test_other_roles_have_no_such_page(staff_page: Open, actor: Actor) -> None:
    with pytest.raises(ValueError, match="transparency"):
        staff_page("transparency", actor)


def test_page_itself_refuses_a_role_without_permission(services: Services) -> None:
    def page() -> None:
        from core.moderation.permissions import Actor, Role
        from dashboard.transparency.screen import render
        from dashboard.wiring import current_services

        render(current_services(), Actor("mina", Role.MODERATOR))

    test = AppTest.from_function(page, default_timeout=PATIENT_S).run()
    assert test.error[0].value == "As moderator you may not see the transparency report\\."
    assert not test.code


def test_an_empty_state_says_so_and_still_has_the_queries(
    services: Services, staff_page: Open
) -> None:
    test = staff_page("transparency", LEAD)
    assert not test.exception
    assert [each.value for each in test.info] == [say("transparency.page.nothing")]
    assert len(test.code) == len(FIGURES)
    assert not test.metric


def test_a_span_that_holds_less_shows_less(services: Services, staff_page: Open) -> None:
    fill(services)
    test = staff_page("transparency", LEAD)
    everything = test.segmented_control(key="span").set_value("All").run()
    assert tiles(everything)["Restrictions"] == "6"
    assert any("until" in each.value for each in everything.caption)


def test_a_state_that_can_not_be_read_is_said(
    services: Services, staff_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("state.db: disk I/O error")

    monkeypatch.setattr(SqlTransparency, "figure", fail)
    test = staff_page("transparency", LEAD)
    assert not test.exception
    assert test.error[0].value == "state\\.db\\: disk I\\/O error"


def test_hostile_reasons_are_inert_on_the_page_and_neutralised_in_csv(
    services: Services, staff_page: Open
) -> None:
    hostile = "=HYPERLINK(1) <b>:red[x]</b>"
    store_with_reason(services.context, Reason(hostile, hostile, hostile))
    decided(services, scored(services, HELD), Action.REMOVE, reason_code=hostile)
    test = staff_page("transparency", LEAD)
    assert not test.exception
    assert hostile not in "".join(each.value for each in test.markdown)
    frames = [frame.value for frame in test.dataframe]
    assert any(hostile in set(frame.get("reason", [])) for frame in frames)
    report = load_transparency(services.context, SYSTEM, FIRST_DAY, services.clock.now())
    rows = list(csv.DictReader(io.StringIO(report_csv(report).decode())))
    assert f"'{hostile}" in {row["reason"] for row in rows}
    told = json.loads(report_json(report))
    by_reason = next(each for each in told["figures"] if each["name"] == "restrictions_by_reason")
    assert hostile in {row["reason"] for row in by_reason["rows"]}


def test_csv_and_json_have_each_number_beside_its_query(services: Services) -> None:
    fill(services)
    report = load_transparency(services.context, SYSTEM, FIRST_DAY, services.clock.now())
    rows = list(csv.DictReader(io.StringIO(report_csv(report).decode())))
    told = json.loads(report_json(report))
    assert [row["query"] for row in rows] == [
        figure.text for figure in report.figures for _ in figure.rows
    ]
    assert [figure["query"] for figure in told["figures"]] == [
        figure.text for figure in report.figures
    ]
    first = {"figure": "restrictions", "unit": "count", "value": "6", "kind": ""}
    assert first.items() <= rows[0].items()
    assert told["figures"][0]["rows"] == [{"value": 6}]
    assert {"kind": "removal", "reason": "harassment", "decided_by": "person", "value": 2} in (
        told["figures"][2]["rows"]
    )
