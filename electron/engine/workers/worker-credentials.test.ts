import { expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { CredentialsIo, PlainCredentials, StoreSpec } from '../ports.ts'
import { answerCredentials, type CredentialsWanted, createCredentialsAsker } from './worker-credentials.ts'

const keys = (accessKeyId: string): PlainCredentials => ({ kind: 'keys', accessKeyId, secretAccessKey: 's' })
const spec: StoreSpec = { kind: 's3', bucket: 'b', root: '', credentials: keys('first'), connections: 1 }
const io: CredentialsIo = { signal: new AbortController().signal }
const renewing: CredentialsIo = { ...io, renew: true }

function start(credentials: (io: CredentialsIo) => Promise<PlainCredentials> = async () => keys('asked')) {
  const asked: CredentialsWanted[] = []
  const asker = createCredentialsAsker(spec, (message) => asked.push(message))
  /** Answers what was asked, by its number. */
  const answer = (number: number) =>
    answerCredentials({ post: asker.hear }, credentials, { ...io, renew: asked[number]?.renew ?? false })
  return { ...asker, asked, answer }
}

test('the first credentials are those that the thread was started with, the next ones the engine’s', async () => {
  const { ask, asked, answer } = start()
  expect(await ask(io)).toEqual(keys('first'))
  expect(asked).toEqual([])
  const next = ask(io)
  await answer(0)
  expect(await next).toEqual(keys('asked'))
})

test('many that wait ask once', async () => {
  const { ask, asked, answer } = start()
  await ask(io)
  const all = [ask(io), ask(io), ask(io)]
  expect(asked).toEqual([{ kind: 'credentials-wanted', renew: false }])
  await answer(0)
  expect(await Promise.all(all)).toEqual([keys('asked'), keys('asked'), keys('asked')])
})

test('who was refused with the last ones is served only by those that were fetched anew, which serve all', async () => {
  const { ask, asked, answer } = start(async ({ renew = false }) => keys(renew ? 'new' : 'old'))
  await ask(io)
  const settled: string[] = []
  const follow = (name: string, asking: Promise<PlainCredentials>) =>
    asking.then((found) => settled.push(`${name} ${found.kind === 'keys' ? found.accessKeyId : ''}`))
  const plain = follow('plain', ask(io))
  const refused = follow('refused', ask(renewing))
  expect(asked.map(({ renew }) => renew)).toEqual([false, true])
  await answer(0)
  await plain
  expect(settled).toEqual(['plain old'])
  const later = follow('later', ask(io))
  await answer(1)
  await Promise.all([refused, later])
  expect(settled).toEqual(['plain old', 'refused new', 'later new'])
})

test('a failure reaches those who asked for the same, as the error it was', async () => {
  const { ask, answer } = start(async ({ renew = false }) => {
    if (renew) throw new AppError('sign-in-expired', { connection: 'weights', command: 'aws sso login' })
    return keys('old')
  })
  await ask(io)
  const [plain, refused] = [ask(io), ask(renewing)]
  await Promise.all([
    expect(refused).rejects.toMatchObject({
      code: 'sign-in-expired',
      details: { connection: 'weights', command: 'aws sso login' },
    }),
    answer(1),
  ])
  await answer(0)
  expect(await plain).toEqual(keys('old'))
})

test('who stops waiting is let go, and the next one asks again', async () => {
  const { ask, asked } = start()
  await ask(io)
  const controller = new AbortController()
  const given = ask({ signal: controller.signal })
  controller.abort(new AppError('cancelled', {}))
  await expect(given).rejects.toMatchObject({ code: 'cancelled' })
  await expect(ask({ signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' })
  void ask(io)
  expect(asked.length).toBe(2)
})
