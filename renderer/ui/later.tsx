import { createContext, type ReactNode, useContext, useDeferredValue, useEffect, useRef } from 'react'

interface LaterProps {
  /** As large as what comes, so that nothing moves. */
  readonly place?: ReactNode
  readonly children: () => ReactNode
}

const Holds = createContext(false)

/** While its value is true, as in a list that scrolls, what is to come later waits. */
export const HoldLater = Holds.Provider

/** What a row can be drawn without for a moment: it comes when the window has nothing else to do, so rows that fly past never make it. */
export function Later({ place = null, children }: LaterProps) {
  const holds = useContext(Holds)
  const came = useRef(false)
  const isNow = useDeferredValue(came.current || !holds, false)
  useEffect(() => {
    came.current = isNow
  }, [isNow])
  return isNow ? children() : place
}
