import { Fragment, type ReactNode } from 'react'

/** The pane at the right that follows the selection; hidden in narrow windows, where Enter opens the page instead. */
export const Inspector = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <aside className="aside narrow-hide" aria-label={label} data-pane="inspector" tabIndex={-1}>
    {children}
  </aside>
)

interface SectionTitleProps {
  readonly children: ReactNode
  /** Said at the end of the line. */
  readonly end?: ReactNode
  /** Level of the heading: 3 below an inspector's own title, 2 right below the page's. */
  readonly level?: 2 | 3
}

export function SectionTitle({ children, end, level = 3 }: SectionTitleProps) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <Heading className="section-title">
      {children}
      {end !== undefined && <span className="push t3">{end}</span>}
    </Heading>
  )
}

export interface Fact {
  /** Where two facts have one label. */
  readonly key?: string
  readonly label: string
  /** Facts without a value are left out. */
  readonly value: ReactNode
}

export const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl className="facts num">
    {facts
      .filter(({ value }) => value !== undefined && value !== null && value !== '')
      .map(({ key, label, value }) => (
        <Fragment key={key ?? label}>
          <dt>{label}</dt>
          <dd className="prose-break selectable">{value}</dd>
        </Fragment>
      ))}
  </dl>
)
