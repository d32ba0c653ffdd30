import { describe, expect, it } from 'vitest'
import type { Connection, ConnectionReport, SignedIn } from '../../shared/model/connection.ts'
import { describeConnection, untilText } from './describe-connection.ts'

const amazon: Connection = {
  id: 'r',
  name: 'Research models',
  isDefault: false,
  origin: 'person',
  location: { kind: 's3', bucket: 'research', root: '', signIn: { kind: 'chain', profile: 'research' } },
}
const now = Date.parse('2026-11-25T10:00:00')
const report = (signedIn: Partial<SignedIn>): ConnectionReport => ({
  connectionId: 'r',
  testedAt: '',
  checks: [],
  region: 'eu-central-1',
  signedIn: { by: 'profile', accessKeyId: 'AKIA', ...signedIn },
})

describe('describeConnection', () => {
  it('says before a test what was asked for, and after it what was found', () => {
    expect(describeConnection(amazon)).toBe('Amazon S3. Signed in by the profile research.')
    expect(describeConnection(amazon, report({ by: 'single-sign-on', profile: 'research' }))).toBe(
      'Amazon S3 in Frankfurt. Signed in by your company (AWS SSO), profile research.',
    )
    expect(describeConnection(amazon, report({ by: 'boto-file' }))).toContain('Signed in by the keys in a boto file.')
  })
})

describe('untilText', () => {
  const until = (at: string) => untilText({ by: 'role', accessKeyId: '', until: new Date(at).toISOString() }, now)
  it('is a time of today, else with its day', () => {
    expect(until('2026-11-25T18:30:00')).toBe(' until 18:30')
    expect(until('2026-11-26T01:05:00')).toContain('26 November 2026')
    expect(untilText({ by: 'keys', accessKeyId: '' }, now)).toBe('')
  })
})
