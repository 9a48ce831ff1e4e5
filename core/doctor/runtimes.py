"""Check of the runtimes: how fast each one is here, and why one of them scores."""

from collections.abc import Sequence

from core.bootstrap.runtimes import open_runtimes, remembered_table
from core.config import Settings
from core.doctor.checks import CheckResult, CheckState
from core.doctor.site import without_user
from core.inference.local.fastest import RuntimeSpeed


def check_runtimes(settings: Settings) -> list[CheckResult]:
    """What was measured, the fastest first; nothing if the settings leave no choice. Measures
    nothing."""
    if len(open_runtimes(settings)) < 2:
        return []
    found = remembered_table(settings)
    if found is None:
        fact = "not measured yet; the first process that scores does it, in a few seconds"
        return [CheckResult("runtimes", CheckState.OK, fact)]
    table, taken = found
    fact = (
        f"measured on {table.measured_at:%d %B %Y} in {table.took_s:.1f} s, as multiples of "
        f"{_reference(table.speeds)}: {'; '.join(map(_line, _sorted(table.speeds)))}"
    )
    file = without_user(settings.runtimes_path.absolute())
    advice = f"to measure again, on a quiet machine, delete {file}"
    state = CheckState.OK if taken else CheckState.COULD_BE_BETTER
    return [CheckResult("runtimes", state, fact, advice)]


def why_taken(settings: Settings) -> str:
    """Why the backend and precision in force were taken."""
    if len(open_runtimes(settings)) < 2:
        return "set by MODCONSOLE_BACKEND" if settings.backend != "auto" else "the only one here"
    found = remembered_table(settings)
    if found is None or found[1] is None:
        return "chosen by the processor's features"
    return found[1].reason


def _sorted(speeds: Sequence[RuntimeSpeed]) -> list[RuntimeSpeed]:
    return sorted(speeds, key=lambda each: -(each.speed or 0.0))


def _reference(speeds: Sequence[RuntimeSpeed]) -> str:
    return next(
        (
            str(each.runtime)
            for each in speeds
            if each.runtime.precision == "fp32" and each.speed is not None
        ),
        "fp32",
    )


def _line(speed: RuntimeSpeed) -> str:
    shown = str(speed.runtime) if speed.speed is None else f"{speed.runtime} {speed.speed:.2f}"
    return f"{shown} ({speed.problem})" if speed.problem else shown
