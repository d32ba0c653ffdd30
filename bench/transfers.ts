/**
 * `npm run bench`: how fast one package goes to and from a store, beside programs that only copy bytes.
 *
 * Each round runs every client once, in turn, each in a process of its own, on the same store and the same bytes; the table has the median of
 * the rounds. `install` fetches, verifies and unpacks; `publish` packs, takes the checksums and sends; the others do neither. `--quick` takes
 * 256 MiB and one round.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join, resolve } from 'node:path'
import { isMissing, requireAvailable } from '../testkit/available.ts'
import { buildPackageFolder } from '../testkit/package-builder.ts'
import { fetchS3Server, startS3Server } from '../testkit/s3-server.ts'
import { createTempFolder } from '../testkit/temp-folder.ts'
import { bucketEnvironment } from '../testkit/test-engine.ts'
import { fetchS5cmd } from './s5cmd.ts'

interface Run {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

/** Runs a command to its end under GNU-like accounting: the wall time, and the CPU time and peak memory that Linux counted for the process. */
async function measure(command: string, args: readonly string[], env: Record<string, string>): Promise<Run> {
  const script =
    'import os,resource,subprocess,sys,time\nt=time.time()\ncode=subprocess.call(sys.argv[1:],stdout=subprocess.DEVNULL)\nu=resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(time.time()-t,u.ru_utime+u.ru_stime,u.ru_maxrss*1024)\nsys.exit(code)'
  const child = spawn('python3', ['-c', script, command, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}: ${errors.slice(-500)}`)
  const [seconds = 0, cpuSeconds = 0, peakBytes = 0] = out.trim().split(' ').map(Number)
  return { seconds, cpuSeconds, peakBytes }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const quick = process.argv.includes('--quick')
const MiB = 1024 * 1024
const sizeBytes = quick ? 256 * MiB : 1024 * MiB
const rounds = quick ? 1 : 5
const cli = resolve(import.meta.dirname, '../out/main/cli.js')
if (!existsSync(cli)) throw new Error('npm run build comes first')

requireAvailable(await fetchS3Server())
const s5cmd = await fetchS5cmd()
const store = await startS3Server()
const folder = await createTempFolder('orbital-bench-')
try {
  const bucket = await store.createBucket()
  const env = { ...bucketEnvironment(store, bucket), HOME: folder.path, ORBITAL_HOME: join(folder.path, 'home') }
  const source = join(folder.path, 'source')
  await buildPackageFolder(source, {
    files: [0, 1, 2, 3].map((n) => ({ path: `weights-${n}.bin`, sizeBytes: sizeBytes / 4 })),
  })
  const orbital = (...args: string[]) => measure(process.execPath, [cli, ...args], env)
  const runs = new Map<string, Run[]>()
  const note = async (name: string, run: Promise<Run>) => void runs.set(name, [...(runs.get(name) ?? []), await run])
  for (let round = 0; round < rounds; round++) {
    const version = `1.0.${round}`
    const key = `models/bench-${version}/archive.gz`
    await note('orbital publish', orbital('publish', source, '--name', 'bench', '--version', version))
    if (!isMissing(s5cmd)) {
      await note(
        's5cmd upload',
        measure(s5cmd, ['--endpoint-url', store.endpoint, 'cp', `${source}/`, `s3://${bucket}/s5/${round}/`], env),
      )
      await note(
        's5cmd download',
        measure(
          s5cmd,
          ['--endpoint-url', store.endpoint, 'cp', `s3://${bucket}/${key}`, join(folder.path, 'archive')],
          env,
        ),
      )
    }
    await note(
      'curl download',
      measure(
        'curl',
        [
          '-sf',
          '--aws-sigv4',
          'aws:amz:us-east-1:s3',
          '-K',
          await curlSecret(env),
          '-o',
          join(folder.path, 'archive'),
          `${store.endpoint}/${bucket}/${key}`,
        ],
        env,
      ),
    )
    await note('orbital install', orbital('install', `bench==${version}`))
    await note('orbital start (list)', orbital('list'))
    await orbital('remove', `bench==${version}`)
    await orbital('purge', '--trash')
  }
  console.log(
    `${os.cpus()[0]?.model}, ${os.cpus().length} cores, Node ${process.version}; ${sizeBytes / MiB} MiB of incompressible bytes in 4 files; SeaweedFS on the same machine; median of ${rounds}.\n`,
  )
  console.log('| client | seconds | MB/s | CPU seconds | peak memory |\n|---|---|---|---|---|')
  for (const [name, each] of runs) {
    const seconds = median(each.map((run) => run.seconds))
    const rate = name.includes('list') ? '–' : String(Math.round(sizeBytes / seconds / 1e6))
    console.log(
      `| ${name} | ${seconds.toFixed(2)} | ${rate} | ${median(each.map((run) => run.cpuSeconds)).toFixed(2)} | ${Math.round(median(each.map((run) => run.peakBytes)) / 1e6)} MB |`,
    )
  }
  if (isMissing(s5cmd)) console.log(`\ns5cmd could not run: ${s5cmd.missing}`)
} finally {
  await store.stop()
  await rm(folder.path, { recursive: true, force: true })
}

/** A curl config with the keys, so that they are on no command line. */
async function curlSecret(env: Record<string, string>): Promise<string> {
  const file = join(folder.path, 'curl.conf')
  await writeFile(file, `user = "${env.AWS_ACCESS_KEY_ID}:${env.AWS_SECRET_ACCESS_KEY}"\n`, { mode: 0o600 })
  return file
}
