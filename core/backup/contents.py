"""What belongs in a backup beside the state, in the order in which it is copied."""

from collections.abc import Iterator
from pathlib import Path

from core.config import LOG_STORE_NONE, Settings
from core.inference.manifest import SHIPPED, model_folder

MODEL = "model"
HOME = "home"
LOCKS = ("lock",)
UNFINISHED = ".draft"


def home_entries(settings: Settings) -> tuple[Path, ...]:
    """Files and folders that no restart makes anew. Without the servers' output, the speeds of this
    machine's runtimes, and what was read of the past to try policies on."""
    entries = (
        settings.api_keys_dir,
        settings.backends_path,
        settings.jobs_path,
        settings.prices_path,
        settings.objectives_path,
        settings.calibration_path,
        settings.erasures_path,
        settings.jobs_dir,
        settings.alerts_dir,
        settings.telemetry_dir,
        settings.log_imports_dir,
        settings.load_tests_dir,
        settings.comparisons_dir,
        settings.serving_log_dir,
    )
    return tuple(path for path in entries if path.is_relative_to(settings.home))


def files_below(entry: Path) -> Iterator[Path]:
    """The files that make up an entry. Links are not followed. Compaction removes a segment once
    its rows are in the archive, so segments come before the folders beside them."""
    if entry.is_symlink() or not entry.exists():
        return
    if not entry.is_dir():
        yield entry
        return
    inside = sorted(entry.iterdir(), key=lambda path: (path.is_dir(), path.name))
    for path in inside:
        if path.name not in LOCKS and UNFINISHED not in path.name:
            yield from files_below(path)


def own_model(settings: Settings) -> Path | None:
    """The folder of a model that did not come with the console."""
    return None if settings.model == SHIPPED else model_folder(settings.model)


def left_out(settings: Settings) -> Iterator[str]:
    """What a reader may expect in a backup, and where it is instead."""
    for path in (settings.backends_path, settings.erasures_path):
        if not path.is_relative_to(settings.home) and path.exists():
            yield f"{path}, which lies outside of the home folder"
    if settings.log_store != LOG_STORE_NONE:
        yield "the serving log's shared store, which is its own copy"
    yield "passwords and keys in settings"
