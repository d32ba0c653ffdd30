import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { createRequests } from './requests.ts'

const cwd = path.resolve('/somewhere')

test('links and packages of a start wait until the window takes them', () => {
  const onAdded = vi.fn()
  const requests = createRequests(onAdded, (file) => !file.includes('missing'))
  const link = 'orbital://install?name=a&bucket=b'
  requests.addArguments(
    ['--no-sandbox', '/opt/orbital', link, 'ORBITAL://install?name=c', 'x.sputnik', 'missing.sputnik', 'notes.txt'],
    cwd,
  )
  expect(onAdded).toHaveBeenCalledTimes(3)
  expect(requests.take()).toEqual([
    { kind: 'link', link: { name: 'a', store: { bucket: 'b', root: '' } } },
    { kind: 'unknown-link' },
    { kind: 'path', path: path.join(cwd, 'x.sputnik') },
  ])
  expect(requests.take()).toEqual([])
})

test('of very many the oldest give way', () => {
  const requests = createRequests(
    () => {},
    () => true,
  )
  for (let at = 0; at < 80; at += 1) requests.addLink(`orbital://install?name=n${at}&bucket=b`)
  const taken = requests.take()
  expect(taken).toHaveLength(50)
  expect(taken.at(-1)).toMatchObject({ link: { name: 'n79' } })
})
