// The parts of the page that stay in place, and how each is drawn anew.

function drawFrame(root, desk) {
  const at = name => root.querySelector(`[data-part=${name}]`)
  const parts = Object.fromEntries(
    [...root.querySelectorAll("[data-part]")].map(node => [node.dataset.part, node]))
  parts.buttons.replaceChildren(
    button("Approve", { key: "A", tone: "ok", onclick: once(() => desk.decide("approve")) }),
    button("Remove", { key: "X", tone: "p", onclick: once(() => desk.decide("remove")) }),
    button("Escalate", { key: "E", onclick: once(() => desk.decide("escalate")) }),
    button("Skip", { key: "S", tone: "q", onclick: once(() => desk.skip()) }),
    button("Reopen", { key: "O", onclick: once(() => desk.reopen()) }),
  )
  const [approve, remove, escalate, skip, reopen] = parts.buttons.children
  parts.under.replaceChildren(
    button("Replies", { key: "T", tone: "link", onclick: () => desk.toggleReplies() }),
    button("Which words?", { key: "W", tone: "link", onclick: () => desk.toggleWords() }),
    button("Show words", { key: "M", tone: "link", onclick: () => desk.reveal() }))
  parts.notes.replaceChildren(
    button("Note to the author", { key: "N", tone: "link note", onclick: () => openNote(desk, "note") }),
    button("Internal note", { key: "I", tone: "link internal",
      onclick: () => openNote(desk, "internal_note") }))
  parts.ways.replaceChildren(
    button("Back", { key: "K", tone: "link", onclick: () => desk.step(-1) }),
    button("Next", { key: "J", tone: "link", onclick: () => desk.step(1) }),
    button("Help", { key: "H", tone: "link", onclick: () => openHelp(desk) }))
  parts.undo.replaceChildren(
    button("Undo", { key: "U", tone: "link", onclick: once(() => desk.undo()) }))
  parts.toggle.append(el("span", {}, "Queue"))
  parts.arrived.append(el("span", {}), el("span", { className: "sp" }),
    button("show", { tone: "link go", onclick: () => desk.open(desk.filters) }))
  parts.query.addEventListener("keydown", event => {
    if (event.key === "Enter") desk.search(parts.query.value.trim())
  })
  parts.query.addEventListener("input", () => {
    if (!parts.query.value && desk.query) desk.open(desk.filters)
  })
  parts.toggle.addEventListener("click", () =>
    openList(parts, parts.toggle.getAttribute("aria-expanded") !== "true"))
  openList(parts, false)
  for (const [name, field] of noteFields(parts)) {
    field.addEventListener("input", () => { desk.drafts.change(desk.current, { [name]: field.value }) })
    field.addEventListener("blur", () => drawNotes(desk))
  }
  const [replies, , show] = parts.under.children
  followDock(root, parts)
  return { ...parts, at, approve, remove, escalate, skip, reopen, replies, show }
}

/** On a narrow page the dock lies over the page: beside the card, and over what is read no further. */
function followDock(root, { dock, empty }) {
  const wrap = root.querySelector(".wrap")
  const observer = new ResizeObserver(() => {
    const { left } = wrap.getBoundingClientRect()
    wrap.style.setProperty("--dock-height", `${dock.offsetHeight}px`)
    wrap.style.setProperty("--page-side", `${Math.max(left, 0)}px`)
  })
  for (const each of [wrap, dock, empty]) observer.observe(each)
}

/** On a narrow page the list is shown only when asked for. */
function openList(view, isOpen) {
  view.toggle.setAttribute("aria-expanded", String(isOpen))
  view.toggle.closest(".wrap").classList.toggle("open", isOpen)
}

/** The second click of a double click would meet the next comment. */
const once = press => event => { if (event.detail < 2) press() }

const noteFields = parts => [["note", parts.note], ["internal_note", parts.internal]]

function drawCard(desk, { isSame = false } = {}) {
  const { view, card, cases } = desk
  if (!isSame) {
    desk.seen = {}
    delete view.card.dataset.shown
  }
  const isLoading = cases.next || !cases.head
  view.empty.hidden = Boolean(desk.current) || (isLoading && !cases.trouble)
  view.card.hidden = !view.empty.hidden
  if (!view.empty.hidden) drawUnpressed(view.empty, () => view.empty.hidden || drawEmpty(desk))
  const words = desk.words.get(desk.current)
  const shown = words?.pieces ?? card?.pieces
  const pieces = desk.isRevealed ? shown?.map(([text, strength]) => [text, strength]) : shown
  view.head.replaceChildren(...(card ? drawHead(card, desk.now_ms) : []),
    el("span", { className: "sp" }), view.claim)
  const draw = isSame ? refill : fill
  draw(view.text, ...(card ? [
    ...drawThread(card, desk), drawText(pieces), drawBefore(card.before, desk), drawOriginal(card, desk),
    desk.replies.has(card.revision) ? drawReplies(desk.replies.get(card.revision), desk) : null,
  ].filter(Boolean) : [el("p", { className: "m wait" }, cases.trouble || "Loading …")]))
  view.replies.hidden = !card?.reply_count
  view.replies.firstChild.textContent = plural(card?.reply_count ?? 0, "reply", "replies")
  view.remedy.replaceChildren(...[drawWords(words, desk)].filter(Boolean))
  if (!isSame) {
    drawFacts(desk)
    view.text.scrollTop = 0
    drawNotes(desk)
  }
  drawDock(desk)
  drawShow(desk)
  if (card && !isSame) awaitPaint(desk)
}

