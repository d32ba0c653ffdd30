/**
 * Words for people stand in renderer/text and shared/text alone: no component has any of its own, neither between its tags, nor in what is said or
 * shown of it. What is typed or pressed (`<code>`, `<kbd>`) and the name of the app are no words.
 */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseSync } from 'vite'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const components = globSync('renderer/**/*.{ts,tsx}', { cwd: root }).filter(
  (path) => !path.startsWith('renderer/text/') && !/\.test\.tsx?$/.test(path),
)

/** Attributes and properties whose text is read by people. */
const spoken =
  /^(?:aria-label|aria-description|aria-roledescription|aria-valuetext|alt|caption|description|does|help|hint|label|message|placeholder|problem|subtitle|text|title)$/
const isWordless = (text: string): boolean => !/\p{L}{2}/u.test(text) || text.trim() === 'Orbital'

type Node = { readonly type: string; readonly start: number } & Readonly<Record<string, unknown>>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value
const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode)
const textOf = (part: unknown): string => (isNode(part) ? String(part.name ?? part.value ?? '') : '')

/** `file:line: the words`, of each place that has words of its own. */
function ownWords(file: string, source: string): string[] {
  const found: string[] = []
  const note = (node: Node, text: string) => {
    if (isWordless(text)) return
    found.push(`${file}:${source.slice(0, node.start).split('\n').length}: ${text.trim()}`)
  }
  /** Strings that a value may be, however it is chosen; what is passed to a call is that call's business. */
  const noteStrings = (node: unknown): void => {
    if (!isNode(node)) return
    if (node.type === 'Literal' && typeof node.value === 'string') note(node, node.value)
    else if (node.type === 'TemplateLiteral') {
      const pieces = node.quasis as readonly { readonly value: { readonly cooked: string } }[]
      note(node, pieces.map(({ value }) => value.cooked).join(' '))
    } else if (node.type === 'ConditionalExpression') {
      noteStrings(node.consequent)
      noteStrings(node.alternate)
    } else if (node.type === 'LogicalExpression') {
      noteStrings(node.left)
      noteStrings(node.right)
    } else if (node.type === 'JSXExpressionContainer') noteStrings(node.expression)
  }
  const walk = (node: Node): void => {
    if (node.type === 'JSXElement' && /^(?:code|kbd)$/.test(textOf((node.openingElement as Node).name))) return
    if (node.type === 'JSXText') note(node, String(node.value))
    if (node.type === 'JSXElement' || node.type === 'JSXFragment')
      for (const child of childrenOf(node)) {
        if (child.type === 'JSXExpressionContainer') noteStrings(child)
      }
    if (node.type === 'JSXAttribute' && spoken.test(textOf(node.name))) noteStrings(node.value)
    if (node.type === 'Property' && spoken.test(textOf(node.key))) noteStrings(node.value)
    for (const child of childrenOf(node)) walk(child)
  }
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} can't be parsed`)
  walk(program as unknown as Node)
  return found
}

test('no component has words of its own', () => {
  expect(components.length).toBeGreaterThan(50)
  expect(components.flatMap((file) => ownWords(file, readFileSync(join(root, file), 'utf8')))).toEqual([])
})

/** What parameters of texts are called that hold what a person wrote. */
const written = /^(?:app|by|connection|file|folder|forApp|library|name|path|profile|query|tag|title)$/
const texts = globSync(['renderer/**/*.{ts,tsx}', 'shared/text/desktop.ts'], { cwd: root }).filter(
  (path) => !/\.test\.tsx?$/.test(path),
)

/** `file:line: the expression`, of each that is a person's text between words, or before a version, and has no isolate around it. */
function barePersonsTexts(file: string, source: string): string[] {
  const found: string[] = []
  const names = /^(?:renderer|shared)\/text\//.test(file) ? written : /^title$/
  const lastNameOf = (node: Node) => textOf(node.type === 'MemberExpression' ? node.property : node)
  const walk = (node: Node): void => {
    if (node.type === 'TemplateLiteral') {
      const pieces = node.quasis as readonly { readonly value: { readonly cooked: string } }[]
      const parts = (node.expressions as readonly Node[]).map((part) => ({ name: lastNameOf(part), start: part.start }))
      const isSentence = !isWordless(pieces.map(({ value }) => value.cooked).join(' '))
      for (const { name, start } of parts)
        if (names.test(name) && (isSentence || parts.some((part) => part.name === 'version')))
          found.push(`${file}:${source.slice(0, start).split('\n').length}: ${name}`)
    }
    for (const child of childrenOf(node)) walk(child)
  }
  walk(parseSync(file, source).program as unknown as Node)
  return found
}

test('what a person wrote stands isolated within a sentence', () => {
  expect(texts.flatMap((file) => barePersonsTexts(file, readFileSync(join(root, file), 'utf8')))).toEqual([])
})

describe('what is found', () => {
  const wordsIn = (jsx: string) => ownWords('a.tsx', `const a = ${jsx}`).map((each) => each.replace(/^\S+ /, ''))
  // Written so that no string here looks like a template that was forgotten.
  const template = (words: string) => `\`${words} $\{name}\``
  test.each([
    ['<p>Some words</p>', ['Some words']],
    [`<p>{found ? "Found" : ${template('Not in')}}</p>`, ['Found', 'Not in']],
    [`<B aria-label="Close" title={${template('More for')}} className="wide row" />`, ['Close', 'More for']],
    ['<B attributes={{ content: { "aria-label": "Close" } }} />', ['Close']],
    ['<p><code>orbital list</code> <kbd>Esc</kbd> Orbital {text.words} {count} %</p>', []],
  ])('in %s', (jsx, words) => expect(wordsIn(jsx)).toEqual(words))
})
