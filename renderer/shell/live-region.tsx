import { useEffect, useRef, useState } from 'react'
import type { Transfer } from '../../shared/model/transfer.ts'
import { type TransfersState, useTransfers } from '../state/transfers.ts'
import { spokenState } from '../text/transfer-states.ts'
import { percentOf } from '../text/units.ts'

/** Says to a screen reader what happens to transfers: each new state, and every quarter of the bytes. */
export function LiveRegion() {
  const [text, setText] = useState('')
  const said = useRef(new Map<string, string>())
  const ready = useRef(false)
  useEffect(() => {
    const news: string[] = []
    const sayNews = () => setText(news.splice(0).join('. '))
    const look = ({ byId, progressById, load }: TransfersState) => {
      // What stands there when the list first comes is no news.
      const isFirst = load.kind === 'ready' && !ready.current
      ready.current ||= isFirst
      for (const transfer of Object.values(byId)) {
        const now = sentence(transfer, progressById[transfer.id])
        if (said.current.get(transfer.id) === now) continue
        said.current.set(transfer.id, now)
        // Several at once are said together: the later one would take the earlier one's place.
        if (!isFirst && news.push(now) === 1) queueMicrotask(sayNews)
      }
    }
    look(useTransfers.getState())
    return useTransfers.subscribe(look)
  }, [])
  return (
    <div className="hidden-label" role="status" aria-live="polite">
      {text}
    </div>
  )
}

function sentence(transfer: Transfer, progress: Transfer['progress'] = transfer.progress): string {
  const quarter = Math.floor(percentOf(progress.settledBytes, progress.totalBytes) / 25) * 25
  const part = transfer.state.kind === 'transferring' && quarter > 0 ? `, ${quarter} %` : ''
  return `${spokenState(transfer)}${part}`
}
