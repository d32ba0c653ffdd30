import { useEffect } from 'react'
import { fetchTransfers } from './transfers.ts'

const listAgainMs = 5000

/** Other processes tell this one nothing of what they work on: it is listed anew when a page comes, and now and then while some is shown. */
export function useListingOfOthers(areShown: boolean): void {
  useEffect(() => void fetchTransfers(), [])
  useEffect(() => {
    if (!areShown) return
    const timer = setInterval(() => void fetchTransfers(), listAgainMs)
    return () => clearInterval(timer)
  }, [areShown])
}
