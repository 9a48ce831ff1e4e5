// Which case is taken for this person. It is kept while somebody works on it, and given back when
// they go on or leave the page; else the lease ends by itself.

const RENEW_MS = 150_000 // before a lease of five minutes ends, so that slow answers come in time
const IDLE_MS = 600_000 // a reader scrolls, moves or presses something within that
const AGAIN_MS = 5_000
const SIGNS_OF_WORK = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]

class Claims {
  /** `open` is the revision on screen; `onAnswer` hears what the server says about it. */
  constructor({ who, open, now_ms, onAnswer }) {
    Object.assign(this, { who, open, now_ms, onAnswer, held: null, asked: null })
    this.worked_at = Date.now()
    this.listeners = [
      ...SIGNS_OF_WORK.map(name => [window, name, () => { this.worked_at = Date.now() }]),
      [window, "pagehide", () => this.leave()],
      // A page that the browser kept while another one was shown.
      [window, "pageshow", event => event.persisted && this.look()],
      [document, "visibilitychange", () => this.keep()],
    ]
    for (const [on, name, listener] of this.listeners) {
      on.addEventListener(name, listener, { capture: true, passive: true })
    }
  }

  get isAtWork() {
    return document.visibilityState === "visible" && Date.now() - this.worked_at < IDLE_MS
  }

  /** Takes the open case and asks for its facts. One question at a time, or an answer that comes
   * late would take a case that was given back since. */
  look() {
    return this.ask("open")
  }

  async ask(what) {
    this.wanted = what
    if (this.asked) return
    while (this.wanted) {
      const wanted = this.wanted
      this.wanted = null
      await this.askOnce(wanted, this.open())
    }
  }

  async askOnce(what, revision) {
    const former = this.held?.revision === revision ? null : this.held
    const before = former?.revision ?? null
    if (before) this.held = null
    if (!revision) {
      if (before) await this.release(before)
      return
    }
    this.asked = revision
    const answer = await post(what, { revision, release: before }, { who: this.who })
    this.asked = null
    if (answer.error) {
      const isRefused = answer.status >= 400 && answer.status < 500
      clearTimeout(this.again)
      if (!isRefused) {
        this.held ??= former // given back with the next answer
        this.again = setTimeout(() => this.look(), AGAIN_MS)
      } else if (before) await this.release(before)
      return
    }
    this.held = answer.claim && { ...answer.claim, revision }
    this.onAnswer(revision, answer)
  }

  /** Renews the claim of whoever is at work; looks again once somebody else's has run out. */
  keep() {
    const { held } = this
    if (!held || held.revision !== this.open() || !this.isAtWork || this.asked) return
    const left_ms = held.until - this.now_ms()
    if (left_ms <= (held.is_mine ? RENEW_MS : 0)) this.ask("claim")
  }

  /** After an undo the server has no claim on the case any more. */
  forget(revision) {
    if (this.held?.revision === revision) this.held = null
  }

  release(revision) {
    const options = { who: this.who, keepalive_chars: KEEPALIVE_CHARS }
    return post("release", { revision }, options)
  }

  /** The page is being left: also what was asked for and not answered yet. */
  leave() {
    for (const revision of new Set([this.held?.revision, this.asked])) {
      if (revision) this.release(revision)
    }
    this.held = null
  }

  close() {
    this.wanted = null
    clearTimeout(this.again)
    this.leave()
    for (const [on, name, listener] of this.listeners) on.removeEventListener(name, listener, true)
  }
}
