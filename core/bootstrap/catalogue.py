"""The backends this site could use, as far as known without asking or loading any."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from core.config import Settings
from core.environment import environment_variable
from core.errors import ConfigError, ConsoleError, MissingExtra
from core.inference.backends_file import BackendConfig, by_language
from core.inference.base import BackendInfo, Location
from core.inference.fake import FakeBackend
from core.inference.manifest import MANIFEST_FILE, read_manifest
from core.services.backends import BackendState, Candidate, Catalogue


def read_catalogue(settings: Settings, in_force: str, fallback: str | None) -> Catalogue:
    """Reads the backends file and the model's manifest. If the file can't be used, `file_problem`
    says why, and only those of its backends that are in use are listed."""
    declared: Mapping[str, BackendConfig] = {}
    file_problem = None
    if settings.backends_path.exists():
        from core.inference.remote.kinds import read_backends

        try:
            declared = read_backends(settings.backends_path)
        except ConfigError as error:
            file_problem = str(error)
    found = {one.name: one for one in _local(settings, {in_force, fallback})}
    found |= {name: _remote(config) for name, config in declared.items()}
    for name in filter(None, (in_force, fallback)):
        problem = file_problem or f"{settings.backends_path} does not declare it"
        found.setdefault(name, Candidate(name, "unknown", None, problem=problem))
    if fallback is not None:
        found[fallback] = _as_fallback(found[fallback], found[in_force])
    return Catalogue(
        tuple(found.values()),
        in_force,
        fallback,
        file_problem,
        expected=settings.language_codes,
        by_language=by_language(declared, settings.backend),
    )


def name_in_force(settings: Settings) -> str:
    """The name of the backend in force, with `auto` resolved for this machine as far as its
    runtimes were measured; measures nothing."""
    if settings.backend != "auto":
        return settings.backend
    from core.bootstrap.runtimes import remembered_runtime

    if (runtime := remembered_runtime(settings)) is not None:
        return runtime.backend
    # Imported on use: numpy costs a tenth of a second.
    from core.inference.local.choice import LocalChoice, local_name

    try:
        return local_name(LocalChoice(precision=settings.precision, model=settings.model))
    except MissingExtra:
        return settings.backend


def _local(settings: Settings, in_use: set[str | None]) -> Iterator[Candidate]:
    from core.inference.local.choice import PACKAGES, missing_packages
    from core.inference.manifest import model_folder

    if "fake" in in_use:
        yield _from_info(FakeBackend().info)
    folder = model_folder(settings.model)
    is_own = (folder / MANIFEST_FILE).is_file()
    for name, packages in PACKAGES.items():
        if not is_own and name != "transformers" and name not in in_use:
            continue  # these only run models of this project
        missing = missing_packages(name)
        if missing is not None:
            yield Candidate(
                name,
                packages[0],
                Location.IN_PROCESS,
                problem=f"it needs {missing}",
                problem_state=BackendState.NOT_INSTALLED,
            )
        elif not is_own:
            yield Candidate(name, packages[0], Location.IN_PROCESS, model_version=settings.model)
        else:
            yield _from_manifest(settings, name, packages[0])


def _from_manifest(settings: Settings, name: str, kind: str) -> Candidate:
    from core.inference.manifest import model_folder

    try:
        manifest = read_manifest(model_folder(settings.model))
    except ConsoleError as error:
        return Candidate(name, kind, Location.IN_PROCESS, problem=str(error))
    return Candidate(
        name,
        kind,
        Location.IN_PROCESS,
        model_version=manifest.version,
        labels=manifest.labels,
        activation=manifest.activation,
        languages=manifest.languages,
    )


def _remote(config: BackendConfig) -> Candidate:
    from core.inference.remote.kinds import declared_info, missing_variables

    missing = " and ".join(missing_variables(config, environment_variable))
    return replace(
        _from_info(declared_info(config)),
        address=urlsplit(config.url).netloc,
        problem=f"{missing} is not set: the key is taken from there" if missing else None,
    )


def _from_info(info: BackendInfo) -> Candidate:
    return Candidate(
        name=info.name,
        kind=info.runtime,
        location=info.location,
        model_version=info.model_version,
        labels=info.labels,
        activation=info.activation,
        notice=info.notice,
        languages=info.languages,
    )


def _as_fallback(second: Candidate, first: Candidate) -> Candidate:
    """A fallback that assesses fewer labels would approve what the first backend held."""
    missing = sorted(set(first.labels or ()).difference(second.labels or first.labels or ()))
    if not missing or second.problem is not None:
        return second
    words = (
        f"as the fallback it may not leave out {', '.join(missing)}, which {first.name} assesses"
    )
    return replace(second, problem=words)
