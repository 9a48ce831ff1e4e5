"""Checks of the installed packages, and of the backend that scores."""

from importlib.metadata import PackageNotFoundError, requires, version

from core.bootstrap.backends import describe_backend, language_backends
from core.config import Settings
from core.doctor.checks import CheckResult, CheckState
from core.doctor.runtimes import why_taken
from core.errors import ConsoleError
from core.inference.base import Location
from core.moderation.languages import is_assessed, language_name

DISTRIBUTION = "moderation-console"
NAMED = ("streamlit", "duckdb", "sqlalchemy", "fastapi", "uvicorn", "openvino", "onnxruntime")
OPTIONAL = ("torch", "transformers", "ray")


def console_version() -> str:
    """The version of the installed distribution."""
    return version(DISTRIBUTION)


def check_packages() -> CheckResult:
    """The versions of the main packages, and any required package that is missing or too old."""
    present = [f"{name} {found}" for name in NAMED if (found := _version(name))]
    present += [f"{name} {found}" for name in OPTIONAL if (found := _version(name))]
    if unmet := _unmet():
        return CheckResult(
            "packages",
            CheckState.STOPS_THE_CONSOLE,
            f"not as required: {', '.join(unmet)}",
            "install the wheel or checkout of this version again: docs/upgrades.md",
        )
    return CheckResult("packages", CheckState.OK, ", ".join(present))


def check_scoring(settings: Settings) -> CheckResult:
    """The backend that scores under these settings, and what would be faster."""
    try:
        info = describe_backend(settings)
    except ConsoleError as error:
        return CheckResult("scoring", CheckState.STOPS_THE_CONSOLE, str(error))
    where = f", {info.location}" if info.location is not Location.IN_PROCESS else ""
    fact = f"{info.name} {info.precision}{where}; model {info.model_version}"
    if settings.backend == "fake":
        return CheckResult(
            "scoring", CheckState.COULD_BE_BETTER, fact, "a word list, for tests only"
        )
    if info.location is not Location.IN_PROCESS or settings.backend == "auto":
        return CheckResult("scoring", CheckState.OK, f"{fact}; {why_taken(settings)}")
    advice = "leave MODCONSOLE_BACKEND out: then the fastest is measured and taken"
    return CheckResult(
        "scoring", CheckState.COULD_BE_BETTER, f"{fact}; {why_taken(settings)}", advice
    )


def check_languages(settings: Settings) -> CheckResult:
    """Whether the languages that the site expects are assessed."""
    try:
        assessed = describe_backend(settings).languages
    except ConsoleError:
        assessed = ()  # `check_scoring` says why
    elsewhere = language_backends(settings)
    missing = [
        code
        for code in settings.language_codes
        if not is_assessed(code, assessed) and code not in elsewhere
    ]
    fact = f"expected: {', '.join(map(language_name, settings.language_codes))}"
    if not missing:
        return CheckResult("languages", CheckState.OK, f"{fact}; all are assessed")
    advice = (
        f'declare a backend with languages = ["{missing[0]}"] in {settings.backends_path.name}; '
        "until then the policy decides on such comments unread"
    )
    names = ", ".join(map(language_name, missing))
    fact = f"{fact}; nothing assesses {names}"
    return CheckResult("languages", CheckState.COULD_BE_BETTER, fact, advice)


def _unmet() -> list[str]:
    # `packaging` comes with Streamlit; this check must also work when that is missing.
    try:
        from packaging.requirements import Requirement
    except ImportError:
        return ["packaging, not installed"]
    wrong = []
    for line in requires(DISTRIBUTION) or ():
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        found = _version(wanted.name)
        if found is None:
            wrong.append(f"{wanted.name}, not installed")
        elif not wanted.specifier.contains(found, prereleases=True):
            wrong.append(f"{wanted.name} {found}, wanted {wanted.specifier}")
    return wrong


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
