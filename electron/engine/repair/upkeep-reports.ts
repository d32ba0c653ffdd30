import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { type UpkeepReport, upkeepReport } from '../../../shared/model/transfer.ts'
import { parseJson } from '../parse-json.ts'
import type { Disk } from '../ports.ts'

/** What a verify or a repair found, beside its entry in the history, which ends both: `<home>/state/transfers/<id>/report.json`. */
export interface UpkeepReports {
  write(transferId: string, report: UpkeepReport): void
  /** `transfer-not-found` when there is none. */
  read(transferId: string): UpkeepReport
}

export function createUpkeepReports(disk: Disk, historyFolder: string): UpkeepReports {
  const fileOf = (id: string) => path.join(historyFolder, id, 'report.json')
  return {
    write(id, report) {
      disk.makeFolder(path.join(historyFolder, id))
      disk.replace(fileOf(id), Buffer.from(JSON.stringify(report)))
    },
    read(id) {
      // An id comes from a window.
      const bytes = /^[0-9a-f-]{36}$/.test(id) ? disk.read(fileOf(id), { maxBytes: 256 * 1024 * 1024 }) : undefined
      const report = bytes === undefined ? undefined : upkeepReport.safeParse(parseJson(bytes)).data
      if (report === undefined) throw new AppError('transfer-not-found', { transferId: id })
      return report
    },
  }
}
