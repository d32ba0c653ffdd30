/**
 * A publisher in a process of its own, for tests that race publishers or kill one. What it does is JSON in ORBITAL_TEST_PUBLISH (secrets of a
 * test's own server are in it, so it is no argument); it writes one line, what came out, and exits with 0 either way.
 */

import { once } from 'node:events'
import type { StoreSpec } from '../electron/engine/ports.ts'
import type { PublishTiming, StepName } from '../electron/engine/publish/publish-context.ts'
import { toWire } from '../shared/errors.ts'
import type { PackageInfo } from '../shared/model/package.ts'
import { openTestConnection, requestFor, startPublish } from './publish-rig.ts'

export interface PublishOrder {
  readonly spec: StoreSpec
  readonly folder: string
  readonly info: PackageInfo
  readonly publishedBy: string
  readonly journalFolder: string
  readonly killAt?: StepName
  /** Writes `ready` there and waits for a line. */
  readonly holdAt?: StepName
  readonly timing?: Partial<PublishTiming>
}

const order = JSON.parse(process.env.ORBITAL_TEST_PUBLISH ?? '') as PublishOrder
const run = startPublish({
  journalFolder: order.journalFolder,
  request: requestFor(order.folder, order.info, order.publishedBy),
  connection: openTestConnection(order.spec),
  deps: {
    ...(order.timing === undefined ? {} : { timing: order.timing }),
    step: async (name) => {
      if (name === order.killAt) process.kill(process.pid, 'SIGKILL')
      if (name !== order.holdAt) return
      process.stdout.write('ready\n')
      await once(process.stdin, 'data')
    },
  },
})
const result = await run.outcome.then(
  (outcome) => ({ outcome }),
  (error: unknown) => ({ error: toWire(error) }),
)
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit(0)
