// The parts of the page that stay in place, and how each is drawn anew.

function drawFrame(root, desk) {
  sayParts(root)
  const at = name => root.querySelector(`[data-part=${name}]`)
  const parts = Object.fromEntries(
    [...root.querySelectorAll("[data-part]")].map(node => [node.dataset.part, node]))
  parts.buttons.replaceChildren(
    button(say("desk.button.approve"), { key: "A", tone: "ok", onclick: once(() => desk.decide("approve")) }),
    button(say("desk.button.remove"), { key: "X", tone: "p", onclick: once(() => desk.decide("remove")) }),
    button(say("desk.button.escalate"), { key: "E", onclick: once(() => desk.decide("escalate")) }),
    button(say("desk.button.skip"), { key: "S", tone: "q", onclick: once(() => desk.skip()) }),
    button(say("desk.button.reopen"), { key: "O", onclick: once(() => desk.reopen()) }),
  )
  const [approve, remove, escalate, skip, reopen] = parts.buttons.children
  parts.under.replaceChildren(
    button(say("desk.button.replies"), { key: "T", tone: "link", onclick: () => desk.toggleReplies() }),
    button(say("desk.button.words"), { key: "W", tone: "link", onclick: () => desk.toggleWords() }),
    button(say("desk.button.show"), { key: "M", tone: "link", onclick: () => desk.reveal() }))
  parts.notes.replaceChildren(
    button(say("desk.button.note"), {
      key: "N", tone: "link note", onclick: () => openNote(desk, "note") }),
    button(say("desk.button.internal"), { key: "I", tone: "link internal",
      onclick: () => openNote(desk, "internal_note") }))
  parts.ways.replaceChildren(
    button(say("desk.button.back"), { key: "K", tone: "link", onclick: () => desk.step(-1) }),
    button(say("desk.button.next"), { key: "J", tone: "link", onclick: () => desk.step(1) }),
    button(say("desk.button.help"), { key: "H", tone: "link", onclick: () => openHelp(desk) }))
  parts.undo.replaceChildren(
    button(say("desk.button.undo"), { key: "U", tone: "link", onclick: once(() => desk.undo()) }))
  parts.toggle.append(el("span", {}, say("desk.list.queue", { count: "" })))
  parts.arrived.append(el("span", {}), el("span", { className: "sp" }),
    button(say("desk.list.show"), { tone: "link go", onclick: () => desk.open(desk.filters) }))
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
  ].filter(Boolean) : [el("p", { className: "m wait" }, cases.trouble || say("desk.card.loading"))]))
  view.replies.hidden = !card?.reply_count
  view.replies.firstChild.textContent = count("desk.card.replies", card?.reply_count ?? 0)
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
  view.show.firstChild.textContent = say(isRevealed ? "desk.button.cover" : "desk.button.show")
}

/** A press counts only from the moment at which the comment has been painted. */
function awaitPaint(desk) {
  const revision = desk.current
  requestAnimationFrame(() => setTimeout(() => {
    if (desk.current !== revision) return
    desk.seen = { revision, at: performance.now() }
    desk.view.card.dataset.shown = revision
    const { author, chips } = desk.card
    const what = chips.map(([words]) => words).join(", ")
    desk.view.live.textContent = say("desk.card.next", { what, author })
  }))
}

/** Who has the case open, and for how long. */
function drawClaim(desk) {
  const { view, claims } = desk
  const is = claims.held?.revision === desk.current ? claims.held : null
  const left = is ? Math.max(0, (is.until - desk.now_ms) / 1_000) : 0
  view.claim.className = `chip ${is?.is_mine ? "a" : "o"}`
  view.claim.textContent = !is || !left ? ""
    : is.is_mine ? say("desk.claim.mine", { left: clock(left) })
      : say("desk.claim.held", { holder: is.holder, left: clock(left) })
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
  drawRemove(view.remove, chosen)
}

/** With the reason where the page is wide enough. */
function drawRemove(remove, chosen) {
  const short = say("desk.button.remove")
  const whole = () => say("desk.button.remove_for", { reason: inSentence(chosen.title) })
  remove.firstChild.replaceChildren(...(chosen
    ? [el("span", { className: "wide" }, whole()), el("span", { className: "narrow" }, short)]
    : [short]))
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
    ? [el("h2", {}, trouble), button(say("desk.button.try_again"), {
      onclick: () => desk.open(desk.filters, { query: desk.query }) })]
    : [el("h2", {}, head.nothing[0]), el("p", { className: "m" }, head.nothing[1])]))
}

function drawSaved(desk) {
  const { saved } = desk.view
  const waiting = desk.outbox.entries.length
  const { isLate, trouble } = desk.outbox
  const seconds = waiting ? Math.round((Date.now() - desk.outbox.entries[0].pressed_at) / 1_000) : 0
  saved.className = `chip ${isLate ? "r" : waiting ? "o" : "g"}`
  saved.title = isLate ? trouble : ""
  const values = { count: figure(waiting), seconds: figure(seconds), why: trouble }
  saved.textContent = !waiting ? say("desk.saved.all")
    : !isLate ? say("desk.saved.waiting", values)
      : say(trouble ? "desk.saved.late_why" : "desk.saved.late", values)
}

function drawClock(desk) {
  drawSaved(desk)
  drawClaim(desk)
  const { view, undoable } = desk
  const last = undoable.at(-1)
  view.undo.firstChild.disabled = !last
  const left = last?.until ? Math.ceil((last.until - desk.now_ms) / 1_000) : 0
  const words = !last?.words ? ""
    : left > 0 ? say("desk.done.soon", { what: last.words, seconds: left })
      : say("desk.done.now", { what: last.words })
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
