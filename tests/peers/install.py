"""Makes an environment for each peer: `python tests/peers/install.py FOLDER`.

The peers need different versions of the same packages. A peer that can't be installed is reported
and left out.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TORCH = ("torch==2.13.0", "transformers>=5.23,<6")
ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "mlflow": (*TORCH, "mlflow>=3.17,<4"),
    "litserve": (*TORCH, "litserve>=0.2.19,<0.3"),
    "ray": (*TORCH, "--editable", f"{ROOT}[ray]"),
    "spark": (*TORCH, "pyspark>=4.3,<4.4", "pandas>=2.2", "pyarrow>=18"),
    # It wants an older transformers than the others.
    "infinity": (TORCH[0], "infinity-emb[torch,server]>=0.0.78,<0.1"),
    "airflow": ("apache-airflow>=3.3,<3.4",),
    "dagster": ("dagster>=1.13,<1.14",),
    "prefect": ("prefect>=3.9,<3.10",),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, wanted in ENVIRONMENTS.items():
        done = folder / f"{name}.installed"
        if done.exists() and done.read_text() == "\n".join(wanted):
            print(f"{name}: installed", flush=True)
            continue
        print(f"{name}: installing {' '.join(wanted)} ...", flush=True)
        if trouble := install(folder / name, folder / f"{name}.log", wanted):
            print(f"{name}: NOT INSTALLED, so not tested: {trouble}", flush=True)
        else:
            done.write_text("\n".join(wanted))
    install_provider(folder)


def install_provider(folder: Path) -> None:
    """The OpenID provider from npm, in `folder`/oidc."""
    place = folder / "oidc"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("oidc") / "package.json", place)
    if shutil.which("npm") is None:
        print("oidc: NOT INSTALLED, so not tested: there is no npm", flush=True)
        return
    print("oidc: installing what its package.json names ...", flush=True)
    log = folder / "oidc.log"
    with log.open("wb") as words:
        command = ["npm", "install", "--no-audit", "--no-fund"]
        ended = subprocess.run(command, cwd=place, stdout=words, stderr=words, check=False)
    if ended.returncode != 0:
        print(f"oidc: NOT INSTALLED, so not tested: {last_line(log)}", flush=True)


def install(environment: Path, log: Path, wanted: tuple[str, ...]) -> str | None:
    """None if the environment exists; else pip's last line, and the environment is removed."""
    shutil.rmtree(environment, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [environment / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check"]
    with log.open("wb") as words:
        ended = subprocess.run([*pip, *wanted], stdout=words, stderr=words, check=False)
    if ended.returncode == 0:
        return None
    shutil.rmtree(environment)
    return last_line(log)


def last_line(log: Path) -> str:
    return (log.read_text(errors="replace").strip().splitlines() or ["pip said nothing"])[-1]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
