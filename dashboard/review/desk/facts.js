// Beside the comment: why it is here, who wrote it, what was decided before.

const percent = share => `${(share * 100).toFixed(1)}%`

function panel(title, aside, ...children) {
  return el("section", { className: "card panel", "aria-label": title },
    el("div", { className: "row" }, el("h2", {}, title), el("span", { className: "sp" }),
      aside ? el("span", { className: "s m" }, aside) : null),
    ...children)
}

function scoreRow(row) {
  const ticks = [row.hold, row.remove].filter(edge => edge !== null)
  const bar = el("span", { className: "bar", ariaHidden: "true" },
    el("i", { className: row.tone, style: `width: ${percent(row.score)}` }),
    ticks.map(edge => el("u", { style: `left: ${percent(Math.min(edge, 0.99))}` })))
  return [
    el("span", { className: row.tone ? "" : "m" }, row.label), bar,
    el("span", { className: `num ${row.tone ? "" : "m"}`, title: row.distance }, row.figure),
  ]
}

function drawWhy(card) {
  const { sentences, rows, foot, policy } = card.why
  return panel("Why it is here", policy,
    sentences.map(sentence => el("p", { className: "s m" }, sentence)),
    rows.length ? el("div", { className: "grid s" }, rows.map(scoreRow)) : null,
    foot.map(sentence => el("p", { className: "s m" }, sentence)))
}

function drawAuthor(card) {
  const record = card.record
  if (!record) {
    return panel("Author", "", el("p", { className: "s m" },
      "Unnamed: whose comments these are is not known, so there is no record."))
  }
  return panel(card.author, plural(record.comments, "comment"),
    el("p", { className: "s m" }, record.words))
}

const drawHistory = card => panel("Decisions so far", "",
  card.history.map(line => el("p", { className: "s m" }, line)))

const drawFacts = card => [drawWhy(card), drawAuthor(card), drawHistory(card)]
