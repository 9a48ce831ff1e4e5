"""The text of an environment variable as a setting's value."""

from pathlib import Path

from core.errors import ConfigError

LOOPBACK_URL = "auto"
NOT_SET = "none"
# Above any sensible number of rows, days or seconds, and low enough that no date overflows.
HIGHEST_NUMBER = 100_000
_MAY_BE_ZERO = (
    "MODCONSOLE_CACHE_SIZE",
    "MODCONSOLE_GRACE_S",
    "MODCONSOLE_AUDIT_SHARE",
    "MODCONSOLE_BLIND_SHARE",
    "MODCONSOLE_HACKERNEWS_COUNT",
    "MODCONSOLE_RETENTION_DAYS",
    "MODCONSOLE_RETENTION_ADDRESSES_DAYS",
    "MODCONSOLE_RETENTION_REPORTS_DAYS",
    "MODCONSOLE_SECOND_LOOK_SHARE",
)
# Longer, and an author would wait for a decision that the staff takes for done.
_HIGHEST = {"MODCONSOLE_GRACE_S": 300}


def parse_value(
    variable: str, text: str, default: str | int | float | Path
) -> str | int | float | Path:
    """The value of an environment variable, of the type of the setting's default. Raises
    ConfigError."""
    if not text.strip():
        raise ConfigError(f"{variable} is empty; leave it out for the default")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ConfigError(f"{variable} is {text!r}, which is not UTF-8") from None
    try:
        value = type(default)(text)
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise ConfigError(f"{variable} is {text!r}, not {kind}") from None
    may_be_zero = variable in _MAY_BE_ZERO
    if value == 0 and may_be_zero:
        return value
    highest = _HIGHEST.get(variable, HIGHEST_NUMBER)
    if isinstance(value, int | float) and not 0 < value <= highest:
        least = "0 or more" if may_be_zero else "above 0"
        raise ConfigError(f"{variable} is {text!r}; it must be {least}, at most {highest}")
    if variable.endswith("_SHARE") and not float(str(value)) < 1:
        raise ConfigError(f"{variable} is {text!r}, not a share; it must be below 1")
    if variable.endswith("_PORT") and not 1 <= int(str(value)) <= 65535:
        raise ConfigError(f"{variable} is {text!r}, not a port (1 to 65535)")
    return value
