import { spawn } from 'node:child_process'

/** One run of a command, all its processes together; peak memory is that of its biggest process. */
export interface Run {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
  /** What it wrote to stdout. */
  readonly output: string
}

const accounting = `
import resource, subprocess, sys, time
start = time.time()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
seconds = time.time() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stdout.buffer.write(done.stdout)
print()
print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
sys.exit(done.returncode)
`

/**
 * Runs a command to its end in a process of its own, and gives the wall time and what the system counted for it. Rejects with the end of
 * its stderr when it fails.
 */
export async function measure(
  command: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<Run> {
  const child = spawn('python3', ['-c', accounting, command, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  if (code !== 0)
    throw new Error(`${command} ${args[0]} ended with ${code}: ${errors.slice(-500)}${output.slice(-500)}`)
  const lines = output.trimEnd().split('\n')
  const [seconds = 0, cpuSeconds = 0, peakBytes = 0] = (lines.pop() ?? '').split(' ').map(Number)
  return { seconds, cpuSeconds, peakBytes, output: lines.join('\n') }
}
