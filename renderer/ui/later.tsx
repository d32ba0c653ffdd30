import { type ReactNode, useDeferredValue } from 'react'

interface LaterProps {
  /** As large as what comes, so that nothing moves. */
  readonly place?: ReactNode
  readonly children: () => ReactNode
}

/** What a row can be drawn without for a moment: it comes when the window has nothing else to do, so rows that fly past never make it. */
export function Later({ place = null, children }: LaterProps) {
  const isNow = useDeferredValue(true, false)
  return isNow ? children() : place
}
