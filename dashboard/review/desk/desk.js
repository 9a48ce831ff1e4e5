// The desk: one comment at a time, decided here at once and saved behind it.

const DONE = { approve: "Approved", remove: "Removed", escalate: "Escalated" }
const QUOTE_CHARS = 32

class Desk {
  constructor(root, data) {
    this.root = root
    this.data = data
    this.filters = { ...data.filters }
    this.drafts = new Map()
    this.undoable = data.undoable.map(([revision, version]) => ({ revision, version }))
    this.message = { words: "", isError: false }
    this.seen = {}
    this.words = new Map()
    this.isRevealed = false
    this.view = drawFrame(root, this)
    this.cases = new Cases({ onChange: () => this.refresh() })
    this.outbox = new Outbox(data.who, {
      onOutcome: (press, outcome) => this.hear(press, outcome),
      onChange: () => drawSaved(this),
    })
    this.keys = new Keys(this.actions(), { isOn: () => this.areKeysOn })
    this.areKeysOn = data.shortcuts
    this.ticks = setInterval(() => drawClock(this), 1_000)
    this.guard = event => this.outbox.entries.length && event.preventDefault()
    window.addEventListener("beforeunload", this.guard)
    this.online = () => this.outbox.send()
    window.addEventListener("online", this.online)
    this.outbox.send()
    this.arrivals = setInterval(() => announceArrivals(this), ARRIVALS_MS)
    this.open(this.filters, { query: data.query })
  }

  get now_ms() {
    return Date.now() + (this.offset_ms ?? 0)
  }

  get card() {
    return this.cases.cards.get(this.current)
  }

  get draft() {
    if (!this.drafts.has(this.current)) {
      this.drafts.set(this.current, { reason: null, note: "", internal_note: "" })
    }
    return this.drafts.get(this.current)
  }

