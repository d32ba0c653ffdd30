import { IconChevronRight, type Icon as TablerIcon } from '@tabler/icons-react'
import { Icon } from './icon.tsx'

interface ChoiceProps {
  readonly icon: TablerIcon
  readonly title: string
  readonly detail: string
  /** The first to think of. */
  readonly accent?: boolean
  readonly onClick: () => void
}

/** One of a few ways to go on, each with what it means. */
export const Choice = ({ icon, title, detail, accent = false, onClick }: ChoiceProps) => (
  <button type="button" className="choice" onClick={onClick}>
    <span className={accent ? 'tile' : 'tile quiet'}>
      <Icon of={icon} />
    </span>
    <span>
      <span className="line1 strong">{title}</span>
      <span className="line2">{detail}</span>
    </span>
    <Icon of={IconChevronRight} className="t3" />
  </button>
)
