// Makes elements. Text by users gets into the page as text nodes, never as markup.

function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value)
    else if (name in node && name !== "list") node[name] = value
    else node.setAttribute(name, value === true ? "" : value)
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined))
  return node
}

// What the mouse or the space bar presses, and the drawings that wait until it is let go.
let pressed = null
const waiting = new Map()

function letGo() {
  pressed = null
  const draws = [...waiting.values()]
  waiting.clear()
  for (const draw of draws) draw()
}

window.addEventListener("pointerdown", event => { [pressed] = event.composedPath() }, true)
window.addEventListener("keydown", event => {
  if (event.key === " ") [pressed] = event.composedPath()
}, true)
// After the click, which follows the release at once.
for (const name of ["pointerup", "pointercancel"]) {
  window.addEventListener(name, () => setTimeout(letGo), true)
}
window.addEventListener("keyup", event => event.key === " " && setTimeout(letGo), true)
window.addEventListener("blur", letGo)

/** Draws the node anew, unless it is being pressed: a button that is replaced between the two halves
 * of a click never hears of it. Then it is drawn after the click, as things are by then. */
function drawUnpressed(node, draw) {
  waiting.delete(node)
  if (pressed?.isConnected && node.contains(pressed)) waiting.set(node, draw)
  else draw()
}

const fill = (node, ...children) => node.replaceChildren(...children)

/** Replaces the children; what somebody had unfolded among them stays unfolded. */
function refill(node, ...children) {
  const words = details => details.firstChild.textContent
  const unfolded = new Set([...node.querySelectorAll("details[open]")].map(words))
  node.replaceChildren(...children)
  for (const each of node.querySelectorAll("details")) each.open = unfolded.has(words(each))
}

const chip = (words, tone = "") => el("span", { className: `chip ${tone}` }, words)
const keyCap = key => el("kbd", { ariaHidden: "true" }, key)

function button(words, { key, tone = "", onclick, ...props }) {
  return el("button", {
    type: "button", className: `btn ${tone}`, onclick, "aria-keyshortcuts": key, ...props,
  }, el("span", {}, words), key ? keyCap(key) : null)
}

const UNITS = [
  [31_557_600, "desk.age.years"], [86_400, "desk.age.days"], [3_600, "desk.age.hours"],
  [60, "desk.age.minutes"],
]

/** How long ago in the largest whole unit; `at_ms` and `now_ms` are by the server's clock. */
function age(at_ms, now_ms) {
  const seconds = Math.max(0, (now_ms - at_ms) / 1_000)
  const [size, words] = UNITS.find(([size]) => seconds >= size) ?? []
  return size ? say(words, { count: Math.floor(seconds / size) })
    : say("desk.age.minutes", { count: "< 1" })
}

const clock = seconds =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`
