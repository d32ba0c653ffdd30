import { IconChecks } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { isAppError } from '../../../shared/errors.ts'
import type { FileProgress, Transfer } from '../../../shared/model/transfer.ts'
import { isRunning } from '../../../shared/model/transfer-standing.ts'
import { client } from '../../ipc/link.ts'
import { standsStill, useProgress } from '../../state/transfers.ts'
import { transfersText } from '../../text/transfers.ts'
import { formatExactBytes, percentOf } from '../../text/units.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Icon } from '../../ui/icon.tsx'
import { SectionTitle } from '../../ui/inspector.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { VirtualRows } from '../../ui/virtual-rows.tsx'

const refreshMs = 1000

/** The files of a transfer, fetched again at most once a second, and only when its progress moved. */
function useTransferFiles(transfer: Transfer): readonly FileProgress[] | undefined {
  const { id } = transfer
  const stateKind = transfer.state.kind
  const moves = isRunning(transfer.state)
  const [files, setFiles] = useState<readonly FileProgress[]>()
  const progress = useProgress(id)
  const newest = useRef(progress)
  newest.current = progress
  useEffect(() => {
    const abort = new AbortController()
    // Of which state the files are: a new one fetches at once.
    let shown: unknown = stateKind
    const fetchFiles = async () => {
      shown = newest.current
      try {
        setFiles(await client.transfers.files({ id }, { signal: abort.signal }))
      } catch (error) {
        // A transfer of the history may have no list any more; the inspector shows its figures without one.
        if (!isAppError(error, 'cancelled')) setFiles((before) => before ?? [])
      }
    }
    setFiles(undefined)
    void fetchFiles()
    const timer = moves ? setInterval(() => shown !== newest.current && void fetchFiles(), refreshMs) : undefined
    return () => {
      abort.abort()
      clearInterval(timer)
    }
  }, [id, stateKind, moves])
  return files
}

export function TransferFiles({ transfer }: { readonly transfer: Transfer }) {
  const files = useTransferFiles(transfer)
  const isPublish = transfer.kind === 'publish'
  if (files !== undefined && files.length === 0) return null
  const settled = files?.filter(isSettled).length ?? 0
  const count = isPublish ? transfersText.filesConfirmed : transfersText.filesVerified
  return (
    <section className="transfer-files">
      <SectionTitle end={files && count(settled, files.length)}>{transfersText.files}</SectionTitle>
      {files === undefined ? (
        <BoneLines lines={4} />
      ) : (
        <VirtualRows
          items={files}
          keyOf={({ path }) => path}
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
