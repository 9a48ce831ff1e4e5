"""Which calls of the serving log a question is about."""

from dataclasses import dataclass

from core.servinglog.answers import Series
from core.servinglog.moments import naive
from core.servinglog.record import LIVE_MODES, Mode
from core.servinglog.windows import Window


@dataclass(frozen=True, slots=True)
class Traffic:
    """A filter of calls by mode, backend and model version. None means all of them."""

    modes: tuple[str, ...] | None = None
    backends: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None

    def values(self, window: Window) -> dict[str, object]:
        """The parameters of a query about these calls of the window."""
        return {
            "since": naive(window.since),
            "until": naive(window.until),
            "modes": None if self.modes is None else list(self.modes),
            "backends": None if self.backends is None else list(self.backends),
            "models": None if self.models is None else list(self.models),
        }

    def includes(self, series: Series) -> bool:
        """Whether the filter includes calls of that series."""
        return (self.modes is None or series.mode in self.modes) and (
            self.backends is None or series.backend in self.backends
        )


ALL_TRAFFIC = Traffic()
LIVE_TRAFFIC = Traffic(modes=LIVE_MODES)
ESTIMATED_TRAFFIC = Traffic(modes=(*LIVE_MODES, Mode.LOAD_TEST))
