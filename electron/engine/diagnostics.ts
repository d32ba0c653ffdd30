import path from 'node:path'
import type { Connection } from '../../shared/model/connection.ts'
import type { Library, Settings } from '../../shared/model/settings.ts'
import type { Transfer } from '../../shared/model/transfer.ts'
import type { Clock, Disk } from './ports.ts'

/**
 * One JSON file for who helps a person: what Orbital is, how it is set, what its connections, libraries and transfers are like, and the end of its
 * log. No key is ever in any of it; of connections also the access key's id, the profile and the name of the person are left out.
 */
export interface DiagnosticsParts {
  readonly disk: Disk
  readonly clock: Clock
  readonly home: string
  readonly version: string
  readonly platform: string
  readonly settings: () => Settings
  readonly connections: () => readonly Connection[]
  readonly libraries: () => readonly Library[]
  readonly transfers: () => readonly Transfer[]
}

const logBytes = 512 * 1024
const mostTransfers = 200

/** Writes it to `out`, or into it if it is a folder. `already-exists` unless what stands there may be written over. */
export function writeDiagnostics(
  parts: DiagnosticsParts,
  out: string,
  overwrite: boolean,
): { readonly path: string; readonly sizeBytes: number } {
  const { publisherName: _, ...settings } = parts.settings()
  const document = {
    format: 1,
    madeAt: new Date(parts.clock.now()).toISOString(),
    version: parts.version,
    platform: parts.platform,
    arch: process.arch,
    runtime:
      process.versions.electron === undefined
        ? `node ${process.versions.node}`
        : `electron ${process.versions.electron}`,
    settings,
    connections: parts.connections().map(describeConnection),
    libraries: parts
      .libraries()
      .map(({ id, path: folder, available, isDefault }) => ({ id, path: folder, available, isDefault })),
    transfers: parts.transfers().slice(0, mostTransfers).map(describeTransfer),
    log: lastLines(parts.disk, path.join(parts.home, 'logs', 'orbital.log')),
  }
  const bytes = Buffer.from(`${JSON.stringify(document, null, 2)}\n`)
  const target = parts.disk.facts(out)?.kind === 'folder' ? path.join(out, 'orbital-diagnostics.json') : out
  if (overwrite) parts.disk.replace(target, bytes)
  else parts.disk.create(target, bytes)
  return { path: target, sizeBytes: bytes.length }
}

function describeConnection({ id, origin, isDefault, location }: Connection) {
  if (location.kind === 'folder') return { id, origin, isDefault, kind: 'folder', path: location.path }
  const { bucket, root, endpoint, region, addressing, certificateFile, signIn } = location
  return {
    ...{ id, origin, isDefault, kind: 's3', bucket, root, endpoint, region, addressing },
    ownAuthorities: certificateFile !== undefined,
    signIn: signIn.kind,
  }
}

const describeTransfer = ({
  id,
  kind,
  ref,
  state,
  progress,
  createdAtMs,
  endedAtMs,
  wireBytes,
  readOnly,
}: Transfer) => ({
  ...{ id, kind, ref, progress, wireBytes, readOnly },
  state: state.kind === 'failed' || state.kind === 'paused' ? { ...state, error: state.error?.code } : state,
  createdAt: new Date(createdAtMs).toISOString(),
  ...(endedAtMs === undefined ? {} : { endedAt: new Date(endedAtMs).toISOString() }),
})

/** The events at the end of the log, as far as they are whole. */
function lastLines(disk: Disk, file: string): readonly unknown[] {
  const text = Buffer.from(disk.read(file) ?? [])
    .subarray(-logBytes)
    .toString('utf8')
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as unknown]
    } catch {
      return []
    }
  })
}
