// What waits: two lines a case, and the choice of what is listed.

function drawItem(item, { isOpen, now_ms, onOpen }) {
  const chips = item.chips.map(([words, tone]) => chip(words, tone))
  return el("li", {},
    el("button", {
      type: "button", className: `it ${isOpen ? "on" : ""}`, onclick: () => onOpen(item.revision),
      "aria-current": isOpen ? "true" : null, "data-revision": item.revision,
    },
    el("span", { className: "row s" }, chips, el("span", { className: "sp" }),
      el("span", { className: "m" }, age(item.at, now_ms))),
    el("span", { className: "line", dir: "auto" }, item.excerpt.map(([text, isCovered]) =>
      isCovered ? el("span", { className: "mask" }, "\u2588".repeat(Math.min(text.length, 10)))
        : text))))
}

function drawChoice(name, label, options, chosen, onChoose) {
  const select = el("select", { ariaLabel: label, className: "choice", onchange: event => {
    onChoose(name, event.target.value)
    event.target.blur() // letters typed next are keys of the desk again
  } }, options.map(([value, words]) => el("option", { value, selected: value === chosen }, words)))
  select.value = chosen
  return select
}
