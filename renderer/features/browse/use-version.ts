import { useEffect, useState } from 'react'
import { type AppError, isAppError, toAppError } from '../../../shared/errors.ts'
import type { FileEntry, PackageInfo } from '../../../shared/model/package.ts'
import { client } from '../../ipc/link.ts'

export type Fetched<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: AppError }

/** Runs a call whenever `key` changes; an answer that comes too late is dropped, and its call cancelled. */
export function useFetched<T>(
  key: string,
  call: (signal: AbortSignal) => Promise<T>,
): Fetched<T> & { readonly retry: () => void } {
  const [state, setState] = useState<{ readonly key: string; readonly fetched: Fetched<T> }>()
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key names all that the call depends on
  useEffect(() => {
    const stop = new AbortController()
    call(stop.signal)
      .then((value) => setState({ key, fetched: { kind: 'ready', value } }))
      .catch((error: unknown) => {
        if (!isAppError(error, 'cancelled')) setState({ key, fetched: { kind: 'failed', error: toAppError(error) } })
      })
    return () => stop.abort()
  }, [key, attempt])
  const fetched: Fetched<T> = state?.key === key ? state.fetched : { kind: 'loading' }
  return {
    ...fetched,
    retry: () => {
      setState(undefined)
      setAttempt((count) => count + 1)
    },
  }
}

export interface VersionInFull {
  readonly info: PackageInfo
  readonly files: readonly FileEntry[]
}

/** One version with its files. */
export const useVersion = (connectionId: string | undefined, name: string, version: string) =>
  useFetched<VersionInFull>(`${connectionId} ${name} ${version}`, (signal) =>
    client.catalog.version({ connectionId, ref: { name, version } }, { signal }),
  )

/** The path of a package's model card: what it says, else a README.md at its root. */
export function readmePath({ info, files }: VersionInFull): string | undefined {
  const wanted = info.readme ?? files.find(({ path }) => path.toLowerCase() === 'readme.md')?.path
  return wanted !== undefined && files.some(({ path }) => path === wanted) ? wanted : undefined
}
