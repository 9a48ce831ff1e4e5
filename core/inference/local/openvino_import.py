"""OpenVINO without its telemetry: the package installs one that tells Google Analytics of each
process, asked for by nobody."""

import sys
from typing import Any


def import_openvino() -> Any:
    """The module. Raises ImportError where it is not installed."""
    # With None there, its import fails, and OpenVINO takes a stub in its place.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino
