/** What can go wrong with the requests of an install, and how each must end: for a version of one range, and (`…OfOneRange`) for one of three. */
import type { ErrorCode } from '../shared/errors.ts'
import { alter, alterBody, alterHeaders, breakOff, flip, noHttp, page, positions, refuse, unheard } from './faults.ts'
import type { Deed, FaultyRequest } from './faulty-proxy.ts'
import { createBytes } from './package-builder.ts'

export const requests = {
  meta: ({ method, path: key }: FaultyRequest) => method === 'GET' && key.includes('meta.json'),
  head: ({ method, path: key }: FaultyRequest) => method === 'HEAD' && key.includes('archive.gz'),
  range: ({ method, path: key }: FaultyRequest) => method === 'GET' && key.includes('archive.gz'),
}
type Where = keyof typeof requests
/** `waits`: it goes on trying, and says so; whoever stops it has nothing installed. */
type End = 'installed' | 'waits' | ErrorCode
export interface InstallFault {
  readonly where: Where
  readonly name: string
  readonly deed: Deed
  readonly ends: End
  /** All such requests where it is missing. */
  readonly times?: number
  /** With the large package: so many pass before. */
  readonly skip?: number
}

// ------------------------------------------------------------------ what a network does

const cut: InstallFault[] = (['range', 'meta', 'head'] as const).flatMap((where) =>
  (['reset', 'end', 'stall'] as const).flatMap((how) =>
    positions
      .filter((position) => where !== 'head' || position === 'before')
      .map((position) => ({
        where,
        name: `${how}, ${position}`,
        deed: breakOff(how, position),
        times: 1,
        ends: 'installed' as const,
      })),
  ),
)
export const breaksOfOneRange: InstallFault[] = [0, 1, 2].flatMap((skip) =>
  (['reset', 'stall'] as const).flatMap((how) =>
    positions.map((position) => ({
      where: 'range' as const,
      name: `${how}, ${position}, range ${skip + 1}`,
      deed: breakOff(how, position),
      times: 1,
      skip,
      ends: 'installed' as const,
    })),
  ),
)
const goneForGood: InstallFault[] = [
  { where: 'range', name: 'reset, unheard', deed: unheard, ends: 'waits' },
  { where: 'range', name: 'reset, first', deed: breakOff('reset', 'first'), ends: 'waits' },
  { where: 'range', name: 'stall, before', deed: breakOff('stall', 'before'), ends: 'waits' },
  { where: 'meta', name: 'reset, unheard', deed: unheard, ends: 'network-interrupted' },
  { where: 'meta', name: 'end, middle', deed: breakOff('end', 'middle'), ends: 'network-interrupted' },
  { where: 'head', name: 'reset, unheard', deed: unheard, ends: 'network-interrupted' },
  { where: 'head', name: 'stall, before', deed: breakOff('stall', 'before'), ends: 'network-interrupted' },
]

export const breaks: readonly InstallFault[] = [...cut, ...goneForGood]

// ------------------------------------------------------------------ what a store answers

const busy: InstallFault[] = (['range', 'meta', 'head'] as const).flatMap((where) =>
  (
    [
      [500, ''],
      [503, 'SlowDown'],
      [429, 'TooManyRequests'],
      [408, 'RequestTimeout'],
    ] as const
  ).flatMap(([status, code]) => [
    { where, name: `${status} ${code} once`, deed: refuse(status, code), times: 1, ends: 'installed' as const },
    {
      where,
      name: `${status} ${code} always`,
      deed: refuse(status, code),
      ends: where === 'range' ? ('waits' as const) : ('store-busy' as const),
    },
  ]),
)
const refusals: InstallFault[] = (
  [
    ['403', refuse(403, 'AccessDenied'), 'access-denied', 'access-denied'],
    ['401', refuse(401, 'Unauthorized'), 'sign-in-wrong', 'sign-in-wrong'],
    ['unknown keys', refuse(403, 'InvalidAccessKeyId'), 'sign-in-wrong', 'access-denied'],
    ['wrong signature', refuse(403, 'SignatureDoesNotMatch'), 'sign-in-wrong', 'access-denied'],
    ['ended sign-in', refuse(400, 'ExpiredToken'), 'sign-in-expired', 'store-answer'],
    ['404', refuse(404, 'NoSuchKey'), 'package-not-found', 'package-not-found'],
    ['no bucket', refuse(404, 'NoSuchBucket'), 'bucket-not-found', 'package-not-found'],
    ['301', refuse(301, 'PermanentRedirect'), 'store-answer', 'store-answer'],
    ['307 to nowhere', refuse(307, ''), 'store-answer', 'store-answer'],
    ['501', refuse(501, 'NotImplemented'), 'store-answer', 'store-answer'],
    ['proxy wants a sign-in', refuse(407, ''), 'store-answer', 'store-answer'],
    ['another clock', refuse(403, 'RequestTimeTooSkewed'), 'store-answer', 'access-denied'],
    ['204', refuse(204, ''), 'store-answer', 'store-answer'],
    ['no HTTP', noHttp, 'store-answer', 'store-answer'],
    ['a web page', page, 'store-answer', 'store-answer'],
    ['a web page that refuses', refuse(403, '', { 'content-type': 'text/html' }), 'store-answer', 'store-answer'],
  ] as const
).flatMap(([name, deed, atGet, atHead]): InstallFault[] => [
  { where: 'meta', name, deed, ends: atGet },
  { where: 'head', name, deed, ends: atHead },
  {
    where: 'range',
    name,
    deed,
    ends: atGet === 'package-not-found' ? 'object-not-found' : atGet,
  },
])
const once: InstallFault[] = [
  {
    where: 'meta',
    name: 'another clock, once',
    deed: refuse(403, 'RequestTimeTooSkewed'),
    times: 1,
    ends: 'installed',
  },
  {
    where: 'range',
    name: 'another clock, once',
    deed: refuse(403, 'RequestTimeTooSkewed'),
    times: 1,
    ends: 'installed',
  },
  { where: 'range', name: '412', deed: refuse(412, 'PreconditionFailed'), ends: 'object-changed' },
  { where: 'range', name: '416', deed: refuse(416, 'InvalidRange'), ends: 'object-changed' },
]

