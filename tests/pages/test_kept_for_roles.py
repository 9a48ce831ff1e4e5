"""What a page keeps for a moment is given to nobody whose roles differ."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role

ONE, BOTH = Actor("ola", Role.OPS), Actor("eva", Role.OPS, (Role.AUDITOR,))


def test_no_page_keeps_anything_by_the_main_role_alone() -> None:
    dashboard = Path(__file__).parents[2] / "dashboard"
    texts = {path: path.read_text() for path in dashboard.rglob("*.py")}
    assert [path.name for path, text in texts.items() if "actor.role," in text] == []


@pytest.mark.parametrize("page", ["work", "transparency"])
def test_who_has_one_of_two_roles_is_refused_after_who_has_both(
    services: Services, page: str
) -> None:
    def drawn(page: str) -> None:
        from importlib import import_module

        import streamlit as st

        from dashboard.wiring import current_services

        import_module(f"dashboard.{page}.screen").render(current_services(), st.session_state.who)

    test = AppTest.from_function(drawn, args=(page,), default_timeout=60)
    test.session_state.who = BOTH
    assert not test.run().error
    test.session_state.who = ONE
    assert test.run().error[0].value.startswith("As ops you may not")
