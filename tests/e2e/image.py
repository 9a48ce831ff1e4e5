"""The image's files, made by the Dockerfile's own steps, and servers run in them as in a container.

This machine's /usr and /etc stand in for the base image, under an overlay that takes all changes.
Nothing else of this machine is there, so no step can read the checkout beside what COPY names.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.e2e.dockerfile import Stage, read_dockerfile

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
NEEDED = ("unshare", "nsenter", "setpriv", "chroot", "mount", "ip")
OVERLAID = ("usr", "etc")


def cannot_run_here() -> str | None:
    """Why neither the build nor a server can be run on this machine; None if they can."""
    if os.geteuid() != 0:
        return "mounts need root"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} can't be found"
    if not Path("/bin").is_symlink() or not Path("/usr/bin/python3").exists():
        return "/usr and /etc of this machine don't look like the base image: Debian with Python"
    done = subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True, check=False)
    return None if done.returncode == 0 else "no namespaces: " + done.stderr.decode().strip()


@dataclass(frozen=True)
class Files:
    """The files of one stage, kept in a folder."""

    folder: Path

    @property
    def root(self) -> Path:
        """Where they are mounted, and where those outside OVERLAID are kept."""
        return self.folder / "root"

    def make(self) -> None:
        """Nothing but the base image's files and empty folders."""
        for name in OVERLAID:
            for part in ("changes", "work"):
                (self.folder / part / name).mkdir(parents=True)
        for name in (*OVERLAID, "proc", "dev", "sys", "tmp", "opt", "run", "var"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            if Path("/", name).is_symlink():
                (self.root / name).symlink_to(Path("/", name).readlink())

    def mounts(self, *, read_only: bool, volumes: Mapping[str, Path] = MappingProxyType({})) -> str:
        """A shell script that lays them out at `root`, in a mount namespace of its own."""
        root = shlex.quote(str(self.root))
        lines = ["set -eu", f"mount --bind {root} {root}"]
        for name in OVERLAID:
            changes, work = self.folder / "changes" / name, self.folder / "work" / name
            parts = f"lowerdir=/{name},upperdir={changes},workdir={work}"
            lines.append(f"mount -t overlay overlay -o {shlex.quote(parts)} {root}/{name}")
        lines += [f"mkdir -p {root}{place}" for place in volumes]
        if read_only:
            places = ("", *(f"/{name}" for name in OVERLAID))
            lines += [f"mount -o remount,ro,bind {root}{place}" for place in places]
        lines += [
            f"mount --rbind /dev {root}/dev",
            f"mount -t proc proc {root}/proc",
            f"mount --rbind /sys {root}/sys",
            f"mount -t tmpfs tmpfs {root}/tmp",
        ]
        lines += [
            f"mount --bind {shlex.quote(str(kept))} {root}{place}"
            for place, kept in volumes.items()
        ]
        return "\n".join(lines)


def build(folder: Path) -> tuple[Files, Stage]:
    """Runs the steps of every stage; gives the last one's files. Raises CalledProcessError."""
    made: dict[str, Files] = {}
    stage = None
    for number, stage in enumerate(read_dockerfile(DOCKERFILE)):
        files = Files(folder / str(number))
        files.make()
        _run_steps(stage, files, made)
        made[stage.name] = files
    assert stage is not None
    return files, stage


def _run_steps(stage: Stage, files: Files, made: Mapping[str, Files]) -> None:
    place = "/"
    for step in stage.steps:
        if step.word == "WORKDIR":
            place = step.rest
            (files.root / place.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif step.word == "COPY":
            _copy(step.arguments, files.root / place.lstrip("/"), files.root, made)
        elif step.word == "RUN":
            script = f"{files.mounts(read_only=False)}\nexec chroot {shlex.quote(str(files.root))} "
            script += f"sh -c {shlex.quote(f'cd {place} && {step.rest}')}"
            subprocess.run(
                ["unshare", "--mount", "--propagation=private", "sh", "-c", script],
                env=_pip_environment() | {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
                check=True,
                capture_output=True,
                text=True,
            )


def _copy(words: Sequence[str], place: Path, root: Path, made: Mapping[str, Files]) -> None:
    *names, target = words
    if names[0].startswith("--from="):
        # Moved, not copied: half the time and the disk, and no later step needs it there.
        origin = made[names[0].removeprefix("--from=")].root
        for name in names[1:]:
            (origin / name.lstrip("/")).rename(root / target.lstrip("/"))
        return
    for name in names:
        goal = place / target
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, goal, symlinks=True, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy2(ROOT / name, goal)


def _pip_environment() -> dict[str, str]:
    """How pip reaches its index on this machine."""
    return {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}


class Container:
    """A started image: a read-only root, no network but a loopback of its own, no capability."""

    def __init__(self, files: Files, stage: Stage, holder: int) -> None:
        self._files = files
        self.stage = stage
        self._holder = holder

    @property
    def account(self) -> str:
        """UID:GID of the servers."""
        return self.stage.last("USER").rest

    def inside(self, *command: str, as_root: bool = False, **settings: str) -> list[str]:
        """The command line that runs this in the container."""
        uid, gid = ("0", "0") if as_root else self.account.split(":")
        given = self.stage.environment | settings
        enter = ["nsenter", f"--target={self._holder}", "--mount", "--net", "chroot"]
        # `chroot --userspec` would keep the bounding set of capabilities.
        drop = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs"]
        if not as_root:
            drop += ["--inh-caps=-all", "--bounding-set=-all"]
        variables = [f"{name}={value}" for name, value in given.items()]
        return [*enter, str(self._files.root), *drop, "env", "-i", *variables, *command]

    def run(self, *command: str, **options: bool) -> "subprocess.CompletedProcess[str]":
        """Runs to the end."""
        line = self.inside(*command, **options)  # type: ignore[arg-type]
        return subprocess.run(line, capture_output=True, text=True, check=False)

    def start(self, *words: str, **settings: str) -> "subprocess.Popen[str]":
        """A server: the image's entry point with these words, its output on one pipe."""
        entry = self.stage.last("ENTRYPOINT").arguments
        return subprocess.Popen(
            self.inside(*entry, *words, **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@contextmanager
def container(files: Files, stage: Stage, volumes: Mapping[str, Path]) -> Iterator[Container]:
    """The namespaces, held by a process that only waits. `volumes`: folders for absolute paths."""
    script = (
        f"ip link set lo up\n{files.mounts(read_only=True, volumes=volumes)}\necho made\nexec cat"
    )
    holder = subprocess.Popen(
        ["unshare", "--mount", "--net", "--propagation=private", "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "made\n"
        yield Container(files, stage, holder.pid)
    finally:
        holder.kill()
        holder.communicate()


def owned_by_server(path: Path, stage: Stage, mode: int) -> Path:
    """The file or folder, now of the image's account."""
    uid, gid = stage.last("USER").rest.split(":")
    os.chown(path, int(uid), int(gid))
    path.chmod(mode)
    return path
