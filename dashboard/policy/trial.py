"""What a draft would have done with the past: figures, the distribution, and the texts."""

import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.moderation.policy_bands import bands_of
from core.moderation.scores import Label
from core.services.policy_simulation import PolicyTrial, list_flips
from dashboard.chart_language import in_own_language
from dashboard.covered import wants_cover
from dashboard.policy.charts import edge_lines, score_bars, score_counts
from dashboard.policy.matches import matches_card
from dashboard.policy.texts import LISTED, texts_table
from dashboard.policy.trial_words import (
    a_day,
    bound_words,
    change_a_day,
    direction_badge,
    found_words,
    group_title,
    rightly_share,
    rightly_words,
    share_words,
    summary,
    work_words,
)
from dashboard.staff_texts import count, number, say
from dashboard.wording import LABELS

TILE_PX = 170
CHART_PX = 190


def trial_card(services: Services, actor: Actor, trial: PolicyTrial) -> None:
    """Everything about one trial."""
    if not trial.texts:
        st.info(say("policy.trial.nothing"), icon=":material/hourglass_empty:")
        return
    with st.container(border=True):
        st.markdown(f"**{say('policy.trial.title')}**")
        st.text(summary(trial))
        _figures(trial)
        _distribution(trial)
        if trial.other_models:
            st.caption(count("policy.other_models", trial.other_models))
    matches_card(services, actor, trial)
    if trial.flips:
        with st.container(border=True):
            _flips(services, actor, trial)


def _figures(trial: PolicyTrial) -> None:
    held, removed = trial.held_a_day(), trial.counts[Action.REMOVE]
    tiles = (
        ("held", a_day(held[1]), change_a_day(held[1] - held[0]), work_words(trial)),
        (
            "removed",
            a_day(removed[1] / trial.days),
            change_a_day((removed[1] - removed[0]) / trial.days),
            say("policy.trial.in_all", removed=number(removed[1])),
        ),
        ("found", share_words(trial.after.found), None, found_words(trial)),
        ("rightly", rightly_share(trial), None, rightly_words(trial)),
    )
    grid = st.grid(len(tiles), min_column_width=TILE_PX)
    for name, value, change, words in tiles:
        with grid.container(gap="xsmall"):
            st.metric(say(f"policy.trial.{name}"), value, change, delta_color="off")
            st.caption(words)


def _distribution(trial: PolicyTrial) -> None:
    in_force, draft = bands_of(trial.in_force), bands_of(trial.draft)
    labels = [label for label in Label if label in draft and label in in_force]
    if not labels:
        return
    changed = [label for label in labels if draft[label] != in_force[label]]
    # Its key changes with the label that is shown first, so that it follows the sliders.
    first = (changed or labels)[0]
    label = st.selectbox(
        say("policy.trial.scores_of"),
        labels,
        labels.index(first),
        format_func=LABELS.__getitem__,
        key=f"distribution_{first}",
        width=220,
    )
    frame = score_counts(trial.simulation.history, label, draft[label])
    st.altair_chart(
        in_own_language(score_bars(frame, label, edge_lines(in_force[label], draft[label]))),
        height=CHART_PX,
        key="distribution_chart",
        alt=say("policy.trial.chart_alt", label=LABELS[label]),
    )


def _flips(services: Services, actor: Actor, trial: PolicyTrial) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = say("policy.trial.flips", flips=number(trial.flips))
        st.markdown(f"**{title}**", width="content")
        for (before, after), flips in trial.simulation.flip_counts().items():
            words, color = direction_badge(before, after, flips)
            st.badge(words, color=color)  # type: ignore[arg-type]  # one of Streamlit's names
    st.caption(bound_words(trial))
    is_covered = wants_cover(services, actor)
    for place, group in enumerate(trial.groups):
        cause = group.text_rule.id if group.text_rule else group.label
        key = f"flips_{group.before}_{group.after}_{cause}"
        with st.expander(group_title(group), expanded=place == 0, key=key):
            limit = int(st.session_state.get(f"{key}_limit", LISTED))
            texts_table(
                list_flips(services.context, actor, trial, group, limit),
                len(group.rows),
                limit,
                key=key,
                alt=say("policy.trial.texts_alt", what=group_title(group)),
                is_covered=is_covered,
            )
