import { create } from 'zustand'
import type { SortOrder } from './row-order.ts'
import type { BrowseFilter } from './rows.ts'

interface BrowseView {
  readonly text: string
  readonly filter: BrowseFilter
  readonly tag?: string
  readonly sort?: SortOrder
  readonly selectedKey?: string
  readonly inspectorOpen: boolean
}

/** What the Browse page shows; it is as it was when one comes back to it. */
export const useBrowseView = create<BrowseView>(() => ({ text: '', filter: 'all', inspectorOpen: true }))
