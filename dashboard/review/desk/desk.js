// The desk: what is open, what is asked of the server, and the keys.

const STAY_MS = 250
const COUNT_MS = 1_500

class Desk extends Decisions {
  constructor(root, data) {
    super()
    this.root = root
    this.data = data
    this.filters = { ...data.filters }
    this.wanted = data.revision
    this.path = location.pathname
    this.onPop = () => this.goBack()
    window.addEventListener("popstate", this.onPop)
    this.drafts = new Drafts(data.who)
    this.undoable = data.undoable
    this.message = { words: "", isError: false }
    this.seen = {}
    this.words = new Map()
    this.facts_of = new Map()
    this.replies = new Map()
    this.isRevealed = false
    this.view = drawFrame(root, this)
    this.problems = new Problems(this.view.problems)
    this.claims = new Claims({
      who: data.who, open: () => this.current, now_ms: () => this.now_ms,
      onAnswer: (revision, answer) => this.seeCloser(revision, answer),
    })
    this.cases = new Cases({
      onChange: () => this.refresh(), onGone: revision => this.passOver(revision),
      decided: () => this.outbox.decided,
    })
    this.outbox = Outbox.of(data.who, this)
    this.recall(this.outbox.entries)
    this.keys = new Keys(this.actions(), {
      isOn: () => this.areKeysOn && !root.querySelector("dialog[open]"),
    })
    this.areKeysOn = data.shortcuts
    this.ticks = setInterval(() => {
      drawClock(this)
      this.claims.keep()
    }, 1_000)
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
    return this.drafts.of(this.current)
  }

