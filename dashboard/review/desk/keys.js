// One key, one press: held keys, typing in a field and combinations with Ctrl or Alt press nothing.

const FIELD = "input, textarea, select, [contenteditable=true]"

class Keys {
  constructor(actions, { isOn }) {
    this.held = new Set()
    this.listeners = [
      [window, "keydown", event => this.down(event, actions, isOn)],
      [window, "keyup", event => this.held.delete(event.code)],
      [window, "blur", () => this.held.clear()],
    ]
    for (const [on, name, listener] of this.listeners) on.addEventListener(name, listener, true)
  }

  down(event, actions, isOn) {
    const field = event.composedPath().find(node => node.matches?.(FIELD))
    if (field) {
      if (event.key === "Escape") actions.Escape?.(event, field)
      return
    }
    const isRepeat = event.repeat || this.held.has(event.code)
    this.held.add(event.code)
    const onButton = event.composedPath().some(node => node.matches?.("button, summary, a"))
    if (onButton && (event.key === "Enter" || event.key === " ")) {
      if (isRepeat) this.stop(event)
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    if (event.shiftKey && key !== "/") return
    if (!(key in actions) && !/^[a-z0-9]$/.test(key)) return
    if (!isOn()) return // an open dialog closes on Escape by itself
    // Also letters without an action: Streamlit would rerun the page on some of them.
    this.stop(event)
    if (!isRepeat) actions[key]?.(event)
  }

  stop(event) {
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  close() {
    for (const [on, name, listener] of this.listeners) on.removeEventListener(name, listener, true)
  }
}