export const answers: readonly InstallFault[] = [...busy, ...refusals, ...once]

// ------------------------------------------------------------------ what a store lies about

const extentOf = (answer: { readonly headers: Readonly<Record<string, string>> }): [number, number, number] => {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers['content-range'] ?? '') ?? []
  return [Number(first), Number(last), Number(total)]
}
const ranges: readonly (readonly [string, Deed, End])[] = [
  ['a range that begins later', withExtent(([first, last, total]) => [first + 1, last + 1, total]), 'store-answer'],
  ['a range that begins earlier', withExtent(([first, last, total]) => [first - 1, last - 1, total]), 'store-answer'],
  ['a shorter range, said', shorter(true), 'store-answer'],
  ['a shorter range, unsaid', shorter(false), 'waits'],
  ['a longer range', withExtent(([first, last, total]) => [first, last + 9, total + 9]), 'store-answer'],
  ['no range told', alterHeaders(() => ({ 'content-range': undefined })), 'store-answer'],
  ['garbage for a range', alterHeaders(() => ({ 'content-range': 'lines 1-2' })), 'store-answer'],
  [
    'a range of an unknown total',
    alterHeaders(({ headers }) => ({ 'content-range': (headers['content-range'] ?? '').replace(/\d+$/, '*') })),
    'store-answer',
  ],
  ['another etag', alterHeaders(() => ({ etag: '"other"' })), 'object-changed'],
  ['a weak etag', alterHeaders(({ headers }) => ({ etag: `W/${headers.etag}` })), 'installed'],
  ['an etag without quotes', alterHeaders(({ headers }) => ({ etag: headers.etag?.replaceAll('"', '') })), 'installed'],
  ['no etag', alterHeaders(() => ({ etag: undefined })), 'store-answer'],
  ['bytes of another object', alterBody((body) => createBytes(body.length, 99)), 'archive-damaged'],
  ['zeros', alterBody((body) => Buffer.alloc(body.length)), 'archive-damaged'],
  ['the first bit wrong', flip('first'), 'archive-damaged'],
  ['a bit in the middle wrong', flip('middle'), 'archive-damaged'],
  ['the last bit wrong', flip('last'), 'archive-damaged'],
]
function withExtent(change: (extent: [number, number, number]) => [number, number, number]): Deed {
  return alterHeaders((answer) => {
    const [first, last, total] = change(extentOf(answer))
    return { 'content-range': `bytes ${Math.max(0, first)}-${last}/${total}` }
  })
}
function shorter(isSaid: boolean): Deed {
  return alter((answer) => {
    const [first, , total] = extentOf(answer)
    const body = answer.body.subarray(0, Math.max(0, answer.body.length - 100))
    const said = {
      'content-length': `${body.length}`,
      'content-range': `bytes ${first}-${first + body.length - 1}/${total}`,
    }
    if (isSaid) return { body, headers: { ...answer.headers, ...said } }
    const { 'content-length': _, ...headers } = answer.headers
    return { body, headers }
  })
}
export const lies: InstallFault[] = ranges.flatMap(([name, deed, ends]) => [
  { where: 'range', name: `${name}, always`, deed, ends },
  { where: 'range', name: `${name}, once`, deed, times: 1, ends: 'installed' },
])
export const liesOfOneRange: InstallFault[] = [2].flatMap((skip) =>
  ranges.map(([name, deed, ends]) => ({
    where: 'range' as const,
    name: `${name}, range ${skip + 1} and later`,
    deed,
    skip,
    ends,
  })),
)