  actions() {
    const choose = number => () => this.chooseReason(this.reasons[number - 1]?.code)
    return {
      a: () => this.decide("approve"), x: () => this.decide("remove"),
      e: () => this.decide("escalate"), s: () => this.skip(), u: () => this.undo(),
      o: () => this.reopen(), j: () => this.step(1), k: () => this.step(-1),
      w: () => this.toggleWords(), m: () => this.reveal(), t: () => this.toggleReplies(),
      g: () => openGroup(this), h: () => openHelp(this),
      n: () => openNote(this, "note"), i: () => openNote(this, "internal_note"),
      ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map(n => [String(n), choose(n)])),
      "/": () => { openList(this.view, true); this.view.query.focus(); this.view.query.select() },
      Escape: (event, field) => {
        if (!field) return this.problems.dismiss()
        field.blur()
        if (field === this.view.query && this.query) this.open(this.filters)
      },
    }
  }

  get reasons() {
    return this.data.reasons
  }

  /** Lists other cases; the browser's back button brings the former list back. */
  async open(filters, { query = "", isBack = false } = {}) {
    this.filters = Object.fromEntries(Object.entries(filters).filter(([, value]) => value))
    this.query = query
    this.view.query.value = query
    const link = new URLSearchParams(query ? { ...this.filters, q: query } : this.filters)
    const address = link.size ? `?${link}` : location.pathname
    // The first list replaces the address by which the page was opened, as far as it is understood.
    const isNew = this.cases.turn > 1 && !isBack && location.search !== (link.size ? address : "")
    history[isNew ? "pushState" : "replaceState"](history.state, "", address)
    this.cases.forget()
    this.current = undefined
    this.view.arrived.hidden = true
    drawCard(this)
    const { turn } = this.cases
    this.isOpening = true
    await this.cases.load(this.filters, { query })
    if (turn !== this.cases.turn) return // another choice came after this one
    this.isOpening = false
    if (this.cases.head) this.offset_ms = this.cases.head.now - Date.now()
    // An undo meanwhile has chosen its comment.
    this.show(this.current ?? this.wanted ?? this.cases.items[0]?.revision)
    this.wanted = null // a link to a case opens it once
    await this.countFacets()
  }

  /** The counts of the filters anew, also in the open dialog. */
  async countFacets({ isQuiet = false } = {}) {
    clearTimeout(this.counting)
    const { turn } = this.cases
    const facets = await ask("facets", this.filters)
    if (turn !== this.cases.turn || facets.error) return
    this.facets = facets
    // Nothing moves under a hand that is about to press it.
    if (!isQuiet || !this.view.quick.matches(":hover, :focus-within")) drawQuick(this)
    if (this.view.filters.open) drawChoices(this)
  }

  /** Once a run of decisions is over. */
  countLater() {
    clearTimeout(this.counting)
    this.counting = setTimeout(() => this.countFacets({ isQuiet: true }), COUNT_MS)
  }

  /** The list of the address that the browser went back or forward to. */
  goBack() {
    if (location.pathname !== this.path) return // another page of the console
    const { q: query, ...filters } = Object.fromEntries(new URLSearchParams(location.search))
    this.open(filters, { query, isBack: true })
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
    if (item.has_case === false) return this.say(say("desk.message.no_case"))
    openList(this.view, false)
    this.show(item.revision)
  }

  /** What the server sent may be what the open card waits for. */
  refresh() {
    if (!this.current && !this.isOpening && this.cases.items.length) {
      return this.show(this.cases.items[0].revision)
    }
    if (!this.card || !this.seen.revision) drawCard(this)
    drawList(this)
    drawSaved(this)
  }

  /** A case whose comment was withdrawn since it was listed. */
  passOver(revision) {
    const next = this.after()
    this.cases.take(revision)
    if (this.current !== revision) return
    this.show(next)
    this.say(say("desk.message.gone"))
  }

  show(revision) {
    this.current = revision
    this.isRevealed = false
    drawCard(this)
    // After the comment was painted: the list may take longer than the comment itself.
    requestAnimationFrame(() => setTimeout(() => this.lookAhead()))
  }

  /** What the server knows about a case beside its card, or of its claim alone. */
  seeCloser(revision, { facts, exposure }) {
    if (facts) {
      this.facts_of.set(revision, facts)
      this.exposure = exposure
      drawExposure(this)
      if (this.current === revision && this.card) drawUnpressed(this.view.facts, () => drawFacts(this))
      drawShow(this)
    }
    drawClaim(this)
  }

  lookAhead() {
    clearTimeout(this.stay)
    // The facts that take the server longer, and the claim, are for whoever stays on a case.
    this.stay = setTimeout(() => this.claims.look(), STAY_MS)
    drawList(this)
    this.cases.fetchAhead(Math.max(0, this.cases.place(this.current)))
    if (this.current && !this.card && this.cases.place(this.current) < 0) this.bringBack(this.current)
    const left = this.cases.items.length - this.cases.place(this.current)
    if (this.cases.next && left < LIST_ENOUGH) this.cases.load(this.filters, { more: true, query: this.query })
  }

  step(by) {
    const at = this.cases.place(this.current) + by
    if (this.cases.items[at]) this.show(this.cases.items[at].revision)
  }

  say(words, isError = false) {
    this.message = { words, isError }
    drawMessage(this)
  }

  async toggleReplies() {
    const revision = this.current
    if (!revision || !this.card) return
    if (!this.replies.delete(revision)) {
      this.replies.set(revision, (await post("replies", { revision })).replies ?? [])
    }
    if (this.current === revision) drawCard(this, { isSame: true })
  }

  reveal() {
    if (this.view.show.hidden) return
    this.isRevealed = !this.isRevealed
    drawFacts(this)
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
    window.removeEventListener("popstate", this.onPop)
    this.keys.close()
    clearTimeout(this.stay)
    clearTimeout(this.counting)
    this.claims.close()
    this.outbox.leave(this)
    clearInterval(this.ticks)
    clearInterval(this.arrivals)
    delete this.root.desk
  }
}

export default function ({ data, parentElement }) {
  readIn(data)
  const desk = (parentElement.desk ??= new Desk(parentElement, data))
  desk.data = data
  return () => desk.close()
}
