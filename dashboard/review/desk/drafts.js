// The reason and the notes for each revision until it is decided. They outlive a reload of the tab.

const MOST_DRAFTS = 100

class Drafts {
  constructor(who) {
    this.place = `review-drafts-${who}`
    this.kept = new Map(JSON.parse(sessionStorage.getItem(this.place) ?? "[]"))
  }

  of(revision) {
    return this.kept.get(revision) ?? { reason: null, note: "", internal_note: "" }
  }

  change(revision, change) {
    const draft = { ...this.of(revision), ...change }
    this.kept.delete(revision) // the newest one is the last
    if (Object.values(draft).some(Boolean)) this.kept.set(revision, draft)
    this.keep()
  }

  drop(revision) {
    if (this.kept.delete(revision)) this.keep()
  }

  keep() {
    const newest = [...this.kept].slice(-MOST_DRAFTS)
    if (newest.length) sessionStorage.setItem(this.place, JSON.stringify(newest))
    else sessionStorage.removeItem(this.place)
  }
}
