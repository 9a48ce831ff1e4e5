// The cases that wait, in this reviewer's order, and the cards that were fetched ahead.

const AHEAD = 24 // cards kept ready: half a minute of fast work, however slow the server is
const LIST_ENOUGH = 30
const CARDS_AGAIN_MS = 2_000

class Cases {
  constructor({ onChange, onGone, decided }) {
    this.onChange = onChange
    this.onGone = onGone
    this.decided = decided
    this.forget()
  }

  forget() {
    clearTimeout(this.timer)
    this.isLoading = false
    this.items = []
    this.head = null
    this.cards = new Map()
    this.gone = new Set() // decided or closed, so that a late answer does not list them again
    this.next = null
    this.total = null
    this.trouble = ""
    this.turn = (this.turn ?? 0) + 1
    this.asked = new Set()
  }

  /** The cases for these filters, or what a search found; `more`: those after the last one. */
  async load(filters, { more = false, query = "" } = {}) {
    if (this.isLoading && more) return
    this.isLoading = true
    const turn = this.turn
    const decided = query || filters.status === "closed" ? new Set() : this.decided()
    const after = more ? this.next : null
    const answer = query ? await ask("search", { query, after })
      : await ask("queue", { ...filters, after })
    if (turn !== this.turn) return
    this.isLoading = false
    this.trouble = answer.error ?? ""
    if (!answer.error) {
      const known = new Set(this.items.map(item => item.revision))
      const found = answer.items.filter(
        item => ![known, this.gone, decided].some(each => each.has(item.revision)))
      this.items.push(...found)
      Object.assign(this, { next: answer.next, total: answer.total, head: answer })
    }
    this.onChange()
  }

  /** Fetches the cards of the next cases after that place in the list. */
  async fetchAhead(from) {
    const wanted = this.items.slice(from, from + AHEAD)
      .map(item => item.revision)
      .filter(revision => !this.cards.has(revision) && !this.asked.has(revision))
    if (!wanted.length) return
    const turn = this.turn
    // The one on screen alone and first: the others may take longer.
    const batches = from < this.items.length && wanted[0] === this.items[from].revision
      ? [wanted.slice(0, 1), wanted.slice(1)] : [wanted]
    for (const batch of batches.filter(each => each.length)) {
      for (const revision of batch) this.asked.add(revision)
      const answer = await ask("cards", { revisions: batch })
      for (const revision of batch) this.asked.delete(revision)
      if (turn !== this.turn) return
      this.trouble = answer.error ?? ""
      if (answer.error) {
        clearTimeout(this.timer)
        this.timer = setTimeout(() => this.fetchAhead(from), CARDS_AGAIN_MS)
        return this.onChange()
      }
      for (const card of answer.cards) this.cards.set(card.revision, card)
      for (const revision of batch) if (!this.cards.has(revision)) this.onGone(revision)
      this.onChange()
    }
  }

  /** How many wait; null for what a search found. The server's number may contain presses that it
   * had not saved, so the whole list is counted here. */
  get count() {
    return this.total === null || this.next ? this.total : this.items.length
  }

  take(revision) {
    const at = this.items.findIndex(item => item.revision === revision)
    const [item] = at < 0 ? [null] : this.items.splice(at, 1)
    this.gone.add(revision)
    if (this.total !== null && item) this.total -= 1
    return { item, at }
  }

  putBack(item, at) {
    if (!item || this.items.some(each => each.revision === item.revision)) return
    this.gone.delete(item.revision)
    this.items.splice(Math.max(0, Math.min(at, this.items.length)), 0, item)
    if (this.total !== null) this.total += 1
  }

  putLast(revision) {
    const { item } = this.take(revision)
    if (item) this.putBack(item, this.items.length)
  }

  place(revision) {
    return this.items.findIndex(item => item.revision === revision)
  }
}
