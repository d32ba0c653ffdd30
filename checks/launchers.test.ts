import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

test('the command line is started with the same memory, whichever way (ADR 9)', () => {
  const ways = ['electron/cli/main.ts', 'package.json', 'build/bin/orbital', 'build/bin/orbital.cmd', 'bench/bench.ts']
  const said = ways.map((file) => readFileSync(join(root, file), 'utf8').match(/--max-semi-space-size=\d+/g) ?? [])
  expect(said.map((each) => new Set(each))).toEqual(ways.map(() => new Set(['--max-semi-space-size=16'])))
  // Both systems that the shell launcher tells apart.
  expect(said[2]).toHaveLength(2)
})
