"""What a source writes in place of a comment that is gone."""

import pytest

from core.moderation.placeholders import MAX_PLACEHOLDER_CHARS, is_placeholder


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("[deleted]", True),
        ("<p>[removed]</p>", True),
        ("  [ Deleted ]  ", True),
        ("[removed]" + " " * (MAX_PLACEHOLDER_CHARS - 9), True),
        ("[removed]" + " " * (MAX_PLACEHOLDER_CHARS - 8), False),
        *(
            (text, True)
            for text in (
                "(post withdrawn by author, will be automatically deleted in 24 hours "
                "unless flagged)",
                "{deleted}",
                "[flagged]",
                "[dead]",
                "［deleted］",
                "[[deleted]]",
                "~~[deleted]~~",
                "This comment was deleted by the original author",
                "[deleted by user]",
                "[deleted by the original author]",
                "deleted by creator",
                "removed by mod",
                "This tweet was deleted by the Tweet author.",
                "*Permanently Deleted*",
                "[ Removed by Reddit ]",
                "[removed by moderator]",
                "<i>Comment removed.</i>",
                "The post has been removed by a moderator.",
                "(comment withdrawn)",
                "\\[deleted\\]",
            )
        ),
        *(
            (text, False)
            for text in (
                "deleted",
                "Removed.",
                "dead",
                "flagged",
                "deleted my account",
                "He was removed by force",
                "removed by hand",
                "This was deleted",
                "Your comment should be deleted by now, idiot",
                "[deleted scenes]",
                "the post was removed from the wall by my dog",
                "[flagged for rudeness]",
                "(dead on arrival)",
                "I had it deleted by the admin",
                "The message deleted my hope",
                "{removed} and I know why",
            )
        ),
        ("I deleted the file.", False),
        ("[thanks]", False),
        ("", False),
    ],
)
def test_a_placeholder_is_what_stands_for_a_deleted_comment(text: str, is_one: bool) -> None:
    assert is_placeholder(text) is is_one
