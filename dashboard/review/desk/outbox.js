// Presses that the server has not confirmed yet. They outlive a reload of the tab, and are sent again
// until each has an outcome; the server decides a press once, however often it arrives.

const LATE_MS = 5_000
const RETRY_MS = [250, 500, 1_000, 2_000, 4_000]
const KEEPALIVE_CHARS = 60_000 // browsers let a page send 64 KB while it is being closed

class Outbox {
  constructor(who, { onOutcome, onChange }) {
    this.place = `review-presses-${who}`
    this.entries = JSON.parse(sessionStorage.getItem(this.place) ?? "[]")
    this.onOutcome = onOutcome
    this.onChange = onChange
    this.failures = 0
    this.trouble = ""
    this.isSending = false
  }

  add(press) {
    this.entries.push({ ...press, id: crypto.randomUUID(), pressed_at: Date.now() })
    this.keep()
    this.send()
    return this.entries.at(-1)
  }

  keep() {
    if (this.entries.length) sessionStorage.setItem(this.place, JSON.stringify(this.entries))
    else sessionStorage.removeItem(this.place)
    this.onChange()
  }

  get isLate() {
    return this.entries.length > 0 && Date.now() - this.entries[0].pressed_at > LATE_MS
  }

  async send() {
    if (this.isSending || !this.entries.length) return
    this.isSending = true
    clearTimeout(this.timer)
    const sent = [...this.entries]
    const answer = await post("presses", { presses: sent }, KEEPALIVE_CHARS)
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
    for (const press of sent) if (done.has(press.id)) this.onOutcome(press, done.get(press.id))
    this.send()
  }

  close() {
    clearTimeout(this.timer)
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

/** The server's answer; `error` is a sentence if there is none or it refused. */
async function post(what, body, keepalive_chars = 0) {
  const text = JSON.stringify(body)
  try {
    const response = await fetch(`/review/desk/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: text,
      keepalive: text.length < keepalive_chars,
    })
    const answer = await response.json()
    return response.ok ? answer
      : { error: answer.error ?? "The console can't answer now.", status: response.status }
  } catch {
    return { error: "The console can't be reached." }
  }
}
