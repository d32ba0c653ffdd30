import type { ReactNode } from 'react'
import { useSettings } from '../../state/settings.ts'
import { browseText } from '../../text/browse.ts'
import { Foot } from '../../ui/foot.tsx'

const { hints: text } = browseText

interface BrowseFootProps {
  readonly hasRows: boolean
  /** False where nothing of what is chosen can be installed. */
  readonly installs: boolean
  /** There is no inspector then. */
  readonly narrow: boolean
  readonly inspectorOpen: boolean
  /** What is shown, in numbers. */
  readonly children: ReactNode
}

export function BrowseFoot({ hasRows, installs, narrow, inspectorOpen, children }: BrowseFootProps) {
  const singleKeys = useSettings(({ settings }) => settings.singleKeys)
  const hints = [
    { keys: ['↑', '↓'], does: text.move },
    { keys: ['↵'], does: text.open },
    ...(singleKeys && installs ? [{ keys: ['I'], does: text.install }] : []),
    ...(narrow ? [] : [{ keys: ['Space'], does: inspectorOpen ? text.hideDetails : text.showDetails }]),
  ]
  return <Foot hints={hasRows ? hints : []}>{children}</Foot>
}
