/**
 * A safe subset of Markdown, as data. Nothing of it is ever HTML: tags in the text stay text, and only https and mailto links become links.
 *
 *  1. Lines are grouped into blocks: headings, fenced and indented code, lists, quotes, tables, rules, paragraphs.
 *  2. The text of a block is cut into spans: code, strong, emphasis, links; a picture becomes its description.
 *  3. What isn't understood is shown as it was written.
 */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly spans: readonly Span[] }
  | { readonly kind: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'code'; readonly text: string; readonly language: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Span[])[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'table'
      readonly head: readonly (readonly Span[])[]
      readonly rows: readonly (readonly (readonly Span[])[])[]
      readonly ends: readonly boolean[]
    }
  | { readonly kind: 'rule' }

export type Span =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong'; readonly spans: readonly Span[] }
  | { readonly kind: 'emphasis'; readonly spans: readonly Span[] }
  | { readonly kind: 'link'; readonly spans: readonly Span[]; readonly url: string }

const mostBlocks = 2000

export function parseMarkdown(source: string): readonly Block[] {
  const lines = withoutFrontMatter(source.replace(/\r\n?/g, '\n')).split('\n')
  return parseBlocks(lines, 0)
}

/** Model cards begin with a block of YAML between two lines of dashes. */
function withoutFrontMatter(text: string): string {
  const found = /^---\n[\s\S]*?\n---[ \t]*(?:\n|$)/.exec(text)
  return found === null ? text : text.slice(found[0].length)
}

const fence = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)/
const heading = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/
const rule = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/
const bullet = /^( {0,8})(?:[-*+]|(\d{1,9})[.)])[ \t]+(.*)$/
const quote = /^ {0,3}> ?(.*)$/
const tableRule = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/

function parseBlocks(lines: readonly string[], depth: number): readonly Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length && blocks.length < mostBlocks) {
    const line = lines[at] ?? ''
    if (line.trim() === '') {
      at += 1
      continue
    }
    const [block, next] = takeBlock(lines, at, depth)
    blocks.push(block)
    at = next
  }
  return blocks
}

function takeBlock(lines: readonly string[], at: number, depth: number): readonly [Block, number] {
  const line = lines[at] ?? ''
  const fenced = fence.exec(line)
  if (fenced !== null) return takeFenced(lines, at, fenced[1] ?? '```', fenced[2] ?? '')
  const headed = heading.exec(line)
  if (headed !== null) {
    return [{ kind: 'heading', level: headed[1]?.length ?? 1, spans: parseSpans(headed[2] ?? '') }, at + 1]
  }
  if (rule.test(line)) return [{ kind: 'rule' }, at + 1]
  if (quote.test(line) && depth < 5) {
    const end = endWhere(lines, at, (each) => !quote.test(each))
    const inner = lines.slice(at, end).map((each) => quote.exec(each)?.[1] ?? '')
    return [{ kind: 'quote', blocks: parseBlocks(inner, depth + 1) }, end]
  }
  if (/^(?: {4}|\t)/.test(line)) {
    const end = endWhere(lines, at, (each) => each.trim() !== '' && !/^(?: {4}|\t)/.test(each))
    const text = lines.slice(at, end).map((each) => each.replace(/^(?: {4}|\t)/, ''))
    return [{ kind: 'code', text: text.join('\n').trimEnd(), language: '' }, end]
  }
  if (bullet.test(line)) return takeList(lines, at)
  if (line.includes('|') && tableRule.test(lines[at + 1] ?? '') && (lines[at + 1] ?? '').includes('-')) {
    return takeTable(lines, at)
  }
  const end = endWhere(lines, at + 1, (each) => each.trim() === '' || startsBlock(each))
  return [
    {
      kind: 'paragraph',
      spans: parseSpans(
        lines
          .slice(at, end)
          .map((each) => each.trim())
          .join(' '),
      ),
    },
    end,
  ]
}

const startsBlock = (line: string): boolean =>
  fence.test(line) || heading.test(line) || rule.test(line) || quote.test(line) || bullet.test(line)

function endWhere(lines: readonly string[], from: number, ends: (line: string) => boolean): number {
  const found = lines.slice(from).findIndex(ends)
  return found === -1 ? lines.length : from + found
}

function takeFenced(lines: readonly string[], at: number, mark: string, language: string): readonly [Block, number] {
  const closing = (line: string) => line.trim().startsWith(mark) && line.trim().replaceAll(mark.charAt(0), '') === ''
  const end = endWhere(lines, at + 1, closing)
  return [{ kind: 'code', text: lines.slice(at + 1, end).join('\n'), language }, end + 1]
}

