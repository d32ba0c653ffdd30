import { useEffect, useMemo, useState } from 'react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import type { Standing } from '../../state/package-standing.ts'
import type { Catalog } from '../../state/packages.ts'
import { inOrder, type SortOrder } from './row-order.ts'
import { countRows, countTags, makeRows } from './rows.ts'

type ListOfRows = Pick<Catalog, 'packages' | 'searchTexts' | 'unreadable'> & { readonly incoming: number | undefined }

/** Of so few everything is made at once. */
const fewPackages = 1000

/**
 * The list that a page shows of a catalog. It follows the catalog when what is made of all of it (rows, counts, an order) stands ready; each is made in a
 * turn of its own, so that a refresh of 100,000 packages holds up no frame.
 */
export function useReadyList(
  connectionId: string | undefined,
  catalog: Catalog,
  standingOf: (each: PackageSummary) => Standing,
  sort: SortOrder,
): ListOfRows {
  const { packages, searchTexts, unreadable, incoming } = catalog
  const list = useMemo(
    () => ({ packages, searchTexts, unreadable, incoming }),
    [packages, searchTexts, unreadable, incoming],
  )
  const [ready, setReady] = useState({ connectionId, list })
  const isNow = packages.length < fewPackages || ready.connectionId !== connectionId || ready.list.packages === packages
  useEffect(() => {
    if (isNow) return setReady({ connectionId, list })
    const abort = new AbortController()
    void prepare(list, standingOf, sort, abort.signal).then((done) => {
      if (done) setReady({ connectionId, list })
    })
    return () => abort.abort()
  }, [isNow, connectionId, list, standingOf, sort])
  return isNow ? list : ready.list
}

/** False when it was stopped. Each step keeps what it made, and finds there what the one before has made. */
async function prepare(
  { packages, unreadable, searchTexts }: ListOfRows,
  standingOf: (each: PackageSummary) => Standing,
  sort: SortOrder,
  signal: AbortSignal,
): Promise<boolean> {
  const rows = () => makeRows(packages, unreadable, searchTexts)
  const steps = [
    rows,
    () => countRows(rows(), standingOf),
    () => countTags(packages),
    () => inOrder(rows(), sort, standingOf),
  ]
  for (const step of steps) {
    await nextTurn()
    if (signal.aborted) return false
    step()
  }
  await nextTurn()
  return !signal.aborted
}

/** After what a person did meanwhile, and after the frame that is due. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
