import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import type { Connection } from '../../shared/model/connection.ts'
import { addCommandOf } from './share-command.ts'

const s3 = { kind: 's3', bucket: 'models', root: '', signIn: { kind: 'chain' } } as const
const command = (name: string, location: Connection['location']) => addCommandOf({ name, location }, 'sh')

it('names the store and how one signs in, and no key', () => {
  const keys = { kind: 'keys', accessKeyId: 'AKIASECRETIVE' } as const
  const ours = {
    ...s3,
    root: 'team/',
    endpoint: 'https://store.test:9000',
    region: 'eu-1',
    addressing: 'path',
    signIn: keys,
  } as const
  expect(command('Team', ours)).toBe(
    'orbital connections add Team --bucket models --root team/ --endpoint https://store.test:9000 --region eu-1 --addressing path --access-key-id YOUR_KEY_ID',
  )
  expect(command('Team', { ...s3, signIn: { kind: 'chain', profile: 'work' } })).toMatch(
    /--bucket models --profile work$/,
  )
  expect(command('Team', { ...s3, signIn: { kind: 'anonymous' } })).toMatch(/--bucket models --public$/)
})

/** What the command gets from a real shell. */
function heard(shell: string, line: string | undefined): readonly string[] {
  const script = `orbital() { printf '%s\\0' "$@"; }\n${line}`
  return execFileSync(shell, ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

const odd = [
  'Team "A" $(rm) `x` $HOME',
  "It's ours; rm -rf / & echo | cat > x",
  '100% @home !! *.* ~ #1 \\n \\',
  'größer – “so” ‘and’ 日本',
]
it.each(['sh', 'bash'].flatMap((shell) => odd.map((name) => [shell, name])))(
  '%s takes “%s” as it is',
  (shell, name) => {
    const path = `/mnt/our models/${name}`
    const line = command(name, { kind: 'folder', path, root: name })
    expect(heard(shell, line)).toEqual([
      'connections',
      'add',
      name,
      '--folder',
      path.replace(/\\$/, ''),
      '--root',
      name,
    ])
  },
)

it('is quoted for PowerShell by its own rules', () => {
  const ours = { kind: 'folder', path: 'C:\\Our models\\', root: '' } as const
  expect(addCommandOf({ name: 'Team $(calc) it’s', location: ours }, 'powershell')).toBe(
    "orbital connections add 'Team $(calc) it’’s' --folder 'C:\\Our models'",
  )
  const root = { kind: 'folder', path: 'C:\\', root: '' } as const
  expect(addCommandOf({ name: 'a,b', location: root }, 'powershell')).toMatch(/ add 'a,b' --folder C:\\$/)
})

it('is none where a name can’t be written safely', () => {
  const ours = { kind: 'folder', path: '/mnt/models', root: '' } as const
  for (const name of ['--json', '-x', 'two\nlines', 'esc\u001b[A']) expect(command(name, ours)).toBeUndefined()
  expect(command('Team', { ...ours, root: '--json' })).toBeUndefined()
  for (const name of ['a "b"', 'ends here \\', 'a&calc', '%PATH%', 'a|b', 'a > b', 'a^b']) {
    expect(addCommandOf({ name, location: ours }, 'powershell')).toBeUndefined()
    expect(command(name, ours)).toBeDefined()
  }
})
