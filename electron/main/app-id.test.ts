import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { appId } from './app-id.ts'

test('the app names itself to Windows as its installer does', () => {
  const config = readFileSync(new URL('../../electron-builder.yml', import.meta.url), 'utf8')
  expect(/^appId: (.+)$/m.exec(config)?.[1]).toBe(appId)
})
