"""Reports that wait for an answer: those on a text, and those on earlier texts of its comment that
were edited or withdrawn before anybody decided on them."""

from collections.abc import Sequence
from dataclasses import replace

from core.moderation.cases import Attention
from core.moderation.comments import Revision
from core.moderation.edits import unanswered_texts
from core.store.base import Reader
from core.store.views import ReportItem


def attention_to(reader: Reader, revision: Revision) -> Attention:
    """The attention to a text, with the reports on earlier texts that wait for an answer."""
    own = reader.attention(revision.id)
    earlier = [reader.attention(text.id) for text in _unanswered(reader, revision)]
    return replace(
        own,
        user_reports=own.user_reports + sum(each.user_reports for each in earlier),
        trusted_reports=own.trusted_reports + sum(each.trusted_reports for each in earlier),
    )


def reports_to_answer(reader: Reader, revision: Revision) -> Sequence[ReportItem]:
    """All reports on the text, and those on earlier texts that wait for an answer, oldest first."""
    texts = [revision, *_unanswered(reader, revision)]
    return [item for text in reversed(texts) for item in reader.reports(text.id)]


def _unanswered(reader: Reader, revision: Revision) -> Sequence[Revision]:
    return unanswered_texts(reader.earlier_texts(revision))
