import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { AppError } from '../../shared/errors.ts'
import { type Api, procedure } from '../../shared/ipc/procedure.ts'
import { createRouter } from './router.ts'

const contract = {
  note: {
    add: procedure(z.strictObject({ text: z.string().max(5) }), z.strictObject({ id: z.number() })),
    list: procedure(z.strictObject({}), z.array(z.string())),
    many: procedure(z.strictObject({ last: z.enum(['right', 'wrong']) }), z.array(z.strictObject({ id: z.number() }))),
    fail: procedure(z.strictObject({ how: z.enum(['app', 'foreign', 'abort']) }), z.strictObject({})),
    wrong: procedure(z.strictObject({}), z.strictObject({ id: z.number() })),
    wait: procedure(z.strictObject({}), z.strictObject({})),
  },
} as const

const implementation: Api<typeof contract> = {
  note: {
    add: async ({ text }) => ({ id: text.length }),
    list: async () => ['a'],
    many: async ({ last }) => [
      ...Array.from({ length: 4999 }, (_, id) => ({ id })),
      last === 'right' ? { id: 4999 } : { id: 4999, secret: 'hunter2' },
    ],
    fail: async ({ how }) => {
      if (how === 'app') throw new AppError('disk-full', { path: '/p' })
      throw new Error('password=hunter2')
    },
    wrong: async () => ({ id: 1, secret: 'hunter2' }),
    wait: (_input, options) =>
      new Promise((_resolve, reject) =>
        options?.signal?.addEventListener('abort', () => reject(new Error('stopped')), { once: true }),
      ),
  },
}

const reported: string[] = []
const router = createRouter(contract, implementation, {
  report: (name, error) => reported.push(`${name} ${error.code}`),
})
const never = new AbortController().signal
const call = (name: unknown, input: unknown = {}) =>
  router.handle({ callId: '1', procedure: name, input }, { signal: never })

describe('a call', () => {
  test('that fits the contract is answered', async () => {
    expect(await call('note.add', { text: 'abc' })).toEqual({ ok: true, value: { id: 3 } })
    expect(await call('note.list', undefined)).toEqual({ ok: true, value: ['a'] })
  })

  test('with a very long answer is checked to its end, and the loop has its turns meanwhile', async () => {
    let turns = 0
    const ended = new AbortController()
    const count = () => {
      turns += 1
      if (!ended.signal.aborted) setImmediate(count)
    }
    setImmediate(count)
    const ids = Array.from({ length: 5000 }, (_, id) => ({ id }))
    expect(await call('note.many', { last: 'right' })).toEqual({ ok: true, value: ids })
    ended.abort()
    expect(turns).toBeGreaterThanOrEqual(2)
    expect(await call('note.many', { last: 'wrong' })).toMatchObject({ ok: false, error: { code: 'internal' } })
  })

  test.each([
    'note',
    'note.',
    '.add',
    'note.add.x',
    'note.constructor',
    'note.toString',
    'note.__proto__',
    '__proto__.toString',
    'constructor.name',
    'hasOwnProperty.call',
    'other.add',
    '',
    7,
    null,
    ['note.add'],
  ])('of %j is a usage error', async (name) => {
    expect(await call(name, {})).toMatchObject({ ok: false, error: { code: 'usage' } })
  })

  test.each([
    undefined,
    null,
    'note.add',
    [],
    {},
    { callId: '', procedure: 'note.list', input: {} },
    { callId: 'x'.repeat(65), procedure: 'note.list', input: {} },
    { callId: '1', procedure: 'note.list', input: {}, extra: 1 },
  ])('in the envelope %j is a usage error', async (envelope) => {
    expect(await router.handle(envelope, { signal: never })).toMatchObject({ ok: false, error: { code: 'usage' } })
  })

  test('with an input that does not fit says where, and does not repeat it', async () => {
    const answers = [
      await call('note.add', { text: 'hunter2' }),
      await call('note.add', { text: 'a', more: 'hunter2' }),
      await call('note.add', { text: 1 }),
      await call('note.fail', { how: 'hunter2' }),
    ]
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { code: 'usage' } })
    expect(JSON.stringify(answers)).toContain('note.add: text (too big)')
    expect(JSON.stringify(answers)).not.toContain('hunter2')
  })

  test('whose answer has more than the contract names is an internal error that does not repeat it', async () => {
    const answer = await call('note.wrong')
    expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(JSON.stringify(answer)).not.toContain('hunter2')
  })

  test('that fails gives the code; a foreign error gives nothing but its class, and is reported', async () => {
    expect(await call('note.fail', { how: 'app' })).toEqual({
      ok: false,
      error: { code: 'disk-full', details: { path: '/p' } },
    })
    const foreign = await call('note.fail', { how: 'foreign' })
    expect(foreign).toEqual({ ok: false, error: { code: 'internal', details: { what: 'Error' } } })
    expect(reported.slice(-2)).toEqual(['note.fail disk-full', 'note.fail internal'])
  })

  test('that is cancelled says so, whatever was thrown', async () => {
    const controller = new AbortController()
    const answer = router.handle({ callId: '2', procedure: 'note.wait', input: {} }, { signal: controller.signal })
    controller.abort()
    expect(await answer).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  })
})
