"""The prices file: what is read of it, and what is refused with its place."""

from pathlib import Path

import pytest

from core.errors import ConfigError
from core.servinglog.costs.prices import Price, PriceUnit, read_prices
from core.servinglog.costs.wording import EXAMPLE


def write(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_there_are_no_prices(tmp_path: Path) -> None:
    assert read_prices(tmp_path / "prices.toml") == ()


def test_the_example_of_the_page_is_a_prices_file(tmp_path: Path) -> None:
    found = read_prices(write(tmp_path, EXAMPLE))
    assert [(one.backend, one.unit) for one in found] == [
        ("onnx", PriceUnit.PER_HOUR),
        ("openai", PriceUnit.PER_1000_COMMENTS),
    ]


def test_a_backend_whose_name_is_no_key_is_named_inside(tmp_path: Path) -> None:
    text = '[price.site]\nbackend = "Site 1: own"\nper_1000_calls = 2\ncurrency = "USD"'
    assert read_prices(write(tmp_path, text)) == (
        Price("Site 1: own", PriceUnit.PER_1000_CALLS, 2.0, "USD"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[price.a]\ncurrency = "EUR"', "prices.toml, price 'a': give one of per_1000_comments"),
        (
            '[price.a]\nper_hour = 1\nper_1000_calls = 1\ncurrency = "EUR"',
            "price 'a': give one of",
        ),
        ('[price.a]\nper_hour = -1\ncurrency = "EUR"', "`per_hour` is a number from 0"),
        ('[price.a]\nper_hour = true\ncurrency = "EUR"', "`per_hour` is a number from 0"),
        ('[price.a]\nper_hour = nan\ncurrency = "EUR"', "`per_hour` is a number from 0"),
        ("[price.a]\nper_hour = 1", "`currency` is missing, for example EUR"),
        ('[price.a]\nper_hour = 1\ncurrency = "EUR"\nhours = 2', "unknown entry 'hours'"),
        ('[price.a]\nper_hour = 1\ncurrency = "EUR"\nbackend = ""', "`backend` is a name"),
        (
            '[price.a]\nper_hour = 1\ncurrency = "EUR"\n[price.b]\nper_hour = 1\ncurrency = "USD"',
            "prices in one currency can be compared, not ['EUR', 'USD']",
        ),
        (
            '[price.a]\nper_hour = 1\ncurrency = "EUR"\n'
            '[price.b]\nbackend = "a"\nper_hour = 1\ncurrency = "EUR"',
            "the backend 'a' has two prices",
        ),
        ("[cost.a]\nper_hour = 1", "prices.toml: unknown entry 'cost'"),
        ("[price.a", "prices.toml can't be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_prices(write(tmp_path, text))
    assert message in str(refused.value)
