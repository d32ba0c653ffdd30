import type { Entry } from './transfer-entry.ts'

const bigBytes = 64 * 1024 * 1024
const smallAtOnce = 4
const localBigAtOnce = 1

/** Which of the queued transfers, given in the order of the queue, may begin now (queue.ts, step 2). */
export function entriesToBegin(inOrder: readonly Entry[], transfersAtOnce: number): readonly Entry[] {
  const running = inOrder.filter((entry) => entry.running !== undefined)
  const begun: Entry[] = []
  for (const entry of inOrder) {
    if (entry.transfer.state.kind !== 'queued' || entry.running !== undefined) continue
    const turn = turnOf(entry)
    const others = [...running, ...begun].filter((each) => turnOf(each) === turn).length
    const most = turn === 'big' ? transfersAtOnce : turn === 'big here' ? localBigAtOnce : smallAtOnce
    if (others < most) begun.push(entry)
  }
  return begun
}

function turnOf({ transfer: { kind, progress } }: Entry): 'small' | 'big' | 'big here' {
  if (progress.totalBytes <= bigBytes) return 'small'
  return kind === 'verify' || kind === 'move' ? 'big here' : 'big'
}
