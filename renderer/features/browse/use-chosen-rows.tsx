import { type ReactNode, useMemo, useState } from 'react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { useDefaultLibrary } from '../../state/installed.ts'
import type { Standing } from '../../state/package-standing.ts'
import { browseText as text } from '../../text/browse.ts'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Inspector } from '../../ui/inspector.tsx'
import { type Selection, useSelection } from '../../ui/selection.ts'
import { SelectionBar, SelectionPanel } from '../../ui/selection-panel.tsx'
import { useAction } from '../../ui/use-action.ts'
import { UpdateSheet } from '../installed/update-sheet.tsx'
import { type ChosenRows, chooseRows, type Installs } from './chosen-rows.ts'
import type { BrowseRow } from './rows.ts'

/** Several rows of Browse, and what is shown of them. */
export interface RowsChosen {
  readonly selection: Selection
  /** While several are chosen. */
  readonly chosen?: ChosenRows
  /** Instead of the inspector of one. */
  readonly inspector: ReactNode
  /** Where there is no inspector. */
  readonly bar: ReactNode
  /** The price of installing them, and what could not be started. */
  readonly sheet: ReactNode
  readonly failure: ReactNode
  /** Asks for all that can be installed; false where nothing can. */
  install(): boolean
}

export function useChosenRows(
  rows: readonly BrowseRow[],
  lead: string | undefined,
  deps: {
    readonly connectionId: string | undefined
    readonly standingOf: (each: PackageSummary) => Standing
    readonly onLead: (key: string) => void
  },
): RowsChosen {
  const { connectionId, standingOf } = deps
  const keysInOrder = useMemo(() => rows.map(({ key }) => key), [rows])
  const selection = useSelection(keysInOrder, lead, deps.onLead)
  const libraryId = useDefaultLibrary()?.id
  const [installing, setInstalling] = useState<Installs>()
  const action = useAction()
  const { keys } = selection
  const chosen = useMemo(
    () =>
      connectionId === undefined || libraryId === undefined
        ? undefined
        : chooseRows(rows, keys, { connectionId, libraryId, standingOf, install: setInstalling }),
    [rows, keys, connectionId, libraryId, standingOf],
  )
  return {
    selection,
    chosen,
    inspector: chosen && (
      <Inspector label={chosen.title}>
        <SelectionPanel {...chosen} more={text.chosenMore} />
      </Inspector>
    ),
    bar: chosen && <SelectionBar title={chosen.title} actions={chosen.actions} />,
    sheet: installing && (
      <UpdateSheet {...installing} onClose={() => setInstalling(undefined)} run={(work) => void action.run(work)} />
    ),
    failure: <FailureStrip failure={action.failure} onDismiss={action.dismiss} />,
    install() {
      const [first] = chosen?.actions ?? []
      first?.act()
      return first !== undefined
    },
  }
}
