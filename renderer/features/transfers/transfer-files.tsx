import { IconChecks } from '@tabler/icons-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { isAppError } from '../../../shared/errors.ts'
import type { FileProgress, FilesPart, Transfer } from '../../../shared/model/transfer.ts'
import { isRunning } from '../../../shared/model/transfer-standing.ts'
import { client } from '../../ipc/link.ts'
import { createSingleFlight } from '../../state/single-flight.ts'
import { standsStill, useProgress } from '../../state/transfers.ts'
import { transfersText } from '../../text/transfers.ts'
import { formatExactBytes, percentOf } from '../../text/units.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Icon } from '../../ui/icon.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { VirtualRows } from '../../ui/virtual-rows.tsx'

const refreshMs = 1000

/** So many are asked for at once, from the step before the first that is drawn: more than any window shows. */
const partCount = 200
const partStep = 50

interface Part extends FilesPart {
  readonly from: number
}

/**
 * The files of a transfer from number `from` on: fetched again at most once a second, only when its progress moved, and one answer after
 * the other.
 */
function useTransferFiles(transfer: Transfer, from: number): Part | undefined {
  const { id } = transfer
  const stateKind = transfer.state.kind
  const moves = isRunning(transfer.state)
  const [part, setPart] = useState<Part>()
  const progress = useProgress(id)
  const newest = useRef({ progress, from })
  newest.current = { progress, from }
  const fetchAgain = useRef<() => Promise<void>>(undefined)
  useEffect(() => {
    const abort = new AbortController()
    // Of which state the files are: a new one fetches at once.
    let shown: unknown = stateKind
    const fetchFiles = createSingleFlight(async () => {
      const asked = newest.current
      shown = asked.progress
      try {
        const files = await client.transfers.files({ id, from: asked.from, count: partCount }, { signal: abort.signal })
        setPart({ ...files, from: asked.from })
      } catch (error) {
        // A transfer of the history may have no list any more; the inspector shows its figures without one.
        if (!isAppError(error, 'cancelled')) setPart((before) => before ?? { ...none, from: 0 })
      }
    })
    fetchAgain.current = fetchFiles
    void fetchFiles()
    const timer = moves
      ? setInterval(() => shown !== newest.current.progress && void fetchFiles(), refreshMs)
      : undefined
    return () => {
      abort.abort()
      clearInterval(timer)
    }
  }, [id, stateKind, moves])
  const missing = part === undefined || part.from === from ? undefined : from
  useEffect(() => {
    if (missing !== undefined) void fetchAgain.current?.()
  }, [missing])
  return part
}

const none: FilesPart = { fileCount: 0, settledCount: 0, files: [] }

/** `key`: the transfer's id. */
export function TransferFiles({ transfer }: { readonly transfer: Transfer }) {
  const [from, setFrom] = useState(0)
  const part = useTransferFiles(transfer, from)
  const onView = useCallback((first: number) => setFrom(Math.floor(first / partStep) * partStep), [])
  const isPublish = transfer.kind === 'publish'
  if (part?.fileCount === 0) return null
  const count = isPublish ? transfersText.filesConfirmed : transfersText.filesVerified
  return (
    <section className="transfer-files">
      <SectionTitle end={part && count(part.settledCount, part.fileCount)}>{transfersText.files}</SectionTitle>
      {part === undefined ? (
        <BoneLines lines={4} />
      ) : (
        <VirtualRows
          count={part.fileCount}
          itemAt={(index) => part.files[index - part.from]}
          onView={onView}
          rowHeight={28}
          label={transfersText.files}
          renderRow={(file) => <FileRow file={file} transfer={transfer} />}
        />
      )}
    </section>
  )
}

const isSettled = ({ sizeBytes, settledBytes }: FileProgress): boolean => settledBytes >= sizeBytes

function FileRow({ file, transfer }: { readonly file: FileProgress; readonly transfer: Transfer }) {
  const { path, sizeBytes, settledBytes, receivedBytes } = file
  const name = path.slice(path.lastIndexOf('/') + 1)
  const isPublish = transfer.kind === 'publish'
  const settledWord = isPublish ? transfersText.fileConfirmed : transfersText.fileVerified
  // The store confirms a file of an upload when the parts that hold it are there; until then it is seen how it is sent.
  const percent =
    isPublish && !isSettled(file)
      ? Math.min(99, percentOf(receivedBytes, sizeBytes))
      : percentOf(settledBytes, sizeBytes)
  const word = isPublish && !isSettled(file) ? transfersText.fileSent : settledWord
  return (
    <div className="transfer-file" title={`${path}, ${formatExactBytes(sizeBytes)}`}>
      <span className="cut">{name}</span>
      <ProgressBar
        settledBytes={sizeBytes === 0 && isSettled(file) ? 1 : settledBytes}
        receivedBytes={receivedBytes}
        totalBytes={Math.max(1, sizeBytes)}
        still={standsStill(transfer.state)}
        isOver={isSettled(file)}
        name={name}
        label={`${percent} % ${word.toLowerCase()}`}
      />
      {isSettled(file) ? (
        <span className="status">
          <Icon of={IconChecks} />
          {settledWord}
        </span>
      ) : receivedBytes > 0 ? (
        <span className="num">{percent} %</span>
      ) : (
        <span className="t3">{transfersText.waiting}</span>
      )}
    </div>
  )
}
