"""A comment that was not read whole, as staff and its author see it."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.bootstrap.services import Services
from core.moderation.cases import CaseTrigger
from tests.cutting_backend import READS, CuttingBackend
from tests.factories import MODERATOR, REMOVED, scored
from tests.pages.conftest import carriers, said

LONG = "What a lovely morning it was. " * 5
UNREAD = len(LONG.strip()) - READS


def test_the_card_says_how_much_was_not_read(
    services: Services, staff_page: Callable[..., AppTest]
) -> None:
    services.__dict__["full_model"] = CuttingBackend()
    revision = scored(services, LONG)
    with services.context.store.read() as reader:
        case = reader.case_of(revision.id)
    assert case is not None
    assert case.trigger is CaseTrigger.NOT_READ_WHOLE
    assert case.priority == 0.02
    at = staff_page("review", MODERATOR)
    assert not at.exception
    assert f"the last {UNREAD} characters were not read by the model" in said(at)
    assert LONG.strip() in said(at)
    assert carriers(at, "too long to be read whole")


def test_a_removal_of_what_was_read_says_so_too(
    services: Services, author_app: Callable[..., AppTest]
) -> None:
    services.__dict__["full_model"] = CuttingBackend()
    held, removed = scored(services, LONG), scored(services, f"{REMOVED} {LONG}")
    at = author_app(reference=held.reference)
    assert "longer than what the model reads, so a person reads it" in said(at)
    assert f"did not read the last {UNREAD} characters" in captions(at)
    at = author_app(reference=removed.reference)
    assert [header.value for header in at.header] == ["Your comment was removed."]
    assert "did not read the last" in captions(at)


def captions(at: AppTest) -> str:
    return " ".join(caption.value for caption in at.caption)
