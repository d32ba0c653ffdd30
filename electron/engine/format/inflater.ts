import zlib from 'node:zlib'

/** Deflate data of unknown length, piece by piece, through zlib's thread. */
export interface Inflater {
  /** Resolves when the chunk is worked off: to undefined, or to the bytes after the end of the data. Rejects on broken data or when onData throws. */
  push(chunk: Uint8Array): Promise<Uint8Array | undefined>
  close(): void
}

export function createInflater(options: {
  /** What came out before, for references back into it. */
  readonly dictionary: Uint8Array
  /** Output that is still expected; only a hint for buffers. */
  readonly leftBytes: number
  readonly onData: (bytes: Uint8Array) => void
}): Inflater {
  const stream = zlib.createInflateRaw({
    chunkSize: Math.max(4096, Math.min(options.leftBytes + 1, 262_144)),
    ...(options.dictionary.length === 0 ? {} : { dictionary: options.dictionary }),
  })
  let failure: unknown
  let hasEnded = false
  /** Bytes given to zlib in all. */
  let givenBytes = 0
  let settle: (() => void) | undefined

  stream.on('data', (bytes: Uint8Array) => {
    if (failure !== undefined) return
    try {
      options.onData(bytes)
    } catch (error) {
      failure = error
      stream.destroy()
    }
  })
  stream.on('end', () => {
    hasEnded = true
    settle?.()
  })
  stream.on('error', (error) => {
    failure ??= error
    settle?.()
  })
  stream.on('close', () => settle?.())

  return {
    async push(chunk) {
      givenBytes += chunk.length
      await new Promise<void>((resolve) => {
        settle = resolve
        // Called when the chunk is used up; not when the data ends inside it: `end` comes then.
        stream.write(chunk, (error) => {
          if (!hasEnded) failure ??= error ?? undefined
          resolve()
        })
      })
      settle = undefined
      if (failure !== undefined) throw failure
      if (!hasEnded) return undefined
      const leftBytes = givenBytes - stream.bytesWritten
      stream.destroy()
      return chunk.subarray(chunk.length - leftBytes)
    },
    close: () => void stream.destroy(),
  }
}
