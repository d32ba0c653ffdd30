import { useEffect, useMemo, useRef } from 'react'
import { create } from 'zustand'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { fetchLibrary } from '../../state/installed.ts'
import { repair, saveAsFile, verify, verifyAll } from './installed-actions.ts'

/** What is being done with a version now; `waiting`: once it is done with others. */
export type Care = 'verifying' | 'repairing' | 'saving' | 'waiting'

export interface VersionCare {
  /** By `<name>==<version>`. */
  readonly busy: ReadonlyMap<string, Care>
  /** While everything is verified: how many are left, and how to stop it. */
  readonly verifyingAll?: VerifyingAll
  verifySome(versions: readonly InstalledVersion[]): void
  verifyEverything(): void
  repairOne(version: InstalledVersion): void
  saveOne(version: InstalledVersion): void
  /** Ends what is being done with a version. */
  stop(version: InstalledVersion): void
}

interface VerifyingAll {
  readonly left: number
  readonly abort: AbortController
}

/** By library: it goes on while another page is looked at, and can still be stopped afterwards. */
const useVerifyingAll = create<Readonly<Record<string, VerifyingAll | undefined>>>(() => ({}))

interface Attended {
  readonly care: Care
  readonly abort: AbortController
}
type AttendedBySpec = ReadonlyMap<string, Attended>
/** The same for single versions, by library and spec. */
const useAttended = create<Readonly<Record<string, AttendedBySpec | undefined>>>(() => ({}))
const none: AttendedBySpec = new Map()
const attendedIn = (libraryId: string): AttendedBySpec => useAttended.getState()[libraryId] ?? none

/** Absent: nothing is done with it any more. */
function setAttended(libraryId: string, spec: string, attended: Attended | undefined): void {
  const next = new Map(attendedIn(libraryId))
  if (attended === undefined) next.delete(spec)
  else next.set(spec, attended)
  useAttended.setState({ [libraryId]: next })
}

/** Verifies, repairs and saves versions of a library, and tells which ones are at it. `run` shows what fails; `opened`: the package whose details are in view. */
export function useCare(
  libraryId: string,
  installed: readonly InstalledVersion[],
  run: (work: () => Promise<unknown>) => void,
  opened: string | undefined,
): VersionCare {
  // When it ends, another one's may be in view, or another page.
  const inView = useRef<string>(undefined)
  useEffect(() => {
    inView.current = opened
    return () => {
      inView.current = undefined
    }
  }, [opened])
  const attended = useAttended((state) => state[libraryId] ?? none)
  const busy = useMemo(() => new Map([...attended].map(([spec, { care }]) => [spec, care])), [attended])
  const verifyingAll = useVerifyingAll((state) => state[libraryId])

  const attend = (
    care: Care,
    versions: readonly InstalledVersion[],
    work: (version: InstalledVersion, signal: AbortSignal) => Promise<unknown>,
  ) => {
    const taken = versions
      .map((version) => ({ version, spec: specOf(version.ref), abort: new AbortController() }))
      .filter(({ spec }) => !attendedIn(libraryId).has(spec))
    if (taken.length === 0) return
    /** Unless something else is done with it by now. */
    const leave = ({ spec, abort }: Pick<(typeof taken)[number], 'spec' | 'abort'>) => {
      if (attendedIn(libraryId).get(spec)?.abort === abort) setAttended(libraryId, spec, undefined)
    }
    for (const { spec, abort } of taken) setAttended(libraryId, spec, { care: 'waiting', abort })
    run(async () => {
      try {
        for (const { version, spec, abort } of taken) {
          if (abort.signal.aborted) continue
          setAttended(libraryId, spec, { care, abort })
          await work(version, abort.signal).catch((error: unknown) => {
            // Stopped: the others go on.
            if (!abort.signal.aborted) throw error
          })
          leave({ spec, abort })
        }
      } finally {
        for (const each of taken) leave(each)
        await fetchLibrary(libraryId)
      }
    })
  }
  const verifyEverything = () => {
    if (useVerifyingAll.getState()[libraryId] !== undefined) return
    const abort = new AbortController()
    const tell = (left: number) => useVerifyingAll.setState({ [libraryId]: { left, abort } })
    tell(installed.length)
    run(async () => {
      try {
        await verifyAll(installed, tell, abort.signal)
      } finally {
        useVerifyingAll.setState({ [libraryId]: undefined })
        await fetchLibrary(libraryId)
      }
    })
  }
  return {
    busy,
    verifyingAll,
    verifyEverything,
    verifySome: (versions) =>
      attend('verifying', versions, (version, signal) =>
        verify(version, signal, () => inView.current === version.ref.name),
      ),
    repairOne: (version) => attend('repairing', [version], repair),
    saveOne: (version) => attend('saving', [version], saveAsFile),
    stop({ ref }) {
      const spec = specOf(ref)
      const stopped = attendedIn(libraryId).get(spec)
      stopped?.abort.abort()
      if (stopped?.care === 'waiting') setAttended(libraryId, spec, undefined)
    },
  }
}
