"""Where one person is on the page, and what a press of theirs does."""

from dataclasses import dataclass

import streamlit as st

from core.bootstrap.services import Services
from core.config import Settings
from core.errors import ConsoleError
from core.load_test.result_folder import LoadTestFolder
from core.load_test.results import LoadTestPlan
from core.moderation.permissions import Actor
from core.processes.load_testing import LoadTestProcesses, machine_words
from core.services.load_tests import start_load_test, stop_load_test
from dashboard.problems import told

PROBLEM_KEY = "load_test_problem"


@st.cache_resource(show_spinner=False)
def _processes(settings: Settings) -> LoadTestProcesses:
    return LoadTestProcesses(settings)


@dataclass(frozen=True, slots=True)
class LoadTestPlace:
    """The presses; what went wrong with the last one is shown once."""

    services: Services
    actor: Actor
    folder: LoadTestFolder
    processes: LoadTestProcesses

    def start(self, plan: LoadTestPlan) -> None:
        """Start a test in a process of its own."""
        problem = None
        try:
            start_load_test(
                self.services.context,
                self.actor,
                self.folder,
                plan,
                machine=machine_words(),
                start=self.processes.start,
            )
        except ConsoleError as error:
            problem = told(error)
        st.session_state[PROBLEM_KEY] = problem

    def stop(self, test_id: str) -> None:
        """Ask a running test to stop."""
        problem = None
        try:
            stop_load_test(self.services.context, self.actor, self.folder, test_id)
        except ConsoleError as error:
            problem = told(error)
        st.session_state[PROBLEM_KEY] = problem


def make_place(services: Services, actor: Actor) -> LoadTestPlace:
    """For the present person."""
    folder = LoadTestFolder(services.settings.load_tests_dir)
    return LoadTestPlace(services, actor, folder, _processes(services.settings))