/** The button that shows covered words, while there are any in or beside the comment. */
function drawShow({ view, isRevealed }) {
  const places = [view.text, view.remedy, view.facts]
  view.show.hidden = !isRevealed && !places.some(place => place.querySelector(".mask"))
  view.show.firstChild.textContent = isRevealed ? "Cover words" : "Show words"
}

/** A press counts only from the moment at which the comment has been painted. */
function awaitPaint(desk) {
  const revision = desk.current
  requestAnimationFrame(() => setTimeout(() => {
    if (desk.current !== revision) return
    desk.seen = { revision, at: performance.now() }
    desk.view.card.dataset.shown = revision
    const { author, chips } = desk.card
    desk.view.live.textContent = `Next: ${chips.map(([words]) => words).join(", ")}, by ${author}`
  }))
}

/** Who has the case open, and for how long. */
function drawClaim(desk) {
  const { view, claims } = desk
  const is = claims.held?.revision === desk.current ? claims.held : null
  const left = is ? Math.max(0, (is.until - desk.now_ms) / 1_000) : 0
  view.claim.className = `chip ${is?.is_mine ? "a" : "o"}`
  view.claim.textContent = !is || !left ? ""
    : is.is_mine ? `yours, ${clock(left)} left` : `${is.holder} has it, ${clock(left)} left`
}

/** How much of what was decided in the last hour was severe. */
function drawExposure(desk) {
  const { view, exposure } = desk
  view.exposure.className = `chip ${exposure?.tone ?? ""}`
  view.exposure.textContent = exposure?.decided ? exposure.words : ""
}

function drawDock(desk) {
  const { view, card } = desk
  const { reason } = desk.current ? desk.draft : {}
  view.dock.hidden = Boolean(card?.refusal)
  view.refusal.textContent = card?.refusal ?? ""
  const chosen = desk.reasons.find(each => each.code === reason)
  redraw(view.reasons, ...desk.reasons.map((each, index) => button(each.title, {
    key: String(index + 1), tone: `rs ${each.code === reason ? "on" : ""}`, title: each.text,
    "aria-pressed": String(each.code === reason), onclick: () => desk.chooseReason(each.code),
  })))
  const isClosed = card?.status === "closed"
  for (const [name, node] of Object.entries(view)) {
    if (!["approve", "remove", "escalate"].includes(name)) continue
    node.hidden = isClosed
    node.disabled = !card?.actions.includes(name)
  }
  view.skip.disabled = !card?.actions.length
  view.skip.hidden = isClosed
  view.reopen.hidden = !isClosed
  view.reopen.disabled = !card?.can_reopen
  view.reasons.hidden = isClosed
  view.dockhead.hidden = isClosed
  view.remove.firstChild.replaceChildren("Remove",
    el("span", { className: "wide" }, chosen ? ` for ${chosen.title.toLowerCase()}` : ""))
}

/** Draws the children anew; the one that had the focus keeps it. */
function redraw(node, ...children) {
  drawUnpressed(node, () => {
    const at = [...node.children].indexOf(node.getRootNode().activeElement)
    node.replaceChildren(...children)
    node.children[at]?.focus({ preventScroll: true })
  })
}

function drawNotes(desk) {
  for (const [name, field] of noteFields(desk.view)) {
    if (field.matches(":focus")) continue
    field.value = desk.current ? desk.draft[name] : ""
    field.parentElement.hidden = !field.value
  }
}

function openNote(desk, name) {
  if (!desk.card?.actions.length) return
  const field = Object.fromEntries(noteFields(desk.view))[name]
  field.parentElement.hidden = false
  field.value = desk.draft[name]
  field.focus()
}

function drawEmpty(desk) {
  const { empty } = desk.view
  const { trouble, head } = desk.cases
  empty.replaceChildren(...(trouble
    ? [el("h2", {}, trouble), button("Try again", { onclick: () => desk.open(desk.filters, { query: desk.query }) })]
    : [el("h2", {}, head.nothing[0]), el("p", { className: "m" }, head.nothing[1])]))
}

function drawSaved(desk) {
  const { saved } = desk.view
  const waiting = desk.outbox.entries.length
  const { isLate, trouble } = desk.outbox
  const seconds = waiting ? Math.round((Date.now() - desk.outbox.entries[0].pressed_at) / 1_000) : 0
  saved.className = `chip ${isLate ? "r" : waiting ? "o" : "g"}`
  saved.title = isLate ? trouble : ""
  saved.textContent = !waiting ? "all saved"
    : isLate ? `${waiting} not saved for ${seconds} s${trouble ? `: ${trouble}` : ""}`
      : `${waiting} not saved yet`
}

function drawClock(desk) {
  drawSaved(desk)
  drawClaim(desk)
  const { view, undoable } = desk
  const last = undoable.at(-1)
  view.undo.firstChild.disabled = !last
  const left = last?.until ? Math.ceil((last.until - desk.now_ms) / 1_000) : 0
  const words = !last?.words ? ""
    : left > 0 ? `${last.words} takes effect in ${left} s` : `${last.words} has taken effect`
  view.last.firstChild.textContent = words
  view.author.hidden = !words || !last.reference
  view.author.href = `/lookup?reference=${encodeURIComponent(last?.reference ?? "")}`
}

function drawMessage(desk) {
  const { words, isError } = desk.message
  desk.view.message.className = isError ? "message error" : "message"
  desk.view.message.textContent = words
  drawClock(desk)
}
