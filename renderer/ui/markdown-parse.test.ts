import { describe, expect, it } from 'vitest'
import { isSafeLink, parseMarkdown, parseSpans } from './markdown-parse.ts'

const kinds = (source: string) => parseMarkdown(source).map(({ kind }) => kind)

describe('blocks', () => {
  it('reads a model card', () => {
    const source = [
      '---',
      'license: apache-2.0',
      '---',
      '# Title #',
      'Two lines of',
      'one paragraph.',
      '',
      '- one',
      '  goes on',
      '- two',
      '',
      '1. first',
      '2. second',
      '> said',
      '---',
      '```python',
      'print("# no heading")',
      '```',
      '| A | B |',
      '|---|--:|',
      '| 1 | 2 |',
    ].join('\n')
    expect(kinds(source)).toEqual(['heading', 'paragraph', 'list', 'list', 'quote', 'rule', 'code', 'table'])
    const [heading, paragraph, list, , , , code, table] = parseMarkdown(source)
    expect(heading).toMatchObject({ level: 1, spans: [{ text: 'Title' }] })
    expect(paragraph).toMatchObject({ spans: [{ text: 'Two lines of one paragraph.' }] })
    expect(list).toMatchObject({ ordered: false, items: [[{ text: 'one goes on' }], [{ text: 'two' }]] })
    expect(code).toMatchObject({ text: 'print("# no heading")', language: 'python' })
    expect(table).toMatchObject({ ends: [false, true], rows: [[[{ text: '1' }], [{ text: '2' }]]] })
  })

  it('takes a fence without an end to the end', () => {
    expect(parseMarkdown('~~~\na\n\nb')).toEqual([{ kind: 'code', text: 'a\n\nb', language: '' }])
  })

  it('keeps HTML as text', () => {
    expect(parseMarkdown('<script>alert(1)</script>')).toEqual([
      { kind: 'paragraph', spans: [{ kind: 'text', text: '<script>alert(1)</script>' }] },
    ])
  })
})

describe('spans', () => {
  it('reads code, strong, emphasis and links', () => {
    expect(parseSpans('`a*b*` **bold** *slanted* [site](https://example.org/a) fraud_scorer_v2')).toEqual([
      { kind: 'code', text: 'a*b*' },
      { kind: 'text', text: ' ' },
      { kind: 'strong', spans: [{ kind: 'text', text: 'bold' }] },
      { kind: 'text', text: ' ' },
      { kind: 'emphasis', spans: [{ kind: 'text', text: 'slanted' }] },
      { kind: 'text', text: ' ' },
      { kind: 'link', spans: [{ kind: 'text', text: 'site' }], url: 'https://example.org/a' },
      { kind: 'text', text: ' fraud_scorer_v2' },
    ])
  })

  it('shows a picture as its description, and follows no unsafe link', () => {
    expect(parseSpans('![A chart](https://example.org/a.png)[x](javascript:alert)')).toEqual([
      { kind: 'text', text: 'A chart' },
      { kind: 'text', text: 'x' },
    ])
  })

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'orbital://install',
    'data:text/html,x',
    '//host',
    'http://a.b',
    '',
  ])('%s is not followed', (url) => {
    expect(isSafeLink(url)).toBe(false)
  })

  it('is done in a moment with text made to slow it down', () => {
    const started = performance.now()
    for (const bad of [
      '*a*'.repeat(80_000),
      '`'.repeat(15_000),
      '['.repeat(15_000),
      '**'.repeat(9000),
      '> '.repeat(9000),
    ]) {
      parseMarkdown(bad)
      parseMarkdown(`${bad}\n`.repeat(3))
    }
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
