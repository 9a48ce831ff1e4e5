"""The draw of second looks, a step in the transactions in which people decide."""

from core.identifiers import new_id
from core.moderation.decisions import Decision
from core.moderation.second_looks import second_look_at
from core.services.context import Context
from core.store.base import Writer


def draw_second_look(context: Context, tx: Writer, decision: Decision) -> None:
    """Store the second look at the decision, if it is drawn. A text that had its second answer gets
    no other: whoever decides on it later does so because of what people said of it."""
    look = second_look_at(decision, context.shares.second_look, new_id=new_id())
    if look is None:
        return
    if all(past.second is None for past in tx.second_looks_of(decision.revision_id)):
        tx.add_second_look(look)
