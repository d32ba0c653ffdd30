import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { createNodeDisk } from './disk/node-disk.ts'
import { createLogFile } from './log-file.ts'
import { createSystemClock } from './system-clock.ts'

test('fields that are no JSON fail nobody, and the event is still written', async () => {
  await using folder = await createTempFolder()
  const log = createLogFile({ disk: createNodeDisk(), clock: createSystemClock(), home: folder.path, level: 'info' })
  const circle: Record<string, unknown> = {}
  circle.self = circle
  log.write('warn', 'odd', { circle, bytes: 1n })
  log.write('debug', 'left out')
  log.flush()
  const lines = readFileSync(path.join(folder.path, 'logs', 'orbital.log'), 'utf8')
    .trimEnd()
    .split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ event: 'odd', unwritable: ['circle', 'bytes'] }])
})
