import { useEffect, useEffectEvent } from 'react'
import { create } from 'zustand'
import { goTo } from './navigation.ts'

/** What is asked of the Installed page from elsewhere (the palette). */
export type PageRequest = 'free-up' | 'update-all' | 'verify-all'

const useRequests = create<{ readonly request?: PageRequest }>(() => ({}))

/** Goes to the page, which does it as if its own button was pressed. */
export function askInstalledPage(request: PageRequest): void {
  useRequests.setState({ request })
  goTo({ page: 'installed' })
}

/** The page's answer, once it has what it needs (`isReady`); each request is answered once. */
export function usePageRequest(isReady: boolean, answer: (request: PageRequest) => void): void {
  const request = useRequests((state) => state.request)
  const answerNow = useEffectEvent(answer)
  useEffect(() => {
    if (request === undefined || !isReady) return
    useRequests.setState({ request: undefined })
    answerNow(request)
  }, [request, isReady])
}
