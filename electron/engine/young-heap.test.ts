import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const MiB = 1024 * 1024

/** MiB that a process of its own has for new objects after making many that stay, asking every so often. */
function roomAfter(ask: boolean): number {
  const script = `
    import v8 from 'node:v8'
    import { holdYoungHeap } from '${pathToFileURL(path.join(import.meta.dirname, 'young-heap.ts'))}'
    const kept = []
    for (let n = 0; n < 300_000; n += 1) {
      kept.push({ n, text: 'text ' + n })
      if (${ask} && n % 1000 === 0) holdYoungHeap()
    }
    console.log(v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size, kept.length)
  `
  return (
    Number.parseInt(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }), 10) /
    MiB
  )
}

test('the room for new objects stays at what it was when it was held', () => {
  expect(roomAfter(false)).toBeGreaterThan(16)
  expect(roomAfter(true)).toBe(8)
})
