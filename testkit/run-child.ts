import { spawn } from 'node:child_process'
import path from 'node:path'
import type { ChildOrder } from './install-child.ts'
import { keepWasmCode } from './keep-wasm-code.ts'

export interface ChildResult {
  readonly wasKilled: boolean
  /** Steps it took, when it came to its end. */
  readonly steps: number | undefined
  /** From `ready` on. */
  readonly ranMs: number
  readonly errors: string
}

/** Runs install-child. `killAfterMs` counts from the moment it has loaded; `kill` is called then and may kill when it likes. */
export function runInstallChild(
  order: ChildOrder,
  { killAfterMs, onReady }: { readonly killAfterMs?: number; readonly onReady?: (kill: () => void) => void } = {},
): Promise<ChildResult> {
  const entry = path.join(import.meta.dirname, 'install-child.ts')
  const child = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    keepWasmCode,
    entry,
    JSON.stringify(order),
  ])
  const kill = () => void child.kill('SIGKILL')
  let output = ''
  let errors = ''
  let readyMs = performance.now()
  let timer: ReturnType<typeof setTimeout> | undefined
  child.stdout.on('data', (chunk: Buffer) => {
    const wasReady = output.startsWith('ready')
    output += chunk.toString('utf8')
    if (wasReady || !output.startsWith('ready')) return
    readyMs = performance.now()
    if (killAfterMs !== undefined) timer = setTimeout(kill, killAfterMs)
    onReady?.(kill)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8')
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (_, signal) => {
      clearTimeout(timer)
      const steps = /done (\d+)/.exec(output)?.[1]
      const ranMs = performance.now() - readyMs
      const result = {
        wasKilled: signal === 'SIGKILL',
        steps: steps === undefined ? undefined : Number(steps),
        ranMs,
        errors,
      }
      if (result.wasKilled || steps !== undefined) resolve(result)
      else reject(new Error(`The child failed: ${errors}`))
    })
  })
}
