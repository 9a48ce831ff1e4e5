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


def mixed(colour: str, background: str, share: float) -> str:
    pairs = [(int(colour[at : at + 2], 16), int(background[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(share * one + (1 - share) * two):02x}" for one, two in pairs)


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
    """Its label is written in the theme's violet for texts: see `on_primary`."""
    colours = THEME[mode]
    assert contrast(colours["violetTextColor"], colours["primaryColor"]) >= 4.5
    assert contrast(colours["primaryColor"], colours["backgroundColor"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_knob_of_a_switch_can_be_seen(mode):
    assert contrast(WHITE, THEME[mode]["primaryColor"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_captions_have_enough_contrast(mode):
    """Streamlit writes them in 60 % of the text's colour."""
    colours = THEME[mode]
    for background in (colours["backgroundColor"], colours["secondaryBackgroundColor"]):
        assert contrast(mixed(colours["textColor"], background, 0.6), background) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_chosen_segment_has_enough_contrast(mode):
    """Its text has the accent's colour, and its background is 10 % of it."""
    colours = THEME[mode]
    accent = colours["primaryColor"]
    assert contrast(accent, mixed(accent, colours["backgroundColor"], 0.1)) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_line_of_a_chart_can_be_seen(mode):
    for colour in THEME[mode]["chartCategoricalColors"]:
        assert contrast(colour, THEME[mode]["backgroundColor"]) >= 3, colour
