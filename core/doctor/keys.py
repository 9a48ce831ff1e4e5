"""The keys of the API."""

from core.config import Settings
from core.doctor.checks import CheckResult, CheckState
from core.doctor.site import without_user
from core.serving.api_keys import KeyFolder

MOST_NAMED = 3


def check_keys(settings: Settings) -> list[CheckResult]:
    """The files among the keys that can't be read as one; nothing if all can."""
    _, unreadable = KeyFolder(settings.api_keys_dir).read_usable()
    if not unreadable:
        return []
    named = unreadable[:MOST_NAMED]
    if others := len(unreadable) - len(named):
        named.append(f"and {others:,} more")
    fact = "; ".join(named).replace(str(settings.home), without_user(settings.home.absolute()))
    advice = "such a key opens nothing: `modconsole key create` makes another, then delete the file"
    return [CheckResult("API keys", CheckState.COULD_BE_BETTER, fact, advice)]
