import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { createNodeDisk } from '../electron/engine/disk/node-disk.ts'
import { createExportRunner } from '../electron/engine/repair/export-runner.ts'
import type { ExportRequest } from '../electron/engine/repair/upkeep-request.ts'
import { createSystemClock } from '../electron/engine/system-clock.ts'
import { createJournal, openJournal } from '../electron/engine/transfers/journal.ts'
import { createInstallRig, putPackage } from './install-rig.ts'
import { createRigTask } from './rig-task.ts'

export const exportedRef = { name: 'model', version: '1.0.0' }

/** A folder store with one package, a library, and what takes the package or a file of it out: one transfer, however often it is run. */
export function createExportRig(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  { old = false }: { readonly old?: boolean } = {},
) {
  const disk = createNodeDisk()
  const clock = createSystemClock()
  const store = path.join(folder, 'store')
  mkdirSync(store)
  putPackage(store, { ref: exportedRef, files, old })
  const rig = createInstallRig({
    libraryPath: path.join(folder, 'library'),
    spec: { kind: 'folder', path: store, root: '' },
  })
  const runner = createExportRunner({
    disk,
    clock,
    tool: 'tests',
    publisher: () => 'tests',
    library: () => rig.library,
    connection: async () => rig.connection,
    published: rig.published,
  })
  const journalFolder = path.join(folder, 'journal')
  createJournal(disk, journalFolder, { kind: 'transfer' })
  return {
    disk,
    rig,
    store,
    /** As after a kill where it ran before. */
    async run(wanted: Pick<ExportRequest, 'source' | 'file'> & Partial<ExportRequest>) {
      const request: ExportRequest = { ref: exportedRef, overwrite: false, ...wanted }
      const journal = openJournal(disk, journalFolder)
      const task = createRigTask({ id: 'one', request, journal, clock, totalBytes: 0 })
      return { outcome: await runner.run(task), wireBytes: task.meter.wireBytes() }
    },
  }
}
