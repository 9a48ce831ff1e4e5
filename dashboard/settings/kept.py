"""What the widgets of the settings page show and store: a change is stored at once."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor
from core.moderation.preferences import Preferences
from core.services.preferences import load_preferences, save_preferences
from dashboard.problems import told
from dashboard.staff_language import read_in_own_language
from dashboard.staff_texts import say

PROBLEM_KEY = "settings_problem"
Kept = Callable[[str], dict[str, Any]]
"""By the name of a setting: the arguments of a widget that always shows what is stored."""


def kept_of(services: Services, actor: Actor, stored: Preferences) -> Kept:
    """Those of the person's settings as they are stored now."""
    save = partial(_save, services, actor)

    def kept(name: str) -> dict[str, Any]:
        key = f"settings_{name}"
        st.session_state[key] = _shown(getattr(stored, name))
        return {"key": key, "on_change": save, "args": (name, key)}

    return kept


def _shown(value: Any) -> Any:
    """What a widget shows of a stored value: an empty text where there is none."""
    if value is None:
        return ""
    return list(value) if isinstance(value, tuple) else value


def _save(services: Services, actor: Actor, name: str, key: str) -> None:
    value = st.session_state[key]
    changed: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value}
    if value == "":
        changed[name] = None
    try:
        stored = load_preferences(services.context, actor)
        save_preferences(services.context, actor, replace(stored, **changed))
        read_in_own_language(services, actor)
    except ConsoleError as error:
        st.session_state[PROBLEM_KEY] = say("settings.page.not_stored", why=told(error))
