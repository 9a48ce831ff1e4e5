"""The services of this process, shared by all its sessions."""

import streamlit as st

from core.bootstrap.services import Services, build_services
from core.config import Settings
from core.environment import load_settings


@st.cache_resource(show_spinner=False)
def _services(settings: Settings) -> Services:
    return build_services(settings, worker="dashboard", stays_open=True)


def current_services() -> Services:
    """The services for the settings in force; shared by all sessions of the process."""
    return _services(load_settings())
