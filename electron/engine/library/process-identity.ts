import { execFileSync } from 'node:child_process'
// biome-ignore lint/style/noRestrictedImports: the system's own entry about this process is no file on a disk.
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import * as z from 'zod'
import type { Disk } from '../ports.ts'

/** Who a process is, so that another one can tell whether it still lives: a process id alone is used again. */
export const processIdentity = z.strictObject({
  /** The machine; of a container also which one, see `nameHost`. */
  host: z.string(),
  pid: z.number().int(),
  /** When the process began, in the system's own words; empty where the system doesn't tell. */
  startedAt: z.string(),
  /** New with every start of the machine; empty where the system doesn't tell. */
  bootId: z.string(),
})
export type ProcessIdentity = Readonly<z.infer<typeof processIdentity>>

let own: ProcessIdentity | undefined

/** The namespace of the processes that the machine itself starts (Linux: `PROC_PID_INIT_INO`). */
const firstNamespace = 'pid:[4026531836]'

/**
 * Within which process ids mean the same: a container may have its machine's name and processes numbered anew, so that a living one of the other
 * side would seem gone. Absent: the system has no such namespaces.
 */
export const nameHost = (machine: string, pidNamespace: string | undefined): string =>
  pidNamespace === undefined || pidNamespace === firstNamespace ? machine : `${machine} ${pidNamespace}`

export const thisHost = (): string => nameHost(hostname(), readPidNamespace())

function readPidNamespace(): string | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}

export function readOwnIdentity(disk: Disk): ProcessIdentity {
  own ??= {
    host: thisHost(),
    pid: process.pid,
    startedAt: readStart(disk, process.pid) ?? '',
    bootId: readBootId(disk),
  }
  return own
}

/** Whether that process of this host runs; `unknown` for one of another host, and where only its number runs and nothing tells since when. */
export function isRunning(disk: Disk, identity: ProcessIdentity): boolean | 'unknown' {
  const self = readOwnIdentity(disk)
  if (identity.host !== self.host) return 'unknown'
  if (identity.bootId !== self.bootId) return false
  if (!answers(identity.pid)) return false
  const startedAt = readStart(disk, identity.pid)
  return startedAt === undefined || identity.startedAt === '' ? 'unknown' : startedAt === identity.startedAt
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readBootId(disk: Disk): string {
  return process.platform === 'linux' ? (readText(disk, '/proc/sys/kernel/random/boot_id')?.trim() ?? '') : ''
}

/** Undefined where the system doesn't tell it, or there is no such process. */
function readStart(disk: Disk, pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = readText(disk, `/proc/${pid}/stat`)
    // The name, field 2, is in brackets and may hold anything; the start is field 22.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields?.[0] === 'Z' ? 'ended' : fields?.[19]
  }
  return process.platform === 'win32' ? undefined : readStartByPs(pid)
}

/** In the same words wherever the computer is taken: a time zone of its own would make a process another one. */
export function readStartByPs(pid: number): string | undefined {
  const env = { LC_ALL: 'C', TZ: 'UTC' }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env }).trim()
  } catch {
    return undefined
  }
}

function readText(disk: Disk, file: string): string | undefined {
  const bytes = disk.read(file)
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}
