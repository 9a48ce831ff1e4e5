// What waits: two lines a case, the choice of what is listed, and the search.

const ARRIVALS_MS = 15_000

function drawItem(item, { isOpen, now_ms, onOpen }) {
  const chips = item.chips.map(([words, tone]) => chip(words, tone))
  return el("li", {},
    el("button", {
      type: "button", className: `it ${isOpen ? "on" : ""} ${item.is_held ? "m" : ""}`,
      onclick: () => onOpen(item), "aria-current": isOpen ? "true" : null,
      "data-revision": item.revision,
    },
    el("span", { className: "row s" }, chips, el("span", { className: "sp" }),
      el("span", { className: "m" }, age(item.at, now_ms))),
    el("span", { className: "line", dir: "auto" }, item.excerpt.map(([text, kind]) =>
      kind === "mark" ? el("mark", {}, text)
        : kind === "mask" ? covering(text)
          : text))))
}

function drawItems(desk) {
  const { view, cases } = desk
  const focused = view.list.getRootNode().activeElement?.dataset.revision
  view.list.replaceChildren(...cases.items.map(item => drawItem(item, {
    isOpen: item.revision === desk.current, now_ms: desk.now_ms, onOpen: each => desk.openItem(each),
  })))
  // Only a newly opened case scrolls the list: who looks further down stays there.
  if (desk.listed !== desk.current) view.list.querySelector(".on")?.scrollIntoView({ block: "nearest" })
  desk.listed = desk.current
  if (focused) view.list.querySelector(`[data-revision="${focused}"]`)?.focus({ preventScroll: true })
}

function drawList(desk) {
  const { view, cases } = desk
  drawUnpressed(view.list, () => drawItems(desk))
  const total = cases.count === null ? "" : figure(cases.count)
  view.count.textContent = total && !cases.head.is_exact ? `${total}+` : total
  view.toggle.firstChild.textContent = say("desk.list.queue", { count: view.count.textContent })
  view.more.hidden = !cases.next
  const { oldest, problem } = cases.head ?? {}
  view.oldest.textContent = oldest && cases.items.length
    ? say("desk.list.oldest", { age: age(oldest, desk.now_ms) }) : ""
  view.problem.textContent = problem ?? ""
}

/** The filters offered above the list; pressed again, one is taken back. */
function drawQuick(desk) {
  const { view, facets, filters } = desk
  const isOwn = ([name]) => !["status", "order"].includes(name)
  const set = Object.entries(filters).filter(isOwn).length
  redraw(view.quick,
    ...(facets?.quick ?? []).map(([name, value, words]) => el("button", {
      type: "button", className: `chip ${filters[name] === value ? "a" : ""}`,
      "aria-pressed": String(filters[name] === value),
      onclick: () => desk.filter(name, filters[name] === value ? "" : value),
    }, words)),
    el("span", { className: "sp" }),
    el("button", { type: "button", className: `chip ${set ? "a" : ""}`,
      onclick: () => openFilters(desk) }, set ? count("desk.list.filters", set) : say("desk.list.filter")))
}

function openFilters(desk) {
  const dialog = desk.view.filters
  const field = ([name, label]) => el("label", {}, el("span", { className: "m" }, label),
    el("select", { name, onchange: event => desk.filter(name, event.target.value) }))
  const author = el("input", { type: "text", value: desk.filters.author ?? "",
    onchange: event => desk.filter("author", event.target.value.trim()) })
  dialog.replaceChildren(
    el("h2", {}, say("desk.filters.title")),
    el("div", { className: "fields" }, (desk.facets?.choices ?? []).map(field),
      el("label", {}, el("span", { className: "m" }, say("desk.filters.author")), author)),
    el("p", { className: "m s" }, say("desk.filters.about")),
    el("div", { className: "row" },
      button(say("desk.filters.reset"), { onclick: () => { desk.open({}); dialog.close() } }),
      el("span", { className: "sp" }), button(say("desk.button.close"), { onclick: () => dialog.close() })))
  drawChoices(desk)
  dialog.showModal()
  desk.countFacets()
}

/** The options with their counts as they are now; each field stays, and so does the focus. */
function drawChoices(desk) {
  for (const [name, , options] of desk.facets?.choices ?? []) {
    const select = desk.view.filters.querySelector(`select[name=${name}]`)
    if (!select) continue
    const there = JSON.stringify([...select.options].map(each => each.value))
    const isSame = there === JSON.stringify(options.map(([value]) => value))
    // An open list of options would close, or choose another one.
    if (isSame) options.forEach(([, words], at) => { select.options[at].text = words })
    else select.replaceChildren(...options.map(([value, words]) => el("option", { value }, words)))
    select.value = desk.filters[name] ?? options[0][0]
  }
}

/** Says how many came in since; they are listed when asked for, never under the cursor. */
async function announceArrivals(desk) {
  const mark = desk.cases.head?.mark
  if (!mark || document.hidden) return
  const { count: many } = await post("arrivals", { ...desk.filters, mark })
  if (mark !== desk.cases.head?.mark) return
  desk.view.arrived.hidden = !many || many === "0"
  desk.view.arrived.firstChild.textContent = say("desk.list.arrived", { count: many })
}
