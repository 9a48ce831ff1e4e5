// The comment under review in its thread.

const ROLE_OF_MARK = ["", "s1", "s2", "s3"]

function drawHead(card, now_ms) {
  return [
    card.chips.map(([words, tone]) => chip(words, tone)),
    el("span", { className: "who" },
      el("b", {}, el("bdi", {}, card.author)),
      el("span", { className: "m" },
        ` ${say("desk.card.where", { where: card.where })} · `,
        `${age(card.created_at, now_ms)}${card.details}`)),
  ].flat()
}

const EXCERPT_CHARS = 160

const blocks = text => "\u2588".repeat(Math.min(text.length, MOST_BLOCKS))

/** A covered word; `revealIn` puts it back. */
function covering(text) {
  const node = el("span", { className: "mask", title: say("desk.card.covered_title") },
    el("span", { className: "sr" }, say("desk.card.covered")), blocks(text))
  node.words = text
  return node
}

/** Text in pieces of [text, isCovered]. */
const drawPieces = (pieces, isRevealed = false) =>
  pieces.map(([text, isCovered]) => isCovered && !isRevealed ? covering(text) : text)

function revealIn(node) {
  for (const mask of node.querySelectorAll(".mask")) mask.replaceWith(mask.words)
}

/** The card's line in the list. */
function itemOf(card) {
  let left = EXCERPT_CHARS
  const excerpt = []
  for (const [text, , isCovered] of card.pieces) {
    if (left > 0) excerpt.push([text.slice(0, left), isCovered ? "mask" : ""])
    left -= text.length
  }
  return { revision: card.revision, chips: card.chips, excerpt, at: card.opened_at, is_held: false }
}

/** The text with what covers or marks its words. `pieces` are [text, strength, isCovered]. */
function drawText(pieces) {
  return el("p", { className: "say", dir: "auto" }, pieces.map(([text, strength, isCovered]) => {
    if (isCovered) return covering(text)
    return strength ? el("mark", { className: ROLE_OF_MARK[strength] }, text) : text
  }))
}

const whenBy = ({ author, created_at }, now_ms) =>
  ({ author: el("bdi", {}, author), age: age(created_at, now_ms) })

function drawThread(card, { now_ms, isRevealed }) {
  return card.thread.map(entry => el("div", { className: "th" },
    el("span", { className: "s" }, entry.is_title ? say("desk.card.thread")
      : sayAround("desk.card.wrote", whenBy(entry, now_ms))),
    el("p", { dir: "auto" }, drawPieces(entry.pieces, isRevealed))))
}

const drawReplies = (replies, { now_ms, isRevealed }) => el("div", { className: "replies" },
  replies.map(reply => el("div", { className: "th" },
    el("span", { className: "s" }, sayAround("desk.card.answered", whenBy(reply, now_ms))),
    el("p", { dir: "auto" }, drawPieces(reply.pieces, isRevealed)))))

function drawBefore(before, { isRevealed }) {
  if (!before) return null
  return el("div", { className: "th before" },
    el("span", { className: "s" }, say("desk.card.before")),
    before.lines.map(line => el("p", { className: "s" }, drawPieces(line, isRevealed))),
    el("p", { dir: "auto" }, drawPieces(before.pieces, isRevealed)))
}

function drawOriginal(card, { isRevealed }) {
  if (card.original === null) return null
  return el("details", { className: "original" },
    el("summary", {}, say("desk.card.original")), el("pre", { dir: "auto" }, drawPieces(card.original, isRevealed)))
}

/** What stands under the text: what taking the marked words out would change. */
function drawWords(words, { isRevealed }) {
  if (!words) return null
  if (words.isAsked) return el("span", {}, say("desk.words.asked"))
  if (words.error) return el("span", {}, say("desk.words.refused", { why: words.error }))
  return el("span", {}, drawPieces(words.remedy, isRevealed), words.caveat ? ` ${words.caveat}` : "")
}
