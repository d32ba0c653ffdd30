import { Fragment, type ReactNode, useMemo } from 'react'
import { type Block, parseMarkdown, type Span } from './markdown-parse.ts'

interface MarkdownProps {
  readonly source: string
  /** Stands above it already: a first heading that says the same is left out. */
  readonly title?: string
  /** Follows a link of the text: https or mailto. */
  readonly onLink: (url: string) => void
}

/** A text with headings, lists, tables and code. Nothing in it can run, load or look like the app's own controls. */
export function Markdown({ source, title, onLink }: MarkdownProps) {
  const blocks = useMemo(() => withoutTitle(parseMarkdown(source), title), [source, title])
  return <article className="md selectable">{showBlocks(blocks, onLink)}</article>
}

function withoutTitle(blocks: readonly Block[], title: string | undefined): readonly Block[] {
  const [first, ...others] = blocks
  if (title === undefined || first?.kind !== 'heading') return blocks
  const text = first.spans.map((span) => ('text' in span ? span.text : '')).join('')
  return text.trim().toLowerCase() === title.trim().toLowerCase() ? others : blocks
}

type OnLink = MarkdownProps['onLink']

// Parts of a parsed text have no identity but their place.
const withPlace = <T,>(items: readonly T[], show: (item: T, at: number) => ReactNode): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: as said above
  items.map((item, at) => <Fragment key={`${at}`}>{show(item, at)}</Fragment>)

const showBlocks = (blocks: readonly Block[], onLink: OnLink): ReactNode =>
  withPlace(blocks, (block) => showBlock(block, onLink))

function showBlock(block: Block, onLink: OnLink): ReactNode {
  switch (block.kind) {
    case 'heading':
      // The page has the first level.
      return block.level <= 2 ? <h2>{showSpans(block.spans, onLink)}</h2> : <h3>{showSpans(block.spans, onLink)}</h3>
    case 'paragraph':
      return <p>{showSpans(block.spans, onLink)}</p>
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <pre className="md-code" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      )
    case 'list': {
      const items = withPlace(block.items, (item) => <li>{showSpans(item, onLink)}</li>)
      return block.ordered ? <ol className="numbered">{items}</ol> : <ul>{items}</ul>
    }
    case 'quote':
      return <blockquote>{showBlocks(block.blocks, onLink)}</blockquote>
    case 'table':
      return (
        <table>
          <thead>
            <tr>
              {withPlace(block.head, (cell, column) => (
                <th className={block.ends[column] ? 'end' : undefined}>{showSpans(cell, onLink)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {withPlace(block.rows, (row) => (
              <tr>
                {withPlace(row, (cell, column) => (
                  <td className={block.ends[column] ? 'end' : undefined}>{showSpans(cell, onLink)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )
    case 'rule':
      return <hr />
  }
}

const showSpans = (spans: readonly Span[], onLink: OnLink): ReactNode =>
  withPlace(spans, (span) => {
    switch (span.kind) {
      case 'text':
        return span.text
      case 'code':
        return <code>{span.text}</code>
      case 'strong':
        return <strong>{showSpans(span.spans, onLink)}</strong>
      case 'emphasis':
        return <em>{showSpans(span.spans, onLink)}</em>
      case 'link':
        return (
          <a
            href={span.url}
            title={span.url}
            onClick={(event) => {
              event.preventDefault()
              onLink(span.url)
            }}
          >
            {showSpans(span.spans, onLink)}
          </a>
        )
    }
  })
