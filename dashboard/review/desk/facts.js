// Beside the comment: why it is here, who reported it, who wrote it, what was decided before.

const percent = share => `${(share * 100).toFixed(1)}%`

function panel(title, aside, ...children) {
  return el("section", { className: "card panel", "aria-label": title },
    el("div", { className: "row" }, el("h2", {}, el("bdi", {}, title)),
      el("span", { className: "sp" }),
      aside ? el("span", { className: "s m" }, aside) : null),
    ...children)
}

const line = words => el("p", { className: "s m" }, words)

function scoreRow(row) {
  const ticks = [row.hold, row.remove].filter(edge => edge !== null)
  const bar = el("span", { className: "bar", ariaHidden: "true" },
    el("i", { className: row.tone, style: `width: ${percent(row.score)}` }),
    ticks.map(edge => el("u", { style: `left: ${percent(Math.min(edge, 0.99))}` })))
  return [
    el("span", { className: row.tone ? "" : "m" }, row.label), bar,
    el("span", { className: `num ${row.tone ? "" : "m"}` }, row.figure),
  ]
}

function drawWhy(card) {
  const { sentences, rows, foot, policy } = card.why
  return panel(say("desk.facts.why"), policy, sentences.map(line),
    rows.length ? el("div", { className: "grid s" }, rows.map(scoreRow)) : null,
    rows.length ? el("details", { className: "s m" }, el("summary", {}, say("desk.facts.distances")),
      rows.map(row => line(say("desk.facts.distance", row)))) : null,
    foot.map(line))
}

function drawReports(facts, desk) {
  if (!facts.reports.length) return null
  const reporter = each => {
    const name = el("bdi", {}, each.reporter)
    return each.is_trusted ? sayAround("desk.facts.trusted", { reporter: name }) : name
  }
  const report = each => el("div", { className: "entry s" },
    el("span", { className: "row" }, chip(each.reason, each.is_muted ? "" : "o"),
      el("span", { className: "m" }, reporter(each)),
      el("span", { className: "sp" }),
      facts.can_mute && !each.is_muted
        ? button(say("desk.mute.button"), { tone: "link", onclick: () => muteReporter(desk, each) }) : null),
    each.pieces.length ? el("p", { dir: "auto" }, drawPieces(each.pieces, desk.isRevealed)) : null,
    each.is_muted ? line(say("desk.facts.muted")) : null)
  return panel(count("desk.facts.reports", facts.reports.length), "", facts.reports.map(report))
}

function drawAuthor(card, facts, desk) {
  const { record } = card
  if (!record) {
    return panel(say("desk.facts.author"), "", line(say("desk.facts.unnamed")))
  }
  const strip = facts?.strip ?? []
  return panel(card.author, count("desk.facts.comments", record.comments),
    strip.length ? el("div", { className: "strip", role: "img", ariaLabel: facts.strip_words },
      strip.map(([tone, words]) => el("i", { className: tone, title: words }))) : null,
    line(record.words),
    button(say("desk.facts.all_comments"), { tone: "link", onclick: () => openAuthor(desk, card) }))
}

function drawPrecedents(facts, desk) {
  if (!facts.precedents.length) return null
  return panel(say("desk.facts.precedents"), facts.precedents_words,
    facts.precedents.map(each => el("div", { className: "row s precedent" },
      chip(each.words, each.tone),
      el("span", { className: "m line", dir: "auto", title: each.title },
        drawPieces(each.pieces, desk.isRevealed)))))
}

function drawGroup(facts, desk) {
  if (!facts.group) return null
  return panel(facts.group.title, "",
    button(facts.group.words, { key: "G", tone: "link", onclick: () => openGroup(desk) }))
}

const drawHistory = card =>
  card.history.length ? panel(say("desk.facts.history"), "", card.history.map(line)) : null

function drawFacts(desk) {
  const { card, view } = desk
  const facts = desk.facts_of.get(card?.revision)
  const draw = view.facts.dataset.of === card?.revision ? refill : fill
  view.facts.dataset.of = card?.revision ?? ""
  draw(view.facts, ...(card ? [
    drawWhy(card),
    facts ? drawGroup(facts, desk) : null,
    facts ? drawReports(facts, desk) : null,
    drawAuthor(card, facts, desk),
    facts ? drawPrecedents(facts, desk) : null,
    drawHistory(card),
  ].filter(Boolean) : []))
}
