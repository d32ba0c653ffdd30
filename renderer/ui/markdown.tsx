import { useEffect, useLayoutEffect, useRef } from 'react'
import { renderMarkdown } from './render-markdown.ts'

interface MarkdownProps {
  readonly source: string
  /** Stands above it already: a first heading that says the same is left out. */
  readonly title?: string
  /** Follows a link of the text: https or mailto. */
  readonly onLink: (url: string) => void
}

/** A text with headings, lists, tables and code. */
export function Markdown({ source, title, onLink }: MarkdownProps) {
  const article = useRef<HTMLElement>(null)
  useLayoutEffect(() => article.current?.replaceChildren(renderMarkdown(source, title)), [source, title])
  useEffect(() => {
    const shown = article.current
    // Enter on a link is a click, too.
    const follow = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null
      if (link === null) return
      event.preventDefault()
      onLink(link.href)
    }
    shown?.addEventListener('click', follow)
    return () => shown?.removeEventListener('click', follow)
  }, [onLink])
  return <article ref={article} className="md selectable" />
}
