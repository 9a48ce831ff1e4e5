// Presses that the server has not confirmed yet. They outlive a reload of the tab, and are sent again
// until each has an outcome; the server decides a press once, however often it arrives.

const LATE_MS = 5_000
const RETRY_MS = [250, 500, 1_000, 2_000, 4_000]
const MOST_SENT = 100 // in one request
const KEEPALIVE_CHARS = 60_000 // browsers let a page send 64 KB while it is being closed
// A connection may be lost without a sign: then nothing would be asked or sent any more.
const ANSWER_MS = 20_000

const DECIDES = new Set(["approve", "remove", "escalate", "group", "reopen"])

class Outbox {
  /** The one of this browser tab: it goes on sending while another page of the console is shown. */
  static of(who, owner) {
    const known = (window.reviewOutboxes ??= new Map())
    if (!known.has(who)) known.set(who, new Outbox(who))
    return Object.assign(known.get(who), { owner })
  }

  constructor(who) {
    this.who = who
    this.place = `review-presses-${who}`
    this.entries = JSON.parse(sessionStorage.getItem(this.place) ?? "[]")
    this.failures = 0
    this.trouble = ""
    this.isSending = false
    window.addEventListener("beforeunload", event => this.entries.length && event.preventDefault())
    window.addEventListener("online", () => this.send())
  }

  onChange() {
    if (this.owner) drawSaved(this.owner)
  }

  add(press) {
    this.entries.push({ ...press, id: newId(), pressed_at: Date.now() })
    this.keep()
    this.send()
    return this.entries.at(-1)
  }

  keep() {
    if (this.entries.length) sessionStorage.setItem(this.place, JSON.stringify(this.entries))
    else sessionStorage.removeItem(this.place)
    this.onChange()
  }

  /** The cases that a waiting press decides: the server may still list them as open. */
  get decided() {
    const decided = new Set()
    for (const press of this.entries) {
      const revisions = press.members?.map(([revision]) => revision) ?? [press.revision]
      for (const revision of revisions) {
        if (press.do === "undo") decided.delete(revision)
        else if (DECIDES.has(press.do)) decided.add(revision)
      }
    }
    return decided
  }

  get isLate() {
    return this.entries.length > 0 && Date.now() - this.entries[0].pressed_at > LATE_MS
  }

  async send() {
    if (this.isSending || !this.entries.length) return
    this.isSending = true
    clearTimeout(this.timer)
    const sent = this.entries.slice(0, MOST_SENT)
    const answer = await post("presses", { presses: sent }, { who: this.who, keepalive_chars: KEEPALIVE_CHARS })
    this.isSending = false
    this.trouble = answer.error ?? ""
    this.failures = answer.error ? this.failures + 1 : 0
    if (answer.error) {
      const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1]
      this.timer = setTimeout(() => this.send(), wait)
      return this.onChange()
    }
    const done = new Map(answer.outcomes.map(outcome => [outcome.id, outcome]))
    this.entries = this.entries.filter(entry => !done.has(entry.id))
    this.keep()
    for (const press of sent) if (done.has(press.id)) this.owner?.hear(press, done.get(press.id))
    this.send()
  }

  leave(owner) {
    if (this.owner === owner) this.owner = null
  }
}

const SIGN_IN_MS = [100, 200, 400, 800]

/** As `post`, but patient: right after a sign-in the browser may not have its cookie yet. */
async function ask(what, body) {
  let answer = await post(what, body)
  for (const wait of SIGN_IN_MS) {
    if (answer.status !== 403) return answer
    await new Promise(resolve => setTimeout(resolve, wait))
    answer = await post(what, body)
  }
  return answer
}

/** As `crypto.randomUUID`, which browsers leave out where a page comes over plain http. */
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)),
  byte => byte.toString(16).padStart(2, "0")).join("")

/** The server's answer; `error` is a sentence if there is none or it refused. */
async function post(what, body, { who, keepalive_chars = 0 } = {}) {
  const text = JSON.stringify(body)
  try {
    const response = await fetch(`/review/desk/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(who ? { "x-person": who } : {}) },
      body: text,
      keepalive: text.length < keepalive_chars,
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const answer = await response.json()
    return response.ok ? answer
      : { error: answer.error ?? say("desk.problem.no_answer"), status: response.status }
  } catch {
    return { error: say("desk.problem.unreachable") }
  }
}
