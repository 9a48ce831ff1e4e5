// The keys, and the switch that turns them off for people whose tools use letters themselves.

const HELP = [
  ["A", "approve"], ["X", "remove, for the reason chosen before"], ["1 – 9", "choose a reason"],
  ["E", "escalate to a lead"], ["S", "skip: it comes back at the end of your list"],
  ["U", "undo your last decision"], ["O", "reopen a decided case"], ["J  K", "next and previous case"],
  ["W", "which words raised the score"], ["M", "show covered words"],
  ["T", "replies to the comment"], ["G", "the same text in other comments: decide together"],
  ["N", "note to the author"], ["I", "internal note, never shown to the author"],
  ["/", "search: words, \"phrases\", author:, by:, is:removed, before:2026-01-31"],
  ["Esc", "leave a note or the search; dismiss an error"], ["H", "this help"],
]

function openHelp(desk) {
  const dialog = desk.view.help
  const box = el("input", { type: "checkbox", checked: desk.areKeysOn, onchange: event => {
    desk.areKeysOn = event.target.checked
    post("shortcuts", { are_on: desk.areKeysOn })
  } })
  dialog.replaceChildren(
    el("h2", {}, "Keys"),
    el("dl", {}, HELP.map(([key, does]) => [el("dt", {}, keyCap(key)), el("dd", {}, does)])),
    el("label", { className: "row" }, box, "Keys are on"),
    el("p", { className: "m s" }, "A key counts once per press, and only once a comment has been on ",
      "screen for a moment. A decision takes effect after a few seconds; until then U cancels it."),
    el("div", { className: "row" }, el("a", { href: "?view=plain" }, "Plain page without keys of its own"),
      el("span", { className: "sp" }), button("Close", { onclick: () => dialog.close() })))
  dialog.showModal()
}
