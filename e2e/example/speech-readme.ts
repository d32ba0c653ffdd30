/** The model card of the package that is looked at most. */
export const speechReadme = `# Speech intent classifier

Turns a spoken request into one of 64 support intents, in English and German. Made for the first seconds of a support call: the caller
speaks, the model names the intent, the call goes to the right desk.

## Use it

\`\`\`python
from speech_intent import load

model = load(folder)
model.predict("I want to cancel my order")  # cancel_order, 0.97
\`\`\`

## How good it is

| Language | Calls | Right at once | Among the first three |
|---|---|---|---|
| English | 4,120 | 93.4 % | 98.8 % |
| German | 2,310 | 91.7 % | 98.1 % |

Measured on calls that were not used for training, with background noise as it was.

## Know before you use it

- Calls shorter than a second are named \`unclear\`.
- It was not tested on children’s voices.
- Numbers that are read aloud are not kept.
`
