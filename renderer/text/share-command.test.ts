import { expect, it } from 'vitest'
import type { Connection } from '../../shared/model/connection.ts'
import { addCommandOf } from './share-command.ts'

const s3 = { kind: 's3', bucket: 'models', root: '', signIn: { kind: 'chain' } } as const
const command = (name: string, location: Connection['location']) => addCommandOf({ name, location })

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

it('puts into quotes what a shell would take apart or act on', () => {
  expect(command('Team "A" $(rm) `x`', { kind: 'folder', path: '/mnt/our models', root: '' })).toBe(
    'orbital connections add "Team \\"A\\" \\$(rm) \\`x\\`" --folder "/mnt/our models"',
  )
})
