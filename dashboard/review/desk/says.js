// What the desk says: sentences of the reader's language, which come with the page's data.

let reader = { language: "en", words: {} }

function readIn({ language, words }) {
  reader = { language, words }
}

/** The sentence in parts: a value in place of a name in braces may be an element. */
const sayAround = (key, values = {}) =>
  reader.words[key].split(/\{(\w+)\}/).map((part, at) => at % 2 ? values[part] : part)

const say = (key, values) => sayAround(key, values).join("")

/** The sentence about so many things, `{count}`: one of two, by the language's rule. */
function count(key, many, values = {}) {
  const form = new Intl.PluralRules(reader.language).select(many) === "one" ? "one" : "other"
  return say(`${key}.${form}`, { ...values, count: figure(many) })
}

const figure = many => many.toLocaleString(reader.language)

/** A title within a sentence: in English in small letters, elsewhere as it is. */
const inSentence = title => reader.language === "en" ? title.toLowerCase() : title

/** Fills the words into the page's own markup. */
function sayParts(root) {
  const named = name => root.querySelectorAll(`[data-${name}]`)
  root.querySelector(".wrap").lang = reader.language
  for (const node of named("say")) node.textContent = say(node.dataset.say)
  for (const node of named("label")) node.setAttribute("aria-label", say(node.dataset.label))
  for (const node of named("hint")) node.placeholder = say(node.dataset.hint)
}
