"""A comment with the words marked that raised its score. The component sets only `textContent`, so
an author's text is never markup; its styles are in a shadow root and affect nothing else."""

from collections.abc import Sequence

import streamlit as st

# Three strengths with lines of different thickness, the strongest also in bold, so that colour is
# not needed. The background is the theme's red, light enough for the text to stay readable.
_CSS = """
p {
  margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext;
  font-family: var(--st-font); color: var(--st-text-color); line-height: 1.6;
}
mark {
  color: inherit; border-radius: 2px; padding: 1px 0;
  background: color-mix(in srgb, var(--st-red-color) 10%, transparent);
  text-decoration: underline 1px var(--st-red-color); text-underline-offset: 4px;
}
mark.s2 { background: color-mix(in srgb, var(--st-red-color) 18%, transparent);
  text-decoration-thickness: 2px; }
mark.s3 { background: color-mix(in srgb, var(--st-red-color) 26%, transparent);
  text-decoration-thickness: 3px; font-weight: 600; }
"""
_JS = """
export default function ({ data, parentElement }) {
  const nodes = data.map(([text, strength]) => {
    if (!strength) return document.createTextNode(text)
    const mark = document.createElement("mark")
    mark.className = "s" + strength
    mark.textContent = text
    return mark
  })
  parentElement.querySelector("p").replaceChildren(...nodes)
  show(parentElement.querySelector("mark.s3"))
}

// In a long text the strongest mark may be far down: only the card around the text scrolls there.
function show(mark) {
  let box = mark
  const isCard = (node) =>
    node.scrollHeight > node.clientHeight && getComputedStyle(node).overflowY === "auto"
  while (box && !isCard(box)) box = box.parentElement ?? box.getRootNode().host
  if (!box || box === document.documentElement) return
  const [at, around] = [mark.getBoundingClientRect(), box.getBoundingClientRect()]
  const isSeen = at.top >= around.top && at.bottom <= around.bottom
  if (!isSeen) box.scrollTop += at.top - around.top - box.clientHeight / 3
}
"""
_marked = st.components.v2.component("marked_text", html="<p></p>", css=_CSS, js=_JS)


def marked_text(pieces: Sequence[tuple[str, int]], key: str) -> None:
    """The pieces in order; strengths 1 to 3 are marked, 0 is plain."""
    _marked(data=[list(piece) for piece in pieces], key=key)
