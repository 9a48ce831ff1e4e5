// What opens above the desk: the comments of an author, a group to decide together, a muting.

function showDialog(dialog, title, ...children) {
  dialog.replaceChildren(el("h2", {}, title), ...children.filter(Boolean))
  if (!dialog.open) return dialog.showModal()
  dialog.querySelector("input, textarea, button")?.focus() // what had the focus is gone
}

const closeRow = (dialog, ...before) => el("div", { className: "row ends" }, ...before,
  el("span", { className: "sp" }), button(say("desk.button.close"), { onclick: () => dialog.close() }))

/** Shows what is covered in a dialog; the keys of the page are off while one is open. */
function revealButton(dialog) {
  const reveal = button(say("desk.button.show_covered"), { tone: "link", onclick: () => {
    revealIn(dialog)
    reveal.hidden = true
  } })
  reveal.draw = () => { reveal.hidden = !dialog.querySelector(".mask") }
  return reveal
}

async function openAuthor(desk, card) {
  const dialog = desk.view.sheet
  const list = el("div", { className: "sheetlist" })
  const more = button(say("desk.facts.older"), { onclick: () => load() })
  const reveal = revealButton(dialog)
  let before = null
  async function load() {
    const answer = await post("author", { revision: card.revision, before })
    if (answer.error) return list.append(line(answer.error))
    before = answer.before
    more.hidden = !before
    list.append(...answer.comments.map(each => el("div", { className: "entry s" },
      el("span", { className: "row" }, chip(each.words, each.tone),
        el("span", { className: "m" }, `${each.details} · ${age(each.created_at, desk.now_ms)}`)),
      el("p", { dir: "auto" }, drawPieces(each.pieces)))))
    reveal.draw()
  }
  more.hidden = true
  showDialog(dialog, card.author, list, closeRow(dialog, more, reveal))
  await load()
}

async function openGroup(desk) {
  const { card } = desk
  const facts = card && desk.facts_of.get(card.revision)
  if (!facts?.group || !card.actions.length) return
  const dialog = desk.view.sheet
  showDialog(dialog, facts.group.title, line(say("desk.card.loading")))
  const asked = dialog.firstChild
  const answer = await post("group", { revision: card.revision })
  if (!dialog.open || dialog.firstChild !== asked) return // closed, or something else opened since
  if (answer.error) return showDialog(dialog, facts.group.title, line(answer.error), closeRow(dialog))
  const ticked = new Map(answer.members.filter(each => each.is_same)
    .map(each => [each.revision, each.version]))
  const member = each => el("label", { className: "entry s row" },
    el("input", { type: "checkbox", checked: each.is_same, onchange: event => {
      if (event.target.checked) ticked.set(each.revision, each.version)
      else ticked.delete(each.revision)
      drawCount()
    } }),
    el("span", {}, el("span", { className: "row" },
      each.chips.map(([words, tone]) => chip(words, tone)),
      el("span", { className: "m" }, el("bdi", {}, each.author), ` · ${each.details}`)),
    el("span", { dir: "auto" }, drawPieces(each.pieces))))
  const { reason } = desk.draft
  const title = desk.reasons.find(each => each.code === reason)?.title
  const decide = action => () => {
    dialog.close()
    desk.decideGroup(action, [...ticked])
  }
  const approve = button("", { tone: "ok", onclick: decide("approve") })
  const remove = button("", { tone: "p", onclick: decide("remove") })
  const drawCount = () => {
    const many = figure(ticked.size)
    approve.firstChild.textContent = say("desk.group.approve", { count: many })
    remove.firstChild.textContent = title
      ? say("desk.group.remove_for", { count: many, reason: inSentence(title) })
      : say("desk.group.remove", { count: many })
    approve.disabled = !ticked.size
    remove.disabled = !ticked.size || !reason
  }
  drawCount()
  const reveal = revealButton(dialog)
  showDialog(dialog, answer.title, line(answer.words),
    el("div", { className: "sheetlist" }, answer.members.map(member)),
    reason ? null : line(say("desk.group.choose_reason")),
    closeRow(dialog, reveal, approve, remove))
  reveal.draw()
}

function muteReporter(desk, report) {
  const dialog = desk.view.sheet
  const field = el("textarea", { rows: 2, maxLength: 500, ariaLabel: say("desk.mute.why") })
  const trouble = el("p", { className: "error" })
  const mute = async () => {
    const answer = await post("mute", { revision: desk.current, reporter: report.reporter,
      because: field.value })
    if (answer.error) { trouble.textContent = answer.error; return }
    dialog.close()
    desk.claims.look()
  }
  showDialog(dialog, say("desk.mute.title"), line(say("desk.mute.about")), field, trouble,
    closeRow(dialog, button(say("desk.mute.button"), { tone: "p", onclick: mute })))
  field.focus()
}
