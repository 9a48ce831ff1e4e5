"""Filters key presses before they reach the shortcuts of Streamlit's buttons. It stops repeats of a
held key, presses on a card that has only just appeared, and presses between a decision and its
redraw."""

from collections.abc import Collection

import streamlit as st

from dashboard.staff_texts import say

SHOWN_MS = 40
"""A press within this time after a card appears was meant for the previous card."""
_HTML = """<p role="status"></p>"""
_CSS = """
p { margin: 0; font-family: var(--st-font); font-size: 0.875rem; line-height: 1.5;
  color: var(--st-text-color); opacity: 0.75; }
p.off { color: var(--st-orange-text-color); opacity: 1; }
"""
_JS = """
const FIELD = "input, textarea, select, [contenteditable=true]"
const selector = names => names.map(name => `[class*="st-key-${name}_"] button`).join(", ")
// The server redraws after each press; if it does not, the keys work again after this time.
const GIVE_UP_MS = 10_000

const fieldOf = event => event.composedPath().find(node => node.matches?.(FIELD))
const isPlain = event => !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey

function stop(event) {
  event.preventDefault()
  event.stopImmediatePropagation()
}

function attach(root) {
  const data = { buttons: ["none"] }
  const desk = { data, held: new Set(), actedAt: -Infinity, noteUntil: -Infinity }
  const line = root.querySelector("p")
  const hasActed = () => performance.now() - desk.actedAt < GIVE_UP_MS
  const isUnseen = () => line.dataset.ready !== desk.data.card
  const isOnButton = event =>
    event.composedPath().some(node => node.matches?.(selector(desk.data.buttons)))
  const wantsNote = () => performance.now() < desk.noteUntil

  // After a decision, N means the note of the next card. Until that card is drawn, typed letters
  // are meant for the note and must press no button.
  function goToNote() {
    if (!wantsNote()) return
    const note = document.querySelector(`.st-key-note_${desk.data.card} :is(input, textarea)`)
    if (hasActed() || !note) return requestAnimationFrame(goToNote)
    desk.noteUntil = -Infinity
    note.focus()
  }

  function show() {
    const field = document.activeElement?.matches(FIELD)
    line.className = field ? "off" : ""
    line.textContent = field ? desk.data.off : desk.data.on
  }

  // `data-ready` names the card that accepts keys; browser tests wait for it too.
  function markReady(card) {
    if (desk.data.card === card) line.dataset.ready = card
  }

  function onKeyDown(event) {
    const field = fieldOf(event)
    if (field) {
      if (event.key === "Escape") field.blur()
      return
    }
    const isRepeat = event.repeat || desk.held.has(event.code)
    desk.held.add(event.code)
    const onButton = isOnButton(event)
    const presses = onButton && (event.key === "Enter" || event.key === " ")
    if (presses && isRepeat) return stop(event)
    if (!isPlain(event) || !/^[a-z0-9]$/i.test(event.key)) return
    if (isRepeat || wantsNote()) return stop(event)
    const key = event.key.toLowerCase()
    if (key === "n" && desk.data.has_note) {
      stop(event)
      desk.noteUntil = performance.now() + GIVE_UP_MS
      goToNote()
    } else if (desk.data.deciding.includes(key)) {
      if (isUnseen() || hasActed()) return stop(event)
      desk.actedAt = performance.now()
    }
  }

  function onClick(event) {
    if (!isOnButton(event)) return
    // The second click of a double click would meet the next card's button. That button is drawn
    // before this script learns of its card, so a click also waits for the redraw.
    if (event.detail > 1 || isUnseen() || hasActed()) return stop(event)
    desk.actedAt = performance.now()
  }

  const onKeyUp = event => desk.held.delete(event.code)
  const forget = () => desk.held.clear()
  const later = () => requestAnimationFrame(show)
  const listeners = [
    [window, "keydown", onKeyDown], [window, "keyup", onKeyUp], [window, "click", onClick],
    [window, "blur", forget], [document, "focusin", later], [document, "focusout", later],
  ]
  for (const [on, name, listener] of listeners) on.addEventListener(name, listener, true)

  desk.detach = () => {
    for (const [on, name, listener] of listeners) on.removeEventListener(name, listener, true)
    root.desk = undefined
  }
  desk.draw = data => {
    const before = desk.data
    desk.data = data
    desk.actedAt = -Infinity
    if (before.card === undefined) {
      markReady(data.card) // the page was there before this script could be loaded
    } else if (data.card !== before.card) {
      delete line.dataset.ready
      // The first frame draws the card, the second comes after it was painted.
      requestAnimationFrame(() => requestAnimationFrame(
        () => setTimeout(markReady, data.shown_ms, data.card)
      ))
    }
    if (before.filters && data.filters !== before.filters) {
      const chosen = document.activeElement?.closest(".st-key-label, .st-key-status")
      if (chosen) document.activeElement.blur()
    }
    // What scrolls is reached by Tab in every browser, also where it holds no button.
    for (const box of document.querySelectorAll(".st-key-appeal_card > * > *")) box.tabIndex = 0
    show()
  }
  return desk
}

export default function ({ data, parentElement }) {
  const desk = (parentElement.desk ??= attach(parentElement))
  desk.draw(data)
  return () => desk.detach()
}
"""
_keyboard = st.components.v2.component("keyboard", html=_HTML, css=_CSS, js=_JS)


def keyboard(
    *,
    draw: int,
    card: str,
    buttons: Collection[str],
    deciding: Collection[str],
    has_note: bool,
    filters: str = "",
) -> None:
    """Passes each press on once, and shows whether keys are on.

    Call it after the card and its buttons are drawn: `card` counts as visible from the paint of
    this component. `draw` must differ at each redraw, because further presses wait for it.
    `buttons` are the names with which the keys of the buttons that act begin, and `deciding` holds
    the shortcuts of those of them that are enabled. N goes to the field `note_CARD`. When `filters`
    changes, the filter with the focus gives it up.
    """
    _keyboard(
        data={
            "draw": draw,
            "card": card,
            "filters": filters,
            "buttons": sorted(buttons),
            "deciding": sorted(key.lower() for key in deciding),
            "shown_ms": SHOWN_MS,
            "has_note": has_note,
            "on": say("common.keys.on_with_note" if has_note else "common.keys.on"),
            "off": say("common.keys.off"),
        },
        key="keyboard",
    )
