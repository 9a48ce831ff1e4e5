"""A scorer for one of several processes that share the machine."""

import os
from pathlib import Path

from core.bootstrap.services import file_scorer
from core.config import Settings
from core.inference.scorer import Scorer


def one_thread_scorer(settings: Settings) -> Scorer:
    """As `file_scorer`, with one thread for the model instead of one for each processor."""
    if not hasattr(os, "sched_setaffinity"):
        return file_scorer(settings)
    processors = os.sched_getaffinity(0)
    # A runtime starts one thread for each processor that it may use while it loads.
    os.sched_setaffinity(0, {min(processors)})
    try:
        return file_scorer(settings)
    finally:
        # The new threads inherited the one processor: without this, all processes would share it.
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setaffinity(int(thread.name), processors)
