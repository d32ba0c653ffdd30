/**
 * A process of its own that installs a version as the app does, while it measures how long its main thread is away at a time. Prints
 * `{p99Ms, maxMs}`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startTestEngine } from '../testkit/test-engine.ts'

const [home = '', endpoint = '', name = ''] = process.argv.slice(2)
const lag = monitorEventLoopDelay({ resolution: 1 })
const env = { BUCKET: 'bucket', AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: 'us-east-1' }
const engine = await startTestEngine(home, { env: { ...env, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' } })
const { planId } = await engine.api.install.plan({ source: { ref: { name, version: '1.0.0' } } })
lag.enable()
const { transferId } = await engine.api.install.start({ planId, ignoreCompatibility: true })
const { state } = await engine.api.transfers.wait({ id: transferId })
lag.disable()
if (state.kind !== 'done') throw new Error(`the install is ${JSON.stringify(state)}`)
await engine.stop()
console.log(JSON.stringify({ p99Ms: lag.percentile(99) / 1e6, maxMs: lag.max / 1e6 }))
