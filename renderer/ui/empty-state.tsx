import type { ReactNode } from 'react'

/** Nothing here yet: the next step in words, and one button. It stands at the text edge of the list. */
export const EmptyState = ({
  title,
  children,
  action,
}: {
  readonly title: string
  readonly children?: ReactNode
  readonly action?: ReactNode
}) => (
  <div className="empty-state">
    <h2>{title}</h2>
    {children !== undefined && <p className="t2">{children}</p>}
    {action !== undefined && <div className="row">{action}</div>}
  </div>
)
