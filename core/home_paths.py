"""What the console keeps in its home, and where."""

from pathlib import Path

from core.inference.local.speed_file import draft_path, lock_path


class HomePaths:
    """The paths of a home; `home` is its folder, and `erasures_file` may lie elsewhere."""

    __slots__ = ()
    home: Path
    erasures_file: Path

    @property
    def state_path(self) -> Path:
        """The SQLite file with the state."""
        return self.home / "state.db"

    @property
    def serving_log_dir(self) -> Path:
        """The folder of the serving log; each process writes its own file there."""
        return self.home / "serving-log"

    @property
    def api_keys_dir(self) -> Path:
        """The folder of the API's keys, stored as digests."""
        return self.home / "api-keys"

    @property
    def logs_dir(self) -> Path:
        """The folder of the servers' output."""
        return self.home / "logs"

    @property
    def calibration_path(self) -> Path:
        """The cascade's calibration on this site's comments."""
        return self.home / "cascade.json"

    @property
    def runtimes_path(self) -> Path:
        """How fast this machine scores with each runtime."""
        return self.home / "runtimes.json"

    @property
    def jobs_path(self) -> Path:
        """The file that declares the jobs of `modconsole schedule`."""
        return self.home / "jobs.toml"

    @property
    def jobs_dir(self) -> Path:
        """The folder with the history of the jobs."""
        return self.home / "jobs"

    @property
    def log_imports_dir(self) -> Path:
        """What was imported into the serving log, and how tables were read."""
        return self.home / "log-imports"

    @property
    def prices_path(self) -> Path:
        """The file that tells what each backend costs."""
        return self.home / "prices.toml"

    @property
    def objectives_path(self) -> Path:
        """The file that declares the objectives of serving."""
        return self.home / "objectives.toml"

    @property
    def telemetry_dir(self) -> Path:
        """The folder that tells which segments a collector has."""
        return self.home / "telemetry"

    @property
    def alerts_dir(self) -> Path:
        """The folder with the alerts of the objectives."""
        return self.home / "alerts"

    @property
    def load_tests_dir(self) -> Path:
        """The folder with the results of load tests."""
        return self.home / "load-tests"

    @property
    def comparisons_dir(self) -> Path:
        """The folder with the figures of comparisons of backends."""
        return self.home / "comparisons"

    @property
    def policy_history_dir(self) -> Path:
        """What was read of the past to try a policy on it."""
        return self.home / "policy_history"

    @property
    def erasures_path(self) -> Path:
        """The file that tells, in digests, which authors were erased."""
        return self.home / self.erasures_file

    @property
    def restored_model_dir(self) -> Path:
        """The site's own model, where it came with a backup."""
        return self.home / "model"

    @property
    def restoring_dir(self) -> Path:
        """Where a restore works; while it holds anything, the home is not whole."""
        return self.home / ".restoring"

    @property
    def own_paths(self) -> tuple[Path, ...]:
        """Everything that the console creates in its home."""
        return (
            self.state_path,
            self.serving_log_dir,
            self.api_keys_dir,
            self.logs_dir,
            self.calibration_path,
            self.runtimes_path,
            lock_path(self.runtimes_path),
            draft_path(self.runtimes_path),
            self.jobs_dir,
            self.alerts_dir,
            self.telemetry_dir,
            self.policy_history_dir,
            self.log_imports_dir,
            self.load_tests_dir,
            self.comparisons_dir,
            self.erasures_path,
            self.restored_model_dir,
        )
