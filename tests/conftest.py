"""Settings of all tests: the Hypothesis profile, and the processor description for `auto`."""

import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.bootstrap.services import sampling_shares
from core.config import STATE_IN_HOME, Settings
from core.inference.local.fastest import LocalRuntime
from core.inference.local.measuring import RuntimeRun
from core.inference.local.processors import CPU_INFO
from core.inference.manifest import read_manifest
from core.moderation.sampling import NO_DRAWS, SamplingShares
from core.store.sql import SqlStore
from core.store.sql.postgres.database import PostgresDatabase
from tests.own_home import keep_out_of_own_home
from tests.policies import removing_policy
from tests.postgres_server import can_run, drop_database, new_database, postgres_server
from tests.postgres_states import STATE, PostgresStates, keep_states_in
from tests.s3_server import S3Server, s3_server, why_no_s3_server

# Examples differ from run to run, so that many runs find what one misses; a failure prints how to
# repeat it (`@reproduce_failure` and `--hypothesis-seed`). No deadline: no result depends on time.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

_OTHER_HOME = keep_out_of_own_home()

# A shell that starts the suite in the background has it ignore SIGINT, and so would each process
# that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _models_may_remove() -> Iterator[None]:
    """A new console's policy removes by every label, even where the shipped one leaves that to
    people: most of what follows a removal is tested with one by a model."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("core.services.policies.default_policy", removing_policy)
        yield


@pytest.fixture
def no_collection() -> Iterator[None]:
    """For input that is nested too deeply: a collection of garbage that happens to start in the
    depth of its parser calls finalisers, for which no depth is left."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_drawn() -> Iterator[None]:
    """A text's case depends on the text alone, unless a test sets the shares: otherwise some test
    in a hundred would meet one more case, or one without scores. Commands get it by their
    environment."""

    def chosen(settings: Settings) -> SamplingShares:
        own, usual = sampling_shares(settings), sampling_shares(Settings())
        looks = 0.0 if own.second_look == usual.second_look else own.second_look
        is_usual = (own.audit, own.blind) == (usual.audit, usual.blind)
        return replace(NO_DRAWS if is_usual else own, second_look=looks)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("core.bootstrap.services.sampling_shares", chosen)
        patched.setenv("MODCONSOLE_AUDIT_SHARE", "0")
        patched.setenv("MODCONSOLE_BLIND_SHARE", "0")
        patched.setenv("MODCONSOLE_SECOND_LOOK_SHARE", "0")
        yield


@pytest.fixture(autouse=True)
def _main_module_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's AppTest puts its page in the place of the main module, which every process that
    a later test spawns would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that runs as long as this process tests."""
    if why := can_run():
        pytest.skip(why)
    with postgres_server() as server:
        yield server.url


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """The URL of a new, empty database."""
    url = new_database(postgres)
    yield url
    drop_database(url)


@pytest.fixture(scope="session")
def _postgres_states(postgres: str) -> PostgresStates:
    template = new_database(postgres)
    SqlStore(PostgresDatabase(template)).close()
    return PostgresStates(template)


@pytest.fixture(scope="session", autouse=True)
def _place_of_states(request: pytest.FixtureRequest) -> PostgresStates | None:
    if os.environ.get(STATE) != "postgresql":
        return None
    states: PostgresStates = request.getfixturevalue("_postgres_states")
    keep_states_in(states)
    return states


@pytest.fixture(autouse=True)
def _states_end_with_their_test(_place_of_states: PostgresStates | None) -> Iterator[None]:
    if _place_of_states is None:
        yield
        return
    with _place_of_states.test():
        yield


@pytest.fixture
def postgres_state(_postgres_states: PostgresStates) -> Iterator[str]:
    """The URL of a state without content."""
    url = _postgres_states.take()
    yield url
    _postgres_states.give_back(url)


@pytest.fixture(params=[STATE_IN_HOME, "postgresql"])
def each_state_url(request: pytest.FixtureRequest) -> str:
    """MODCONSOLE_STATE_URL of a new state of each kind."""
    if request.param == STATE_IN_HOME:
        return STATE_IN_HOME
    url: str = request.getfixturevalue("postgres_state")
    return url


@pytest.fixture(params=["duckdb", "sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_database")
        return url
    return str(tmp_path / f"comments.{request.param}")


@pytest.fixture(scope="session")
def cpu_info() -> Path:
    """The file from which `auto` reads the processor's features. `make test-avx2` sets another
    file, because inside QEMU the system still describes the real processor."""
    return Path(os.environ.get("TESTS_CPU_INFO", CPU_INFO))


@pytest.fixture(scope="session", autouse=True)
def runtimes_equally_fast() -> Iterator[None]:
    """In the tests' process no runtime is measured: all are said to be equally fast, so `auto`
    takes the reference on every machine. A test that measures calls `measuring` itself."""

    def measure(
        folder: Path, runtimes: Sequence[LocalRuntime], texts: Sequence[str]
    ) -> list[RuntimeRun]:
        scores = [[0.0] * len(read_manifest(folder).labels) for _ in texts]
        return [RuntimeRun(runtime, scores, [1.0]) for runtime in runtimes]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.bootstrap.runtimes.measure_in_child", measure)
        yield


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """An S3 server that runs as long as this process tests."""
    if why := why_no_s3_server():
        pytest.skip(why)
    with s3_server() as server:
        yield server


@pytest.fixture
def s3_address(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a new, empty bucket; the environment has what a client needs."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://{s3.new_bucket()}/console/log"


@pytest.fixture(params=["folder", "s3"])
def each_log_store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty shared store of the log: a folder, then a bucket."""
    if request.param == "s3":
        address: str = request.getfixturevalue("s3_address")
        return address
    folder = tmp_path / "shared"
    folder.mkdir()
    return str(folder)
