import { textCaps } from './meta-caps.ts'

export interface ModelCard {
  readonly title?: string
  readonly description?: string
  readonly license?: string
  readonly tags?: readonly string[]
}

/** What a README.md suggests: its first heading and paragraph; `license` and `tags` of the YAML block that model cards begin with. */
export function readModelCard(text: string): ModelCard {
  const clean = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const block = /^---\n([\s\S]{0,20000}?)\n---\n/.exec(clean)
  const body = block === null ? clean : clean.slice(block[0].length)
  const heading = /^#{1,2}[ \t]+(.+?)[ \t]*#*$/m.exec(body.slice(0, 20_000))
  const title = heading?.[1] === undefined ? undefined : plainText(heading[1])
  const afterHeading = heading === null ? '' : body.slice(heading.index + heading[0].length, heading.index + 20_000)
  const paragraph = afterHeading
    .split(/\n\s*\n/)
    .map((each) => each.trim())
    .find((each) => each !== '' && !/^(?:[#<>|`~!*+-]|\[!|\d+\.)/.test(each))
  const description = paragraph === undefined ? undefined : plainText(paragraph)
  return {
    ...(title ? { title: title.slice(0, textCaps.title) } : {}),
    ...(description ? { description: description.slice(0, 500) } : {}),
    ...readBlock(block?.[1] ?? ''),
  }
}

function readBlock(yaml: string): ModelCard {
  const license = /^license:[ \t]*["']?([\w.+-]{1,60})["']?[ \t]*$/m.exec(yaml)?.[1]
  const list = /^tags:[ \t]*\n((?:[ \t]*-[ \t]+.*(?:\n|$))+)/m.exec(yaml)?.[1] ?? ''
  const tags = [...list.matchAll(/^[ \t]*-[ \t]+["']?(.+?)["']?[ \t]*$/gm)]
    .map((found) => found[1] ?? '')
    .filter((tag) => tag.length <= textCaps.tag)
    .slice(0, textCaps.tags)
  return { ...(license === undefined ? {} : { license }), ...(tags.length === 0 ? {} : { tags }) }
}

/** Links as their text, without emphasis and code marks, on one line. */
const plainText = (markdown: string): string =>
  markdown
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]|<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
