import { createHash } from 'node:crypto'
import { ringOver } from './ring.ts'
import type { WorkerContext } from './serve.ts'

export interface DigestStart {
  readonly ring: SharedArrayBuffer
}
/** The archive is written up to `end`. */
export interface ToDigest {
  readonly end: number
}
/** The md5 of the archive up to `end`, lower-case hex. */
export interface FromDigest {
  readonly end: number
  readonly md5: string
}

/** The worker's function, until it is stopped: the md5 of an archive while it is written, in the order of the archive. Serial by nature, hence a thread of its own. */
export function runDigest({ data, signal, post, onMessage }: WorkerContext<DigestStart, FromDigest, ToDigest>) {
  const ring = ringOver(data.ring)
  const hash = createHash('md5')
  let done = 0
  return new Promise<never>((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    onMessage(({ end }) => {
      for (const piece of ring.pieces(done, end)) hash.update(piece)
      done = end
      post({ end: done, md5: hash.copy().digest('hex') })
    })
  })
}
