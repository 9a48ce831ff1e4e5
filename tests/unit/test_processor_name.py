"""The name of the processor, which every measurement states."""

from pathlib import Path

from core.inference.local.processors import processor_name


def test_the_name_is_the_one_of_the_first_processor(tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text("processor\t: 0\nmodel name\t: One: v2\n\nmodel name\t: Two\n")
    assert processor_name(path) == "One: v2"


def test_where_the_system_does_not_say_it_is_the_kind_of_machine(tmp_path: Path) -> None:
    assert processor_name(tmp_path / "none")
