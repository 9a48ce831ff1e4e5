"""How a network was trained, in lines for its card."""

from core.inference.pooling import Pooling
from core.training.data.teacher_scores import TEACHER_SET, JoinCounts
from core.training.settings import TrainSettings

_POOLED = {
    Pooling.MEAN: "the mean of all tokens",
    Pooling.FIRST: "the first token, through BERT's pooler",
}


def recipe_lines(
    settings: TrainSettings, counts: JoinCounts, *, train_rows: int, seconds: float, where: str
) -> tuple[str, ...]:
    """One fact a line."""
    share, unscored = settings.teacher_share, sum(counts.unscored.values())
    names = ", ".join(counts.unscored)
    return (
        f"Trained on {train_rows:,} comments, respelled copies among them, epochs: "
        f"{settings.epochs}, seed {settings.seed}, batches of {settings.batch_rows}, "
        f"{settings.max_tokens} tokens, {settings.precision}: {seconds / 60:.0f} minutes on "
        f"{where}.",
        f"Learnt from two larger networks, {TEACHER_SET.origin} (`{TEACHER_SET.name}`, "
        f"{TEACHER_SET.licence}, sha256 `{TEACHER_SET.sha256}`), which saw the training side "
        f"alone: their mean score is {share:.0%} of the target where people gave a label and all "
        f"of it elsewhere. They scored {counts.scored:,} rows; from labels alone it learnt "
        f"{unscored:,}{f' ({names})' if names else ''}.",
        f"Learning rate: {settings.learning_rate:g} falling to nothing in {settings.epochs} "
        f"epoch{'s' * (settings.epochs > 1)}.",
        f"The head reads {_POOLED[settings.pooling]}.",
    )
