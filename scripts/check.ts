/**
 * `npm run check`: types, lint, dead code and unit tests, one line each. What fails shows its output, and the rest runs all the
 * same, so that one run tells everything. The exit code is 1 if any failed.
 */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

const checks = [
  { name: 'types', script: 'typescript/bin/tsc', args: ['-b'] },
  { name: 'lint', script: '@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'dead code', script: 'knip/bin/knip.js', args: ['--no-progress'] },
  {
    name: 'unit tests',
    script: 'vitest/vitest.mjs',
    args: ['run', '--project', 'unit', '--project', 'renderer', '--reporter=dot'],
  },
]

function run(script: string, args: readonly string[]): Promise<{ readonly passed: boolean; readonly output: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('error', (error) => done({ passed: false, output: error.message }))
    child.once('close', (code) => done({ passed: code === 0, output: Buffer.concat(chunks).toString() }))
  })
}

for (const { name, script, args } of checks) {
  const startedMs = performance.now()
  const { passed, output } = await run(script, args)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`)
  if (passed) continue
  console.log(output.trimEnd())
  process.exitCode = 1
}
