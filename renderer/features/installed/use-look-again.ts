import { useEffect } from 'react'
import { fetchLibrary } from '../../state/installed.ts'

/** Other programs change a library, too: it is looked at again when its page is opened, and when the window is come back to. */
export function useLookAgain(libraryId: string): void {
  useEffect(() => {
    const look = () => void fetchLibrary(libraryId)
    look()
    window.addEventListener('focus', look)
    return () => window.removeEventListener('focus', look)
  }, [libraryId])
}
