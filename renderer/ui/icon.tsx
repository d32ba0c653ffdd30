import type { Icon as TablerIcon } from '@tabler/icons-react'

interface IconProps {
  readonly of: TablerIcon
  /** px: 16, 18 in the sidebar, 20 in transfer rows, 14 in chips */
  readonly size?: number
  readonly className?: string
}

/** A Tabler outline icon; it says nothing to a screen reader, the words beside it do. */
export const Icon = ({ of: Of, size = 16, className }: IconProps) => (
  <Of size={size} stroke={1.75} className={className} aria-hidden="true" focusable="false" />
)
