"""Runs a load test: with servers of its own or against a URL, in this process or in one apart.

`python -m core.processes.load_testing ID` runs the test of that id, which a page has just written.
"""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

from core.bootstrap.catalogue import name_in_force
from core.clock import Clock, system_clock
from core.config import Settings
from core.environment import environment_for, environment_variable, load_settings
from core.errors import ConfigError, ConsoleError
from core.inference.backends_file import declared_names
from core.inference.local.processors import processor_count, processor_name
from core.load_test.measuring import LoadSender, Say
from core.load_test.result_folder import LoadTestFolder
from core.load_test.results import LoadTest, LoadTestStatus
from core.load_test.target import LoadTarget, own_target, url_target
from core.load_test.texts import read_texts
from core.processes.api_process import running_api
from core.stop_signals import stop_signals


def machine_words() -> str:
    """The machine, as results name it."""
    return f"{processor_count()} cores of {processor_name()}, Python {platform.python_version()}"


def run_load_test(
    test: LoadTest,
    settings: Settings,
    say: Say,
    stopped: Event,
    *,
    key_env: str | None = None,
    file: Path | None = None,
    clock: Clock | None = None,
) -> LoadTest:
    """The test when it is over; every state of it is in the folder. A test that failed says why.
    Raises Conflict while another one runs, StoreError, and ConfigError for a plan that can't be
    carried out."""
    clock, folder = clock or system_clock(), LoadTestFolder(settings.load_tests_dir)

    def is_over() -> bool:
        return stopped.is_set() or folder.is_asked_to_stop(test.id)

    with folder.alone():
        try:
            texts = read_texts(file)
            with _target(test, settings, key_env, say) as target:
                sender = LoadSender(test, target, texts, folder.write, say, is_over)
                try:
                    sender.run()
                    found = sender.test
                    status = LoadTestStatus.STOPPED if is_over() else LoadTestStatus.DONE
                    found = replace(found, status=status)
                except ConsoleError as error:
                    found = replace(sender.test, status=LoadTestStatus.FAILED, problem=str(error))
        except ConsoleError as error:
            found = replace(test, status=LoadTestStatus.FAILED, problem=str(error))
        found = replace(found, ended_at=clock.now())
        folder.write(found)
    return found


@contextmanager
def _target(
    test: LoadTest, settings: Settings, key_env: str | None, say: Say
) -> Iterator[LoadTarget]:
    if test.plan.url is not None:
        key = None if key_env is None else environment_variable(key_env)
        if key_env is not None and not key:
            raise ConfigError(f"the environment variable {key_env} is not set")
        yield url_target(test.plan.url, key)
        return
    with _own_servers(max(test.plan.workers), settings, say) as ports:
        yield own_target(ports)


@contextmanager
def _own_servers(number: int, settings: Settings, say: Say) -> Iterator[list[int]]:
    """So many servers of the API, each in a process and a home of its own: nothing of this site's
    state or log is touched. Without a cache: the texts of a load test are no site's."""
    name = name_in_force(settings)
    if name in _declared(settings):
        raise ConfigError(
            f"the backend {name!r} runs on another machine, so more workers here would not make it "
            "faster; test this site's API with --url"
        )
    settings = replace(settings, backend=name, fallback="none", cascade="off", cache_size=0)
    with ExitStack() as stack:
        ports = []
        for at in range(number):
            say(f"starting server {at + 1} of {number}")
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="load-test-"))
            ports.append(stack.enter_context(running_api(settings, Path(home))).port)
        yield ports


def _declared(settings: Settings) -> tuple[str, ...]:
    return tuple(declared_names(settings.backends_path))


class LoadTestProcesses:
    """Starts load tests in processes apart. They end with this one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self, test: LoadTest) -> None:
        """Runs the test, whose first state is already in the folder. Returns at once."""
        self._children = [one for one in self._children if one.poll() is None]
        module = "core.processes.load_testing"
        self._children.append(
            subprocess.Popen(
                [sys.executable, "-m", "core.processes.supervised", module, test.id],
                env=environment_for(self._settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # A terminal's Ctrl-C reaches the console alone, which ends this with its pipe.
                start_new_session=True,
            )
        )

    def close(self) -> None:
        """Ends what still runs, and waits for it."""
        for child in self._children:
            if child.stdin:
                child.stdin.close()
            child.wait()
        self._children.clear()


def main() -> None:
    """Runs the test whose id is the argument."""
    settings = load_settings()
    test = LoadTestFolder(settings.load_tests_dir).find(sys.argv[1])
    with stop_signals() as stopped:
        run_load_test(test, settings, lambda _line: None, stopped)


if __name__ == "__main__":
    main()
