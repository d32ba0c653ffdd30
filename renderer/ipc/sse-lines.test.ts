import { expect, it } from 'vitest'
import { createSseReader } from './sse-lines.ts'

it('gives whole data lines, however the stream is cut', () => {
  const text = ': beat\n\ndata: {"a":1}\n\nevent: x\ndata:{"b":"data: 2"}\n\n'
  for (let size = 1; size <= text.length; size += 1) {
    const read = createSseReader()
    const lines: string[] = []
    for (let at = 0; at < text.length; at += size) lines.push(...read(text.slice(at, at + size)))
    expect(lines).toEqual(['{"a":1}', '{"b":"data: 2"}'])
  }
})
