import type { Icon as TablerIcon } from '@tabler/icons-react'
import { Button } from './button.tsx'
import { useFocusHandover } from './use-focus-handover.ts'

export interface SelectionAction {
  readonly label: string
  readonly icon?: TablerIcon
  readonly danger?: boolean
  readonly act: () => void
}

interface SelectionPanelProps {
  /** `4 packages, 12.3 GB` */
  readonly title: string
  /** What of them is chosen, by name; the first `shownNames` will do. */
  readonly names: readonly string[]
  /** How many are chosen; absent: as many as there are names. */
  readonly count?: number
  readonly more: (count: number) => string
  /** Why nothing can be done with them. */
  readonly note?: string
  readonly actions: readonly SelectionAction[]
}

export const shownNames = 8

/** In place of the inspector's one thing: the sum of several, and what applies to all of them. */
export const SelectionPanel = ({ title, names, count = names.length, more, note, actions }: SelectionPanelProps) => {
  const buttons = useFocusHandover<HTMLDivElement>()
  return (
    <>
      <div>
        <h2 className="aside-title num">{title}</h2>
        <ul className="t2 chosen-names">
          {names.slice(0, shownNames).map((name, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two may have one name
            <li key={`${at} ${name}`} className="cut" title={name}>
              {name}
            </li>
          ))}
          {count > shownNames && <li className="t3">{more(count - shownNames)}</li>}
        </ul>
      </div>
      {note !== undefined && <p className="t2">{note}</p>}
      <div className="chosen-actions" ref={buttons}>
        {actions.map(({ label, icon, danger, act }) => (
          <Button key={label} wide icon={icon} danger={danger === true} onClick={act}>
            {label}
          </Button>
        ))}
      </div>
    </>
  )
}

/** The same where there is no inspector: a line of buttons above the foot. */
export const SelectionBar = ({ title, actions }: Pick<SelectionPanelProps, 'title' | 'actions'>) => {
  const bar = useFocusHandover<HTMLDivElement>()
  return (
    <div className="chosen-bar" role="toolbar" aria-label={title} ref={bar}>
      <span className="num strong cut">{title}</span>
      <span className="push" />
      {actions.map(({ label, icon, danger, act }) => (
        <Button key={label} small icon={icon} danger={danger === true} onClick={act}>
          {label}
        </Button>
      ))}
    </div>
  )
}
