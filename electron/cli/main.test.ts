import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { version } from '../engine/version.ts'
import { startFolder } from './start-folder.ts'

const run = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args])

test('the entry runs the command line', async () => {
  expect(await run('--version')).toEqual({ stdout: `orbital ${version}\n`, stderr: '' })
})

test('a command that does not exist ends with exit code 2 and says so', async () => {
  await expect(run('publsh')).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('There is no command “publsh”'),
  })
})

test('paths are meant from where npm was called', () => {
  expect(startFolder({ npm_lifecycle_event: 'orbital', INIT_CWD: '/models/mine' }, '/checkout')).toBe('/models/mine')
  expect(startFolder({ npm_lifecycle_event: 'test', INIT_CWD: '/models/mine' }, '/checkout')).toBe('/checkout')
  expect(startFolder({}, '/models')).toBe('/models')
})
