import { useEffect, useRef, useState } from 'react'
import { create } from 'zustand'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { fetchLibrary } from '../../state/installed.ts'
import { repair, saveAsFile, verify, verifyAll } from './installed-actions.ts'

/** What is being done with a version now. */
export type Care = 'verifying' | 'repairing' | 'saving'

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
  const [busy, setBusy] = useState<ReadonlyMap<string, Care>>(new Map())
  const verifyingAll = useVerifyingAll((state) => state[libraryId])
  const aborts = useRef(new Map<string, AbortController>())

  const attend = (
    care: Care,
    versions: readonly InstalledVersion[],
    work: (version: InstalledVersion, signal: AbortSignal) => Promise<unknown>,
  ) => {
    const specs = versions.map(({ ref }) => specOf(ref)).filter((spec) => !aborts.current.has(spec))
    if (specs.length === 0) return
    const abort = new AbortController()
    for (const spec of specs) aborts.current.set(spec, abort)
    setBusy((before) => new Map([...before, ...specs.map((spec) => [spec, care] as const)]))
    run(async () => {
      try {
        for (const version of versions) {
          if (specs.includes(specOf(version.ref))) await work(version, abort.signal)
        }
      } finally {
        for (const spec of specs) aborts.current.delete(spec)
        setBusy((before) => new Map([...before].filter(([spec]) => !specs.includes(spec))))
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
    stop: ({ ref }) => aborts.current.get(specOf(ref))?.abort(),
  }
}
