import { useEffect, useRef, useState } from 'react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { useConnection } from '../../state/connections.ts'
import { newestOf, type Standing } from '../../state/package-standing.ts'
import { useApps } from '../../state/settings.ts'
import { standsStill, useInstallOf, useProgress, useTransfer } from '../../state/transfers.ts'
import { standingWords } from '../../text/standing.ts'
import { bytesText, pauseText, percentText, speedText, stateWord } from '../../text/transfer-states.ts'
import { lowerFirst } from '../../text/units.ts'
import { Ring } from '../../ui/ring.tsx'

interface StandingProps {
  readonly package: PackageSummary
  readonly standing: Standing
}

/** The glyph of a package: its transfer while there is one, else its standing. */
export function StandingGlyph({ package: each, standing, size = 20 }: StandingProps & { readonly size?: number }) {
  const transferId = useInstallOf(each.name)
  const transfer = useTransfer(transferId)
  const progress = useProgress(transferId)
  const [landing, setLanding] = useLanding(transferId)
  if (transfer === undefined || progress === undefined) {
    const lands = landing && standing.kind === 'installed'
    return <Ring state={standing.kind} size={size} landing={lands} onLanded={() => setLanding(false)} />
  }
  const { settledBytes, receivedBytes, totalBytes } = progress
  const whole = Math.max(1, totalBytes)
  return (
    <Ring
      state="transferring"
      size={size}
      settled={settledBytes / whole}
      received={receivedBytes / whole}
      still={standsStill(transfer.state)}
    />
  )
}

/** True from the end of an install until it was shown to have landed. */
function useLanding(transferId: string | undefined) {
  const [landing, setLanding] = useState(false)
  const before = useRef(transferId)
  useEffect(() => {
    if (before.current !== undefined && transferId === undefined) setLanding(true)
    else if (transferId !== undefined) setLanding(false)
    before.current = transferId
  }, [transferId])
  return [landing, setLanding] as const
}

/** Two lines: the state in a word, and its reason. */
export function useStandingLines({ package: each, standing }: StandingProps): {
  readonly word: string
  readonly detail: string
} {
  const transferId = useInstallOf(each.name)
  const transfer = useTransfer(transferId)
  const progress = useProgress(transferId)
  const apps = useApps()
  const from = useConnection(standing.elsewhere?.fromConnectionId)?.name
  if (transfer === undefined || progress === undefined)
    return standingWords(standing, apps, newestOf(each)?.version, from)
  const { state } = transfer
  const word = stateWord(state)
  if (state.kind === 'paused') return { word: `${word}, ${percentText(progress)}`, detail: pauseText(state.reason) }
  if (state.kind !== 'transferring') return { word, detail: bytesText(transfer.kind, progress) }
  return {
    word: `${word}, ${percentText(progress)}`,
    detail: speedText(progress) || bytesText(transfer.kind, progress),
  }
}

/** The glyph at the edge of a row: its word stands far from it, so it is said here too. */
export function StandingGlyphCell(props: StandingProps) {
  const { word } = useStandingLines(props)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a cell of a virtual row
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    <span role="gridcell" className="glyph-cell" title={word}>
      <StandingGlyph {...props} />
    </span>
  )
}

export function StandingCell({ wordId, ...props }: StandingProps & { readonly wordId: string }) {
  const { word, detail } = useStandingLines(props)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a cell of a virtual row
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    <span className="status-cell" role="gridcell">
      <span
        id={wordId}
        className={props.standing.kind === 'update' && word === 'Update' ? 'line1 status update' : 'line1'}
      >
        {word}
      </span>
      <span className="line2 num" title={detail}>
        {detail}
      </span>
    </span>
  )
}

/** One line for inspector and hero: `Update, 2.0.3 is installed`. */
export function StandingLine(props: StandingProps) {
  const { word, detail } = useStandingLines(props)
  return (
    <span className={word === 'Update' ? 'status update' : 'status'}>
      {detail === '' ? word : `${word}, ${lowerFirst(detail)}`}
    </span>
  )
}
