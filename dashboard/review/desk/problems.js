// What went wrong stays until somebody has read it: each is announced once, the newest last.

const MOST_PROBLEMS = 3

class Problems {
  constructor(place) {
    this.place = place
    this.hidden = 0
  }

  /** `about`: which press it was, since another comment is on screen by now. */
  add(words, about = "") {
    const close = button(say("desk.problem.dismiss"), { tone: "link",
      ariaLabel: say("desk.problem.dismiss_this", { what: words }), onclick: () => this.dismiss(item) })
    const item = el("div", { className: "problem", role: "alert" },
      el("div", {}, about ? el("b", { className: "s" }, about) : null, el("p", {}, words)), close)
    this.place.append(item)
    while (this.items.length > MOST_PROBLEMS) {
      this.items[0].remove()
      this.hidden += 1
    }
    this.drawHidden()
  }

  get items() {
    return [...this.place.querySelectorAll(".problem")]
  }

  /** That one or, without one, the newest; says whether there was any. */
  dismiss(item = this.items.at(-1)) {
    if (!item) return false
    const hasFocus = item.contains(item.getRootNode().activeElement)
    item.remove()
    if (!this.items.length) this.hidden = 0
    this.drawHidden()
    if (hasFocus) this.items.at(-1)?.querySelector("button").focus()
    return true
  }

  drawHidden() {
    this.place.querySelector(".earlier")?.remove()
    if (!this.hidden) return
    const words = say("desk.problem.earlier", { count: figure(this.hidden) })
    this.place.prepend(el("p", { className: "earlier m s" }, words))
  }
}
