import { useEffect, useEffectEvent } from 'react'
import { create } from 'zustand'
import { showLibrary } from './installed.ts'
import { goTo } from './navigation.ts'

/** What is asked of the Installed page from elsewhere (the palette, a toast, a sheet). */
export type PageRequest = PageAction | { readonly kind: 'details'; readonly name: string }
export type PageAction = 'free-up' | 'update-all' | 'verify-all'

const useRequests = create<{ readonly request?: PageRequest }>(() => ({}))

/** Goes to the page, which does it as if its own button was pressed, in the library that is named or in the one that it shows. */
export function askInstalledPage(request: PageRequest, libraryId?: string): void {
  if (libraryId !== undefined) showLibrary(libraryId)
  useRequests.setState({ request })
  goTo({ page: 'installed' })
}

const takeRequest = (): PageRequest | undefined => {
  const { request } = useRequests.getState()
  useRequests.setState({ request: undefined })
  return request
}

/** The page's answer, once it knows whether it can (`isSettled`); each request is answered once. */
export function usePageRequest(
  isSettled: (request: PageRequest) => boolean,
  answer: (request: PageRequest) => void,
): void {
  const request = useRequests((state) => state.request)
  const settled = request !== undefined && isSettled(request)
  const answerNow = useEffectEvent(answer)
  useEffect(() => {
    const taken = settled ? takeRequest() : undefined
    if (taken !== undefined) answerNow(taken)
  }, [settled])
}

/** A request that still waits when the page is left is dropped: nothing begins by itself on another day. */
export function useRequestsEnd(say: (request: PageRequest) => void): void {
  const sayNow = useEffectEvent(say)
  useEffect(
    () => () => {
      const dropped = takeRequest()
      if (dropped !== undefined) sayNow(dropped)
    },
    [],
  )
}
