"""The card with the sliders: what is set, what is in force, and both in words."""

from collections.abc import Mapping

import streamlit as st

from core.moderation.policies import Policy
from core.moderation.policy_bands import LabelBands, bands_of
from core.moderation.policy_drafts import PolicyDraft
from core.moderation.policy_json import policy_digest
from core.moderation.scores import Label
from dashboard.policy.sentences import changed_lines, policy_lines
from dashboard.policy.wording import bands_at, bands_words, knobs, label_names
from dashboard.staff_texts import say
from dashboard.wording import LABELS

STEP = 0.01


def band_sliders(
    in_force: Policy, draft: PolicyDraft | None, *, can_edit: bool
) -> Mapping[Label, LabelBands]:
    """A slider for each label, from the draft or else from the policy in force. Returns the bands
    as they are set."""
    known, begin = bands_of(in_force), bands_of(draft.policy if draft else in_force)
    drawn_for = f"{draft.id}_{draft.version}" if draft else "new"
    found = {}
    for label, bands in known.items():
        start = begin.get(label, bands)
        chosen = st.slider(
            LABELS[label],
            0.0,
            1.0,
            knobs(start),
            STEP,
            key=f"bands_{label}_{drawn_for}_{in_force.version}",
            disabled=not can_edit,
            help=say("policy.bands.about"),
        )
        # A score that is no multiple of STEP stays what it is until somebody moves a knob.
        found[label] = start if tuple(chosen) == knobs(start) else bands_at(*chosen)
        st.caption(say("policy.bands.in_force", bands=bands_words(bands)))
    others = [label for label in Label if label not in known and in_force.thresholds(label)]
    if others:
        st.caption(say("policy.bands.others", labels=label_names(others)))
    return found


def in_words(in_force: Policy, policy: Policy) -> None:
    """What the draft would change; for the policy in force what it says."""
    is_same = policy_digest(policy) == policy_digest(in_force)
    if is_same:
        st.caption(say("policy.bands.same"))
    for line in policy_lines(policy) if is_same else changed_lines(in_force, policy):
        st.text(line)
