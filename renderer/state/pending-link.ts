import { create } from 'zustand'
import { leadsTo, type PackageLink } from '../../shared/model/package-link.ts'
import { showConnection, useConnections } from './connections.ts'
import { askInstall } from './install-request.ts'
import { goTo } from './navigation.ts'

interface PendingLink {
  /** A link to a store that no connection leads to, until a person decides. */
  readonly link?: PackageLink
  /** The person wants the store: its connection is being added. */
  readonly isAdding?: boolean
}
export const usePendingLink = create<PendingLink>(() => ({}))

/** Shows where a link leads and asks; nothing is added or installed before a person says so. */
export function followLink(link: PackageLink): void {
  const connection = useConnections.getState().list.find((each) => leadsTo(each, link))
  usePendingLink.setState({ link: connection === undefined ? link : undefined, isAdding: false })
  if (connection === undefined) return
  showConnection(connection.id)
  const { name, version } = link
  goTo({ page: 'package', name, tab: 'overview' })
  if (version !== undefined) askInstall({ source: { connectionId: connection.id, ref: { name, version } } })
}

export const forgetLink = (): void => usePendingLink.setState({ link: undefined, isAdding: false })

/** The store is not known yet: the form of a new connection opens with what the link says. */
export function addStoreOfLink(): void {
  usePendingLink.setState({ isAdding: true })
  goTo({ page: 'settings', section: 'connections', item: 'new' })
}

/** A connection was added: if it is the one that a link waited for, the link is followed. Answers whether. */
export function followPendingLink(): boolean {
  const { link } = usePendingLink.getState()
  if (link === undefined || !useConnections.getState().list.some((each) => leadsTo(each, link))) return false
  followLink(link)
  return true
}
