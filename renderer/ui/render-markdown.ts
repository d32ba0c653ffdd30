import DOMPurify from 'dompurify'
import MarkdownIt from 'markdown-it'
import { isSafeLink } from './safe-link.ts'

/**
 * A text with marks, from anybody, as nodes that can stand in the page: nothing in it runs, loads from anywhere, or looks like the app's own
 * controls. Only https and mailto links lead anywhere; a picture becomes its description; the page has the first level of headings.
 * `title` stands above it already: a first heading that says the same is left out.
 */
export function renderMarkdown(source: string, title?: string): DocumentFragment {
  const html = markdown.render(withoutFrontMatter(source.replace(/\r\n?/g, '\n')))
  const nodes = DOMPurify.sanitize(html, { ...allowed, RETURN_DOM_FRAGMENT: true })
  for (const heading of nodes.querySelectorAll('h1, h4, h5, h6')) rename(heading, heading.matches('h1') ? 'h2' : 'h3')
  const first = nodes.firstElementChild
  if (title !== undefined && first?.matches('h2, h3') && isSame(first.textContent, title)) first.remove()
  for (const link of nodes.querySelectorAll('a')) {
    const url = link.getAttribute('href')
    // Without a place to go it is only a text.
    if (url === null || !isSafeLink(url)) link.replaceWith(...link.childNodes)
    else link.title = url
  }
  for (const code of nodes.querySelectorAll('pre')) {
    code.className = 'md-code'
    // What scrolls must be reached by keyboard.
    code.tabIndex = 0
  }
  for (const list of nodes.querySelectorAll('ol')) list.className = 'numbered'
  // Their marks and columns stand on the side from which they are read.
  for (const block of nodes.querySelectorAll<HTMLElement>('ul, ol, blockquote, table')) block.dir = 'auto'
  for (const cell of nodes.querySelectorAll('[align]')) {
    if (cell.getAttribute('align') === 'right') cell.className = 'end'
    cell.removeAttribute('align')
  }
  return nodes
}

const markdown = new MarkdownIt({ html: true, linkify: true })
markdown.renderer.rules.image = (tokens, at) => markdown.utils.escapeHtml(tokens[at]?.content ?? '')
// Cells say their side by an attribute: the page allows no styles.
for (const cell of ['td_open', 'th_open'] as const) {
  markdown.renderer.rules[cell] = (tokens, at, options, _, renderer) => {
    const token = tokens[at]
    const isEnd = String(token?.attrGet('style') ?? '').includes('right')
    if (token !== undefined) token.attrs = isEnd ? [['align', 'right']] : null
    return renderer.renderToken(tokens, at, options)
  }
}

// Tags that an author typed keep nothing but a link's address, so that nothing of them is ever tried, and what isn't a text is left out.
markdown.renderer.rules.html_inline = (tokens, at) => bareTags(tokens[at]?.content ?? '')
markdown.renderer.rules.html_block = (tokens, at) => {
  const html = tokens[at]?.content ?? ''
  return /^\s*<(?:script|style|!--)/i.test(html) ? '' : bareTags(html)
}

/** In a time that grows with the length alone, whatever the text is made of. */
export function bareTags(html: string): string {
  let bare = ''
  let from = 0
  const keep = (to: number) => {
    bare += html.slice(from, to).replaceAll('<', '&lt;')
  }
  // The name ends where it can't go on: else each of its ends would be tried with all that follows, in a time that grows by the square.
  for (const found of html.matchAll(/<(\/?)([a-z][a-z0-9]*)(?![a-z0-9])([^<>]*)>/gi)) {
    const [tag, slash = '', name = '', rest = ''] = found
    keep(found.index)
    from = found.index + tag.length
    if (!tags.includes(name.toLowerCase())) continue
    const url = /\shref="([^"]*)"/i.exec(rest)?.[1]
    const isLink = slash === '' && url !== undefined && isSafeLink(url)
    bare += isLink ? `<${name} href="${url}">` : `<${slash}${name}>`
  }
  keep(html.length)
  return bare
}

const tags: readonly string[] = [
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'pre', 'blockquote', 'ul', 'ol', 'li', 'details', 'summary'],
  ...['a', 'code', 'strong', 'b', 'em', 'i', 's', 'del', 'sub', 'sup', 'kbd'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
]
const allowed = {
  ALLOWED_TAGS: [...tags, '#text'],
  ALLOWED_ATTR: ['href', 'align', 'start'],
  ADD_URI_SAFE_ATTR: ['align', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https:\/\/|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
}

/** Model cards begin with a block of YAML between two lines of dashes. */
function withoutFrontMatter(text: string): string {
  const found = /^---\n[\s\S]*?\n---[ \t]*(?:\n|$)/.exec(text)
  return found === null ? text : text.slice(found[0].length)
}

function rename(element: Element, name: 'h2' | 'h3'): void {
  const renamed = element.ownerDocument.createElement(name)
  renamed.append(...element.childNodes)
  element.replaceWith(renamed)
}

const isSame = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase()
