"""The theme's contrast by WCAG 2.2: 4.5 to 1 for text and 3 to 1 for controls."""

import tomllib
from pathlib import Path

import pytest

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text())[
    "theme"
]
WHITE = "#ffffff"


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", WHITE) == pytest.approx(21)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_has_enough_contrast(mode):
    colours = THEME[mode]
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(colours["textColor"], colours[background]) >= 7
        for name in ("redColor", "greenColor", "orangeColor"):
            assert contrast(colours[name], colours[background]) >= 4.5, name


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_primary_button_can_be_read_and_found(mode):
    colours = THEME[mode]
    assert contrast(WHITE, colours["primaryColor"]) >= 4.5
    assert contrast(colours["primaryColor"], colours["backgroundColor"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_line_of_a_chart_can_be_seen(mode):
    for colour in THEME[mode]["chartCategoricalColors"]:
        assert contrast(colour, THEME[mode]["backgroundColor"]) >= 3, colour