function takeList(lines: readonly string[], start: number): readonly [Block, number] {
  const ordered = bullet.exec(lines[start] ?? '')?.[2] !== undefined
  const items: string[] = []
  let at = start
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const found = bullet.exec(line)
    if (found !== null && items.length > 0 && found[1] === '' && (found[2] !== undefined) !== ordered) break
    if (found !== null) items.push(found[3] ?? '')
    else if (line.trim() === '') {
      // A blank line ends the list unless another item or an indented line follows.
      if (!/^(?: {2,}\S| {0,8}(?:[-*+]|\d{1,9}[.)])[ \t])/.test(lines[at + 1] ?? '')) break
    } else if (/^\s{2,}/.test(line) || !startsBlock(line)) {
      items[items.length - 1] = `${items.at(-1) ?? ''} ${line.trim()}`
    } else break
  }
  return [{ kind: 'list', ordered, items: items.map((item) => parseSpans(item)) }, at]
}

function takeTable(lines: readonly string[], at: number): readonly [Block, number] {
  const cells = (line: string) =>
    line
      .trim()
      .replace(/^\||(?<!\\)\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|'))
  const end = endWhere(lines, at + 2, (line) => line.trim() === '' || !line.includes('|'))
  const head = cells(lines[at] ?? '')
  const ends = cells(lines[at + 1] ?? '').map((cell) => cell.endsWith(':') && !cell.startsWith(':'))
  const rows = lines.slice(at + 2, end).map((line) => {
    const row = cells(line)
    return head.map((_, column) => parseSpans(row[column] ?? ''))
  })
  return [{ kind: 'table', head: head.map((cell) => parseSpans(cell)), rows, ends }, end]
}

/** The first of these in a text is the next span; each pattern is linear in the text's length. */
const spanPatterns = [
  { kind: 'escape', pattern: /\\([!-/:-@[-`{-~])/ },
  { kind: 'code', pattern: /(`+)(?!`)(.{1,2000}?)(?<!`)\1(?!`)/s },
  { kind: 'image', pattern: /!\[([^\]]{0,500})\]\([^)\s]{0,2000}(?:\s+"[^"]{0,500}")?\)/ },
  { kind: 'link', pattern: /\[([^\]]{1,500})\]\(([^)\s]{1,2000})(?:\s+"[^"]{0,500}")?\)/ },
  { kind: 'address', pattern: /<((?:https:|mailto:)[^\s<>]{1,2000})>/ },
  { kind: 'strong', pattern: /(\*\*|__)(?=\S)([^*_]{1,2000}?)(?<=\S)\1/ },
  { kind: 'emphasis', pattern: /(?<![\w*])([*_])(?=\S)([^*_]{1,2000}?)(?<=\S)\1(?![\w*])/ },
] as const

const longestWithSpans = 20_000

export function parseSpans(text: string, depth = 0): readonly Span[] {
  // Nobody writes such a paragraph; looking for spans in it would take too long.
  if (text.length > longestWithSpans) return [{ kind: 'text', text }]
  const spans: Span[] = []
  let rest = text
  while (rest !== '') {
    let first: { kind: (typeof spanPatterns)[number]['kind']; found: RegExpExecArray } | undefined
    for (const { kind, pattern } of spanPatterns) {
      const found = pattern.exec(rest)
      if (found !== null && (first === undefined || found.index < first.found.index)) first = { kind, found }
    }
    if (first === undefined || depth > 4) break
    const { kind, found } = first
    if (found.index > 0) spans.push({ kind: 'text', text: rest.slice(0, found.index) })
    spans.push(spanOf(kind, found, depth))
    rest = rest.slice(found.index + found[0].length)
  }
  if (rest !== '') spans.push({ kind: 'text', text: rest })
  return spans
}

function spanOf(kind: (typeof spanPatterns)[number]['kind'], found: RegExpExecArray, depth: number): Span {
  const [whole, first = '', second = ''] = found
  switch (kind) {
    case 'escape':
      return { kind: 'text', text: first }
    case 'code':
      return { kind: 'code', text: second.trim() }
    case 'image':
      return { kind: 'text', text: first }
    case 'link':
      return isSafeLink(second)
        ? { kind: 'link', spans: parseSpans(first, depth + 1), url: second }
        : { kind: 'text', text: first }
    case 'address':
      return isSafeLink(first)
        ? { kind: 'link', spans: [{ kind: 'text', text: first.replace(/^mailto:/, '') }], url: first }
        : { kind: 'text', text: whole }
    case 'strong':
    case 'emphasis':
      return { kind, spans: parseSpans(second, depth + 1) }
  }
}

/** https and mailto; everything else (scripts, files, other programs' links) is not followed. */
export function isSafeLink(url: string): boolean {
  try {
    const { protocol } = new URL(url)
    return protocol === 'https:' || protocol === 'mailto:'
  } catch {
    return false
  }
}
