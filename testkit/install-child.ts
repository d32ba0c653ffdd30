/**
 * A process of its own that works on a library and may be killed, or kill itself after so many steps. It does what a program does at its start:
 * recovers the library and goes on with the transfers that are listed. Its one argument is JSON, ChildOrder. Prints `ready` when it has
 * loaded, `done <steps>` at its end.
 */
import { readdirSync } from 'node:fs'
import type { InstallRequest } from '../electron/engine/install/install-request.ts'
import type { StoreSpec } from '../electron/engine/ports.ts'
import type { PackageRef } from '../shared/model/package.ts'
import { createInstallRig } from './install-rig.ts'

export interface ChildOrder {
  readonly libraryPath: string
  readonly spec: StoreSpec
  readonly connections: number
  /** Ends itself by SIGKILL right after that many steps. */
  readonly killAtStep?: number
  /** Goes on with listed transfers before it does its work. */
  readonly resumes: boolean
  readonly work?:
    | { readonly kind: 'install'; readonly ref: PackageRef; readonly more?: Partial<InstallRequest> }
    | { readonly kind: 'remove' | 'restore'; readonly ref: PackageRef }
    | { readonly kind: 'empty-trash' }
}

const order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder
let steps = 0
const { library, ...rig } = createInstallRig({
  ...order,
  step: () => {
    steps += 1
    if (steps === order.killAtStep) process.kill(process.pid, 'SIGKILL')
  },
})
const io = { signal: new AbortController().signal }
process.stdout.write('ready\n')

await (await library.recover(io)).deleted
const { journals } = library.places
const listed = () => {
  try {
    return readdirSync(journals)
  } catch {
    return []
  }
}
if (order.resumes) for (const id of listed()) await rig.run(rig.openTask(id))
const { work } = order
if (work?.kind === 'install') await rig.run(rig.createTask(await rig.request(work.ref, work.more)))
if (work?.kind === 'remove' && library.find(work.ref) !== undefined) library.remove(work.ref)
if (work?.kind === 'restore') {
  const entry = library.trash().find((each) => each.ref.version === work.ref.version)
  if (entry !== undefined && library.find(work.ref) === undefined) library.restore(entry.id)
}
if (work?.kind === 'empty-trash') await library.emptyTrash(undefined, io)
process.stdout.write(`done ${steps}\n`)
