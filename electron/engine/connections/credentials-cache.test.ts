import { expect, test } from 'vitest'
import type { Io, PlainCredentials } from '../ports.ts'
import { cacheCredentials } from './credentials-cache.ts'

const signal = AbortSignal.timeout(10_000)

function start(lifeMs: number | undefined) {
  let nowMs = 1_000_000
  let count = 0
  const provider = cacheCredentials(
    async () => {
      count += 1
      const end = lifeMs === undefined ? {} : { expiresAtMs: nowMs + lifeMs }
      return { kind: 'keys', accessKeyId: `K${count}`, secretAccessKey: 's', ...end }
    },
    { now: () => nowMs },
  )
  const keyAt = async (ms: number, renew = false) => {
    nowMs = 1_000_000 + ms
    return ((await provider({ signal, renew })) as { accessKeyId: string }).accessKeyId
  }
  return { keyAt }
}

test('long ones are renewed five minutes before they end, short ones at three quarters', async () => {
  const long = start(3_600_000)
  expect([await long.keyAt(0), await long.keyAt(3_299_999), await long.keyAt(3_300_000)]).toEqual(['K1', 'K1', 'K2'])
  const short = start(4_000)
  expect([await short.keyAt(0), await short.keyAt(2_999), await short.keyAt(3_000)]).toEqual(['K1', 'K1', 'K2'])
})

test('those without an end are kept until they are refused', async () => {
  const { keyAt } = start(undefined)
  expect([await keyAt(0), await keyAt(1e12), await keyAt(1e12, true), await keyAt(1e12)]).toEqual([
    'K1',
    'K1',
    'K2',
    'K2',
  ])
})

test('what still holds is given when it can’t be renewed ahead of time, and tried again a little later', async () => {
  let nowMs = 0
  let count = 0
  const provider = cacheCredentials(
    async () => {
      count += 1
      if (count > 1) throw new Error('the service is away')
      return { kind: 'keys', accessKeyId: 'K1', secretAccessKey: 's', expiresAtMs: 3_600_000 }
    },
    { now: () => nowMs },
  )
  const first = await provider({ signal })
  nowMs = 3_400_000
  expect([await provider({ signal }), await provider({ signal }), count]).toEqual([first, first, 2])
  nowMs += 10_000
  expect([await provider({ signal }), count]).toEqual([first, 3])
  await expect(provider({ signal, renew: true })).rejects.toThrow('the service is away')
  nowMs = 3_600_000
  await expect(provider({ signal })).rejects.toThrow('the service is away')
})

test('what is over when it comes is kept for a minute: clocks disagree, and the store decides', async () => {
  const { keyAt } = start(-1000)
  expect([await keyAt(0), await keyAt(59_000), await keyAt(59_500, true), await keyAt(120_000)]).toEqual([
    'K1',
    'K1',
    'K2',
    'K3',
  ])
})

test('a failure is told to all who wait, and tried anew for the next', async () => {
  let count = 0
  const provider = cacheCredentials(
    async () => {
      count += 1
      if (count === 1) throw new Error('first')
      return { kind: 'anonymous' }
    },
    { now: () => 0 },
  )
  const asked = await Promise.allSettled([provider({ signal }), provider({ signal })])
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await provider({ signal })).toEqual({ kind: 'anonymous' })
  expect(count).toBe(2)
})

test('one who stops waiting does not stop it for the others; the last one does', async () => {
  let given: Io | undefined
  let settle: (credentials: PlainCredentials) => void = () => {}
  const provider = cacheCredentials(
    (io) => {
      given = io
      return new Promise((resolve) => {
        settle = resolve
      })
    },
    { now: () => 0 },
  )
  const [first, second] = [new AbortController(), new AbortController()]
  const asked = [provider({ signal: first.signal }), provider({ signal: second.signal })]
  first.abort()
  await expect(asked[0]).rejects.toMatchObject({ code: 'cancelled' })
  expect(given?.signal.aborted).toBe(false)
  settle({ kind: 'anonymous' })
  expect(await asked[1]).toEqual({ kind: 'anonymous' })

  const alone = new AbortController()
  const third = provider({ signal: alone.signal, renew: true })
  alone.abort()
  await expect(third).rejects.toMatchObject({ code: 'cancelled' })
  expect(given?.signal.aborted).toBe(true)
})
