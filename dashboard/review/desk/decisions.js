// What a moderator decides: at once on the page, then by the outbox in the state.

const DONE = {
  approve: "desk.done.approve", remove: "desk.done.remove", escalate: "desk.done.escalate",
  reopen: "desk.done.reopen",
}
const DONE_TOGETHER = { approve: "desk.done.approve_group", remove: "desk.done.remove_group" }
const QUOTE_CHARS = 32

class Decisions {
  /** Whether the open comment was on screen for long enough to be decided on. */
  isSeen() {
    const { revision, at } = this.seen
    return revision !== undefined && revision === this.current
      && performance.now() - at >= this.data.shown_ms
  }

  decide(action) {
    const { card, draft } = this
    if (!this.isSeen() || !card?.actions.includes(action)) return
    if (action === "remove" && !draft.reason) {
      return this.say(say("desk.message.choose_reason"), true)
    }
    this.drafts.drop(card.revision)
    const press = this.outbox.add({
      do: action, revision: card.revision, version: card.version,
      reason: action === "remove" ? draft.reason : null,
      note: draft.note, internal_note: draft.internal_note,
    })
    const next = this.after()
    const taken = [this.cases.take(card.revision)]
    this.rememberForUndo(press, card, taken)
    this.show(next)
    this.say("")
  }

  rememberForUndo(press, card, taken) {
    const seen = card.pieces.map(([text, , isCovered]) => isCovered ? blocks(text) : text).join("")
    const text = `${seen.slice(0, QUOTE_CHARS)}${seen.length > QUOTE_CHARS ? "…" : ""}`
    this.undoable.push({
      revision: card.revision, version: card.version + 1, taken, id: press.id, reference: card.reference,
      words: say(DONE[press.do], { text }),
      until: press.do === "reopen" ? null : this.now_ms + this.data.grace_ms,
    })
  }

  /** The case after the open one in the list, or the first one. */
  after(decided = new Set([this.current])) {
    const { items } = this.cases
    const at = this.cases.place(this.current)
    // Those that somebody else has open come last.
    const others = [...items.slice(at + 1), ...items.slice(0, Math.max(at, 0))]
      .filter(item => !decided.has(item.revision))
    return (others.find(item => !item.is_held) ?? others[0])?.revision
  }

  skip() {
    if (!this.isSeen() || !this.card?.actions.length) return
    if (this.cases.items.length < 2) return this.say(say("desk.message.only_one"))
    this.outbox.add({ do: "skip", revision: this.current })
    const next = this.after()
    this.cases.putLast(this.current)
    this.show(next)
    this.say(say("desk.message.skipped"))
  }

  undo() {
    const last = this.undoable.pop()
    if (!last) return this.say(say("desk.message.nothing_to_undo"))
    if (last.members) {
      const { id, group_id, members } = last
      this.outbox.add({ do: "undo_group", group: id, group_id, revision: members[0][0] })
      return this.say(say("desk.message.group_undone"))
    }
    this.outbox.add({ do: "undo", revision: last.revision, version: last.version })
    this.claims.forget(last.revision)
    this.cases.gone.delete(last.revision)
    const card = this.cases.cards.get(last.revision)
    if (card) card.version = last.version + 1
    const { item, at } = last.taken?.[0] ?? {}
    if (item || card?.status !== "closed") this.cases.putBack(item ?? (card && itemOf(card)), at ?? 0)
    this.show(last.revision) // read anew where it is not known any more
    this.say(say("desk.message.undone"))
  }

  reopen() {
    const { card } = this
    if (!this.isSeen() || !card?.can_reopen) return
    const press = this.outbox.add({ do: "reopen", revision: card.revision, version: card.version })
    const next = this.after()
    this.rememberForUndo(press, card, [this.cases.take(card.revision)])
    this.show(next)
    this.say(say("desk.message.reopened"))
  }

  /** What `U` takes back after a reload: presses that still wait to be saved come last. */
  recall(presses) {
    const without = isSame => this.undoable.filter(each => !isSame(each))
    const decided = (revision, version) => each => each.revision === revision && each.version === version
    for (const { do: kind, id, revision, version, members, group, group_id } of presses) {
      if (kind === "undo") this.undoable = without(decided(revision, version))
      else if (kind === "undo_group") {
        this.undoable = without(each => each.members && (each.id ?? each.group_id) === (group ?? group_id))
      } else if (members) {
        // The server may have saved it before its answer was lost.
        const isSame = each => String(each.members?.at(-1)) === String(members.at(-1))
        this.undoable = [...without(isSame), { id, members }]
      } else if (kind in DONE) {
        this.undoable = [...without(decided(revision, version + 1)), { id, revision, version: version + 1 }]
      }
    }
  }

  /** What the server made of a press. */
  hear(press, outcome) {
    const undoable = this.undoable.find(each => each.id === press.id)
    this.countLater()
    if (outcome.is_done) {
      if (undoable) undoable.until = outcome.effective_at
      if (press.do === "undo") this.bringBack(press.revision)
      if (press.do === "undo_group") this.open(this.filters, { query: this.query })
      if (outcome.words) this.problems.add(outcome.words)
      return drawClock(this)
    }
    this.undoable = this.undoable.filter(each => each.id !== press.id)
    const isOpen = this.current === press.revision
    const next = this.after()
    if (outcome.can_retry) {
      for (const { item, at } of undoable?.taken ?? []) {
        this.cases.putBack(item && { ...item, is_held: item.is_held || outcome.is_held }, at)
      }
      this.redraft(press)
    } else this.cases.take(press.revision)
    this.cases.cards.delete(press.revision)
    if (isOpen) this.show(this.cases.place(press.revision) >= 0 ? press.revision : next)
    const about = undoable?.words ? say("desk.problem.not_saved", { what: undoable.words }) : ""
    this.problems.add(outcome.words, about)
    this.refresh()
  }

  /** What was written for a press that was refused is there for the next one. */
  redraft({ revision, reason, note, internal_note }) {
    if (note || internal_note) this.drafts.change(revision, { reason, note, internal_note })
  }

  /** After an undo the card is read anew, since its decisions have changed. */
  async bringBack(revision) {
    const answer = await post("cards", { revisions: [revision] })
    if (this.cases.gone.has(revision)) return // decided again meanwhile
    for (const card of answer.cards ?? []) {
      this.cases.cards.set(revision, card)
      if (card.status !== "closed") this.cases.putBack(itemOf(card), 0)
      if (this.current !== revision) continue
      drawUnpressed(this.view.facts, () => drawFacts(this))
      drawCard(this, { isSame: true })
    }
    this.refresh()
  }

  /** Decides the ticked comments of a group, the open one among them or not. */
  decideGroup(action, members) {
    const { draft } = this
    for (const [revision] of members) this.drafts.drop(revision)
    const press = this.outbox.add({
      do: "group", action, members, revision: members[0][0],
      reason: action === "remove" ? draft.reason : null,
      note: draft.note, internal_note: draft.internal_note,
    })
    const next = this.after(new Set(members.map(([revision]) => revision)))
    const taken = members.map(([revision]) => this.cases.take(revision)).reverse()
    const words = count(DONE_TOGETHER[action], members.length)
    this.undoable.push({ id: press.id, members, taken, words,
      until: this.now_ms + this.data.grace_ms })
    this.show(this.cases.place(this.current) >= 0 ? this.current : next)
    this.say("")
  }

  chooseReason(code) {
    if (!code || !this.card?.actions.includes("remove")) return
    this.drafts.change(this.current, { reason: this.draft.reason === code ? null : code })
    this.say("")
    drawDock(this)
  }
}
