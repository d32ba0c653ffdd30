import { useState } from 'react'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { fetchLibrary } from '../../state/installed.ts'
import { verify, verifyAll } from './installed-actions.ts'

interface Verifying {
  /** `<name>==<version>` of what is being verified now. */
  readonly verifying: ReadonlySet<string>
  /** While everything is verified: how many are left, and how to stop it. */
  readonly verifyingAll?: { readonly left: number; readonly abort: AbortController }
  verifySome(versions: readonly InstalledVersion[]): void
  verifyEverything(): void
}

/** Verifies versions of a library, and tells which ones are at it. `run` shows what fails. */
export function useVerifying(
  libraryId: string,
  installed: readonly InstalledVersion[],
  run: (work: () => Promise<unknown>) => void,
): Verifying {
  const [verifying, setVerifying] = useState<ReadonlySet<string>>(new Set())
  const [verifyingAll, setVerifyingAll] = useState<{ readonly left: number; readonly abort: AbortController }>()

  const verifySome = (versions: readonly InstalledVersion[]) => {
    const specs = versions.map(({ ref }) => specOf(ref))
    setVerifying((before) => new Set([...before, ...specs]))
    run(async () => {
      try {
        for (const version of versions) await verify(version)
      } finally {
        setVerifying((before) => new Set([...before].filter((spec) => !specs.includes(spec))))
        await fetchLibrary(libraryId)
      }
    })
  }
  const verifyEverything = () => {
    const abort = new AbortController()
    setVerifyingAll({ left: installed.length, abort })
    run(async () => {
      try {
        await verifyAll(installed, (left) => setVerifyingAll({ left, abort }), abort.signal)
      } finally {
        setVerifyingAll(undefined)
        await fetchLibrary(libraryId)
      }
    })
  }
  return { verifying, verifyingAll, verifySome, verifyEverything }
}
