const tellEveryBytes = 4 * 1024 * 1024

/** Adds bytes up and tells of them now and then: a message for each chunk would cost more than the chunk. `flush` tells the rest. */
export function createByteTeller(tell: (bytes: number) => void): { add(bytes: number): void; flush(): void } {
  let untold = 0
  const flush = () => {
    if (untold > 0) tell(untold)
    untold = 0
  }
  return {
    add(bytes) {
      untold += bytes
      if (untold >= tellEveryBytes) flush()
    },
    flush,
  }
}
