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
  let toldMs = performance.now()
  const stop = () => {
    isStopped = true
  }
  try {
    for (const [at, item] of items.entries()) {
      if (isStopped) return
      if (performance.now() - toldMs > tellEveryMs) {
        toldMs = performance.now()
        useUnderWay.setState({ [libraryId]: { said: say(items.length - at), stop } })
      }
      await work(item)
    }
  } finally {
    useUnderWay.setState({ [libraryId]: undefined })
    // The engine's word of so many changes is heeded now and then only.
    if (items.length > 1) void fetchLibrary(libraryId)
  }
}
