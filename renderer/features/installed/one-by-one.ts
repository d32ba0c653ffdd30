import { create } from 'zustand'
import { fetchLibrary } from '../../state/installed.ts'

interface UnderWay {
  /** How many are left. */
  readonly said: string
  stop(): void
}

/** What goes on with many versions of a library, by its id. */
export const useUnderWay = create<Readonly<Record<string, UnderWay | undefined>>>(() => ({}))

/** What is over before anybody has read of it isn't told. */
const tellEveryMs = 300

/** Does the same with each, one after the other. What takes longer is told on the page of the library, where it can be stopped: the rest is left as it is then. */
export async function oneByOne<T>(
  {
    libraryId,
    items,
    say,
  }: { readonly libraryId: string; readonly items: readonly T[]; readonly say: (left: number) => string },
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let isStopped = false
  let told: UnderWay | undefined
  let toldMs = performance.now()
  const stop = () => {
    isStopped = true
  }
  try {
    for (const [at, item] of items.entries()) {
      if (isStopped) return
      if (performance.now() - toldMs > tellEveryMs) {
        toldMs = performance.now()
        told = { said: say(items.length - at), stop }
        useUnderWay.setState({ [libraryId]: told })
      }
      await work(item)
    }
  } finally {
    // What else goes on in the library is still told.
    if (useUnderWay.getState()[libraryId] === told) useUnderWay.setState({ [libraryId]: undefined })
    // Of a large library the engine's word is heeded now and then only.
    void fetchLibrary(libraryId)
  }
}
