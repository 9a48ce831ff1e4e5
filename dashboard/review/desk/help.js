// The keys, and the switch that turns them off for people whose tools use letters themselves.

const HELP = [
  ["A", "desk.help.approve"], ["X", "desk.help.remove"], ["1 – 9", "desk.help.reason"],
  ["E", "desk.help.escalate"], ["S", "desk.help.skip"], ["U", "desk.help.undo"],
  ["O", "desk.help.reopen"], ["J  K", "desk.help.step"], ["W", "desk.help.words"],
  ["M", "desk.help.show"], ["T", "desk.help.replies"], ["G", "desk.help.group"],
  ["N", "desk.help.note"], ["I", "desk.help.internal"], ["/", "desk.help.search"],
  ["Esc", "desk.help.leave"], ["H", "desk.help.help"],
]

function openHelp(desk) {
  const dialog = desk.view.help
  const box = el("input", { type: "checkbox", checked: desk.areKeysOn, onchange: event => {
    desk.areKeysOn = event.target.checked
    post("shortcuts", { are_on: desk.areKeysOn })
  } })
  dialog.replaceChildren(
    el("h2", {}, say("desk.help.title")),
    el("dl", {}, HELP.map(([key, does]) => [el("dt", {}, keyCap(key)), el("dd", {}, say(does))])),
    el("label", { className: "row" }, box, say("desk.help.on")),
    el("p", { className: "m s" }, say("desk.help.about")),
    el("div", { className: "row" }, el("a", { href: "?view=plain" }, say("desk.help.plain")),
      el("span", { className: "sp" }), button(say("desk.button.close"), { onclick: () => dialog.close() })))
  dialog.showModal()
}
