/**
 * A person's text within a sentence. One that runs from right to left would turn the order of the words and numbers around it, and one with
 * characters that steer the order could do so on purpose: such a text stands between isolates (Unicode's bidirectional algorithm, UAX 9). Any
 * other is left as it is, so that what is copied or searched has no characters that nobody sees.
 */
const turnsOrder =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const opening = /[\u2066-\u2068]/
const first = '\u2068'
const end = '\u2069'

export const isolate = (text: string): string => (turnsOrder.test(text) ? `${first}${balanced(text)}${end}` : text)

/** A title and what follows it in Latin letters: `Churn predictor 1.4.0`. */
export const withVersion = (title: string, version: string): string => `${isolate(title)} ${version}`

/** So that no character of the text closes the isolate around it, or leaves it open. */
function balanced(text: string): string {
  let open = 0
  let kept = ''
  for (const character of text) {
    if (opening.test(character)) open += 1
    else if (character === end) {
      if (open === 0) continue
      open -= 1
    }
    kept += character
  }
  return kept + end.repeat(open)
}
