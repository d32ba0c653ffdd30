import { create } from 'zustand'

export type PackageTab = 'overview' | 'versions' | 'files' | 'use'

/** Where the window is. It stands in the address's fragment, so that back, forward and reload work. */
export type Place =
  | { readonly page: 'browse' }
  | { readonly page: 'package'; readonly name: string; readonly tab: PackageTab; readonly version?: string }
  | { readonly page: 'publish' }
  | { readonly page: 'installed' }
  | { readonly page: 'transfers'; readonly transferId?: string }
  | { readonly page: 'settings'; readonly section?: string; readonly item?: string }

export type PageName = 'browse' | 'publish' | 'installed' | 'transfers' | 'settings'

const tabs: readonly PackageTab[] = ['overview', 'versions', 'files', 'use']

export function placeOf(hash: string): Place {
  const [page = '', ...rest] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decodePart)
  switch (page) {
    case 'package': {
      const [name, tab, version] = rest
      if (name === undefined || name === '') return { page: 'browse' }
      const known = tabs.find((each) => each === tab) ?? 'overview'
      return { page, name, tab: known, ...(version === undefined ? {} : { version }) }
    }
    case 'publish':
    case 'installed':
      return { page }
    case 'transfers':
      return { page, ...(rest[0] === undefined ? {} : { transferId: rest[0] }) }
    case 'settings': {
      const [section, item] = rest
      return { page, ...(section === undefined ? {} : { section }), ...(item === undefined ? {} : { item }) }
    }
    default:
      return { page: 'browse' }
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A half-typed address: shown as it is.
    return part
  }
}

export function hashOf(place: Place): string {
  const parts: readonly (string | undefined)[] =
    place.page === 'package'
      ? [place.page, place.name, place.tab, place.version]
      : place.page === 'transfers'
        ? [place.page, place.transferId]
        : place.page === 'settings'
          ? [place.page, place.section, place.item]
          : [place.page]
  return `#/${parts
    .filter((part) => part !== undefined)
    .map(encodeURIComponent)
    .join('/')}`
}

export const useNavigation = create<{ readonly place: Place }>(() => ({ place: placeOf(location.hash) }))
export const usePlace = (): Place => useNavigation(({ place }) => place)

/** Goes to a place; `replace` leaves no step to go back to (for tabs and selections). */
export function goTo(place: Place, { replace = false } = {}): void {
  const hash = hashOf(place)
  if (hash !== location.hash) history[replace ? 'replaceState' : 'pushState'](null, '', hash)
  useNavigation.setState({ place })
}

/** Follows the browser's back and forward. Returns the unsubscriber. */
export function followHistory(): () => void {
  const follow = () => useNavigation.setState({ place: placeOf(location.hash) })
  window.addEventListener('popstate', follow)
  window.addEventListener('hashchange', follow)
  return () => {
    window.removeEventListener('popstate', follow)
    window.removeEventListener('hashchange', follow)
  }
}
