import { create } from 'zustand'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { Finding, Which } from './care-calls.ts'

/** What verifying found since the window opened, by library and version. */
const useFindings = create<{ readonly byKey: Readonly<Record<string, Finding>> }>(() => ({ byKey: {} }))

const keyOf = ({ libraryId, ref }: Which): string => `${libraryId} ${specOf(ref)}`

/** `undefined` once it is repaired. */
export const setFinding = (which: Which, finding: Finding | undefined): void =>
  useFindings.setState(({ byKey }) => {
    const { [keyOf(which)]: _before, ...others } = byKey
    return { byKey: finding === undefined ? others : { ...others, [keyOf(which)]: finding } }
  })

/** Undefined where nothing was verified yet. */
export const useFinding = (which: Which): Finding | undefined => useFindings(({ byKey }) => byKey[keyOf(which)])

export const isClean = ({ damaged, missing, extra }: Finding): boolean =>
  damaged.length + missing.length + extra.length === 0
