"""Numbers of a cause as text, and comparisons of two periods. Pure."""

from core.servinglog.causes.facts import BackendPeriod

PHASES = ("queue", "tokenize", "compute", "network")


def span(ms: float) -> str:
    """`4.2 ms`, `64 ms`, `1.8 s`, `30 s`, `3.5 min`."""
    for limit, size, unit in ((999.5, 1.0, "ms"), (119_500.0, 1_000.0, "s")):
        if ms < limit:
            return _figure(ms / size, unit)
    return _figure(ms / 60_000, "min")


def _figure(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"


def times(factor: float) -> str:
    """`13×`; one digit below ten."""
    return f"{factor:.1f}×" if factor < 9.95 else f"{factor:,.0f}×"


def counted(number: int, what: str) -> str:
    """`1 call`, `1,240 calls`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def ratio(new: float | None, old: float | None) -> float:
    """How many times as much; 1 where either is not known or nothing."""
    return new / old if new and old else 1.0


def growth(now: BackendPeriod, before: BackendPeriod) -> dict[str, float]:
    """The milliseconds that each known phase grew by, with `other` for what no phase covers."""
    found = {}
    for phase in PHASES:
        new, old = getattr(now, f"{phase}_ms"), getattr(before, f"{phase}_ms")
        if new is not None:
            found[phase] = new - (old or 0.0)
    whole = (now.p50 or 0.0) - (before.p50 or 0.0)
    return found | {"other": whole - sum(found.values())}


def phases_line(now: BackendPeriod, before: BackendPeriod) -> str:
    """`Compute took 1.1 s in place of 80 ms; queue and network did not grow.`"""
    grown, same = [], []
    for phase in PHASES:
        new, old = getattr(now, f"{phase}_ms"), getattr(before, f"{phase}_ms")
        if new is None or old is None:
            continue
        if new >= 1.5 * old and new - old >= 5:
            grown.append(f"{phase} took {span(new)} in place of {span(old)}")
        elif old or new:
            same.append(phase)
    if not grown:
        return "No phase that the log knows grew." if same else "The log knows no phase of it."
    *most, last = same or [""]
    rest = f"; {', '.join(most)}{' and ' if most else ''}{last} did not grow" if last else ""
    words = f"{', '.join(grown)}{rest}."
    return words[0].upper() + words[1:]