  actions() {
    const choose = number => () => this.chooseReason(this.reasons[number - 1]?.code)
    return {
      a: () => this.decide("approve"), x: () => this.decide("remove"),
      e: () => this.decide("escalate"), s: () => this.skip(), u: () => this.undo(),
      o: () => this.reopen(), j: () => this.step(1), k: () => this.step(-1),
      w: () => this.toggleWords(), m: () => this.reveal(), h: () => openHelp(this),
      n: () => openNote(this, "note"), i: () => openNote(this, "internal_note"),
      ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map(n => [String(n), choose(n)])),
      "/": () => this.view.query.focus(),
      Escape: (event, field) => {
        field?.blur()
        if (field === this.view.query && this.query) this.open(this.filters)
      },
    }
  }

  get reasons() {
    return this.cases.head?.reasons ?? []
  }

  async open(filters, { query = "" } = {}) {
    this.filters = Object.fromEntries(Object.entries(filters).filter(([, value]) => value))
    this.query = query
    this.view.query.value = query
    const link = new URLSearchParams(query ? { ...this.filters, q: query } : this.filters)
    history.replaceState(history.state, "", link.size ? `?${link}` : location.pathname)
    this.cases.forget()
    this.current = undefined
    this.view.arrived.hidden = true
    drawCard(this)
    await this.cases.load(this.filters, { query })
    if (this.cases.head) this.offset_ms = this.cases.head.now - Date.now()
    const wanted = this.data.revision
    this.show(this.cases.place(wanted) >= 0 ? wanted : this.cases.items[0]?.revision)
    this.facets = await ask("facets", this.filters)
    drawQuick(this)
  }

  filter(name, value) {
    this.open({ ...this.filters, [name]: value })
  }

  search(query) {
    this.view.query.blur()
    this.open(this.filters, { query })
  }

  /** A text that a search found may have no case: then there is nothing to decide. */
  openItem(item) {
    if (item.has_case === false) return this.say("No person has to decide on this text.")
    this.show(item.revision)
  }

  /** What the server sent may be what the open card waits for. */
  refresh() {
    if (this.current && !this.seen.revision && this.card) drawCard(this)
    drawList(this)
    drawSaved(this)
  }

  show(revision) {
    this.current = revision
    this.isRevealed = false
    drawCard(this)
    requestAnimationFrame(() => this.lookAhead())
  }

  lookAhead() {
    drawList(this)
    this.cases.fetchAhead(Math.max(0, this.cases.place(this.current)))
    const left = this.cases.items.length - this.cases.place(this.current)
    if (this.cases.next && left < LIST_ENOUGH) this.cases.load(this.filters, { more: true, query: this.query })
  }

  step(by) {
    const at = this.cases.place(this.current) + by
    if (this.cases.items[at]) this.show(this.cases.items[at].revision)
  }

  /** Whether the open comment was on screen for long enough to be decided on. */
  isSeen() {
    const { revision, at } = this.seen
    return revision !== undefined && revision === this.current
      && performance.now() - at >= this.data.shown_ms
  }

  say(words, isError = false) {
    this.message = { words, isError }
    drawMessage(this)
  }

  decide(action) {
    const { card, draft } = this
    if (!this.isSeen() || !card.actions.includes(action)) return
    if (action === "remove" && !draft.reason) {
      return this.say("Choose a reason first: press its number, then X.", true)
    }
    const press = this.outbox.add({
      do: action, revision: card.revision, version: card.version,
      reason: action === "remove" ? draft.reason : null,
      note: draft.note, internal_note: draft.internal_note,
    })
    const next = this.after()
    const { item, at } = this.cases.take(card.revision)
    const quote = card.text.slice(0, QUOTE_CHARS)
    this.undoable.push({
      revision: card.revision, version: card.version + 1, item, at, id: press.id,
      words: `${DONE[action]} “${quote}${card.text.length > QUOTE_CHARS ? "…" : ""}”`,
      until: this.now_ms + this.data.grace_ms,
    })
    this.drafts.delete(card.revision)
    this.show(next)
    this.say("")
  }

  /** The case after the open one in the list, or the first one. */
  after() {
    const at = this.cases.place(this.current)
    const rest = this.cases.items
    return (rest[at + 1] ?? rest.find(item => item.revision !== this.current))?.revision
  }

  skip() {
    if (!this.isSeen() || this.cases.items.length < 2) return
    this.outbox.add({ do: "skip", revision: this.current })
    const next = this.after()
    this.cases.putLast(this.current)
    this.show(next)
    this.say("Skipped: it comes back at the end of your list.")
  }

  undo() {
    const last = this.undoable.pop()
    if (!last) return
    this.outbox.add({ do: "undo", revision: last.revision, version: last.version })
    const card = this.cases.cards.get(last.revision)
    if (card) card.version = last.version + 1
    const item = last.item ?? card?.item
    if (item) {
      this.cases.putBack(item, last.at ?? 0)
      this.show(last.revision)
    }
    this.say("Undone: the case is open again.")
  }

  reopen() {
    const { card } = this
    if (!this.isSeen() || !card.can_reopen) return
    this.outbox.add({ do: "reopen", revision: card.revision, version: card.version })
    const next = this.after()
    this.cases.take(card.revision)
    this.show(next)
    this.say("Reopened: the comment is on hold and waits in the queue.")
  }

  /** What the server made of a press. */
  hear(press, outcome) {
    const undoable = this.undoable.find(each => each.id === press.id)
    if (outcome.is_done) {
      if (undoable) Object.assign(undoable, { until: outcome.effective_at, reference: outcome.reference })
      if (press.do === "undo") this.bringBack(press.revision)
      return drawClock(this)
    }
    this.undoable = this.undoable.filter(each => each.id !== press.id)
    if (outcome.can_retry && undoable?.item) this.cases.putBack(undoable.item, undoable.at)
    this.cases.cards.delete(press.revision)
    this.say(outcome.words, true)
    this.refresh()
  }

  /** After an undo the card is read anew, since its decisions have changed. */
  async bringBack(revision) {
    const answer = await post("cards", { revisions: [revision] })
    for (const card of answer.cards ?? []) {
      this.cases.cards.set(revision, card)
      this.cases.putBack(card.item, 0)
      if (this.current === revision) drawCard(this, { isSame: true })
      else if (!this.current) this.show(revision)
    }
    this.refresh()
  }

  chooseReason(code) {
    if (!code || !this.card?.actions.includes("remove")) return
    this.draft.reason = this.draft.reason === code ? null : code
    this.say("")
    drawDock(this)
  }

  reveal() {
    this.isRevealed = !this.isRevealed
    drawCard(this, { isSame: true })
  }

  async toggleWords() {
    const revision = this.current
    if (!revision || !this.card) return
    if (this.words.delete(revision)) return drawCard(this, { isSame: true })
    this.words.set(revision, { isAsked: true })
    drawCard(this, { isSame: true })
    const answer = await post("words", { revision })
    if (!this.words.has(revision)) return
    this.words.set(revision, answer)
    if (this.current === revision) drawCard(this, { isSame: true })
  }

  close() {
    this.keys.close()
    this.outbox.close()
    clearInterval(this.ticks)
    clearInterval(this.arrivals)
    window.removeEventListener("beforeunload", this.guard)
    window.removeEventListener("online", this.online)
    delete this.root.desk
  }
}

export default function ({ data, parentElement }) {
  const desk = (parentElement.desk ??= new Desk(parentElement, data))
  desk.data = data
  return () => desk.close()
}
