import type { ReactNode } from 'react'

export const Tag = ({
  kind,
  children,
}: {
  readonly kind?: 'accent' | 'warn' | 'ok' | 'danger'
  readonly children: ReactNode
}) => <span className={kind === undefined ? 'tag' : `tag ${kind}`}>{children}</span>
