import { expect, test } from 'vitest'
import { connectionNotFound } from './connection-ids.ts'

const all = [
  { id: 'local', name: 'This computer' },
  { id: 'team-models', name: 'Team models' },
  { id: 'store-2', name: 'Öffentlich' },
]

test.each([
  ['team-modles', 'team-models'],
  ['Team models', 'team-models'],
  ['This Computer', 'local'],
  ['Öffentlich', 'store-2'],
  ['nowhere', undefined],
])('%s means the connection %s', (typed, meant) => {
  expect(connectionNotFound(typed, all).details).toEqual({ connectionId: typed, ...(meant ? { meant } : {}) })
})
