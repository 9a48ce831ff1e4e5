"""OpenVINO is imported in one place, without the package that tells of its use."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
IMPORT = re.compile(r"^\s*(?:import openvino\b|from openvino\b)", re.MULTILINE)


def test_no_other_module_imports_it() -> None:
    files = [path for folder in ("core", "dashboard") for path in (ROOT / folder).rglob("*.py")]
    importing = [path.name for path in files if IMPORT.search(path.read_text(encoding="utf-8"))]
    assert importing == ["openvino_import.py"]


def test_what_it_would_tell_goes_to_a_stub() -> None:
    script = (
        "from core.inference.local.openvino_import import import_openvino\n"
        "import_openvino()\n"
        "from openvino.tools.ovc import telemetry_utils\n"
        "print(telemetry_utils.tm.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "openvino.tools.ovc.telemetry_stub"
