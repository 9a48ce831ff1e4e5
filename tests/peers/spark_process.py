"""Spark in a process of its own, with the packages of its environment."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("spark_classifier.py")


@dataclass(frozen=True, slots=True)
class Spark:
    """Spark, ready to classify texts."""

    version: str
    process: "subprocess.Popen[str]"

    def classify(self, source: Path, target: Path) -> float:
        """The column `text` of a Parquet file into a folder with a column `scores`; the seconds it
        took, without Spark's start."""
        assert self.process.stdin is not None
        print(source, target, sep="\t", file=self.process.stdin, flush=True)
        return float(_line(self.process))


@contextmanager
def running_spark(python: Path, model: Path, tokens: int, processes: int) -> Iterator[Spark]:
    """Raises RuntimeError if Spark ends; what it said is on standard error."""
    # Otherwise it asks the network for the address of this machine.
    environ = os.environ | {"PYSPARK_PYTHON": str(python), "SPARK_LOCAL_IP": "127.0.0.1"}
    process = subprocess.Popen(
        [python, SCRIPT, model, str(tokens), str(processes)],
        env=environ | {"HF_HUB_OFFLINE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Spark(_line(process), process)
    finally:
        process.communicate()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("Spark ended")
    return line.strip()
