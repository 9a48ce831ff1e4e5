"""What a test reads from the page Policy, and what it presses there."""

from typing import Any

from streamlit.testing.v1 import AppTest

from core.moderation.scores import Label
from tests.integration.policy_calls import WHY


def words(test: AppTest) -> str:
    found = [
        *test.caption, *test.markdown, *test.error, *test.warning, *test.success, *test.info,
        *test.text,
    ]  # fmt: skip
    return "\n".join(str(element.value) for element in found).replace("\\", "")


def buttons(test: AppTest) -> dict[str, bool]:
    """Those of this page by their first word, and whether they can be pressed."""
    own = ("save_", "propose_", "publish_", "discard_", "roll_back_")
    return {
        str(each.key).split("_")[0]: not each.disabled
        for each in test.button
        if str(each.key).startswith(own)
    }


def press(test: AppTest, begin: str) -> AppTest:
    (key,) = [str(each.key) for each in test.button if str(each.key).startswith(begin)]
    return test.button(key=key).click().run()


def slider(test: AppTest, label: Label) -> Any:
    (found,) = [each for each in test.slider if str(each.key).startswith(f"bands_{label}_")]
    return found


def move(test: AppTest, label: Label, hold: float, remove: float) -> AppTest:
    return slider(test, label).set_value((hold, remove)).run()


def say_why(test: AppTest, note: str = WHY) -> AppTest:
    (area,) = [each for each in test.text_area if str(each.key).startswith("note_")]
    return area.set_value(note).run()


def shown(test: AppTest, draft_id: str) -> AppTest:
    """Another person's draft is chosen."""
    (choice,) = [each for each in test.selectbox if each.label == "Show"]
    return choice.set_value(draft_id).run()
