import { useInsertionEffect, useMemo, useRef } from 'react'

type Acts<A> = { readonly [Name in keyof A]: (...args: never[]) => void }

/** The same functions for good, each doing what it means by the newest drawing: rows that have them need not be drawn again with their page. */
export function useSteady<A extends Acts<A>>(acts: A): A {
  const newest = useRef(acts)
  useInsertionEffect(() => {
    newest.current = acts
  })
  return useMemo(() => {
    const names = Object.keys(newest.current) as (keyof A)[]
    return Object.fromEntries(names.map((name) => [name, (...args: never[]) => newest.current[name]?.(...args)])) as A
  }, [])
}
