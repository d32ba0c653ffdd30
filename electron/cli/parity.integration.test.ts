import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Available, isMissing } from '../../testkit/available.ts'
import { type Answer, runSession } from '../../testkit/cli-session.ts'
import { describeWith } from '../../testkit/describe-with.ts'
import { createOldTools, fetchOldTools } from '../../testkit/old-tools.ts'
import { runCommand } from '../../testkit/run-command.ts'
import { fetchS3Server, type S3Server, startS3Server } from '../../testkit/s3-server.ts'
import { createTempFolder } from '../../testkit/temp-folder.ts'
import { bucketEnvironment } from '../../testkit/test-engine.ts'
import { createNodeDisk } from '../engine/disk/node-disk.ts'
import { openSputnik } from '../engine/format/sputnik-file.ts'
import { version } from '../engine/version.ts'

/**
 * Every capability of the old tools (docs/parity.md) through the built command line, against buckets, packages and libraries of the real
 * old tools: `sessions/parity/*.txt`, in which `old …` is one call of theirs and `python …` a program that uses them.
 */
const root = path.resolve(import.meta.dirname, '../..')
const built = path.join(root, 'out/main/cli.js')
const cli: Available<string> = existsSync(built) ? built : { missing: 'the build (npm run build)' }
const sessions = globSync('sessions/parity/*.txt', { cwd: import.meta.dirname }).sort()
const oldTools = await fetchOldTools()
const server = await fetchS3Server()

const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')
/** Of the archive in a `.sputnik` file, or in a folder of a store. */
function archiveMd5(place: string): string {
  if (statSync(place).isDirectory()) return md5Of(readFileSync(path.join(place, 'archive.gz')))
  const { archive } = openSputnik(createNodeDisk(), place)
  return md5Of(readFileSync(place).subarray(archive.offset, archive.offset + archive.sizeBytes))
}

const needed: Available<string> = isMissing(cli)
  ? cli
  : isMissing(oldTools)
    ? oldTools
    : isMissing(server)
      ? server
      : cli

describeWith(needed, 'the capabilities of the old tools', (main) => {
  let store: S3Server
  beforeAll(async () => {
    store = await startS3Server()
  })
  afterAll(() => store?.stop())

  test.each(sessions)('%s', async (file) => {
    await using folder = await createTempFolder()
    const bucket = await store.createBucket()
    const tools = await createOldTools({
      dataPath: path.join(folder.path, 'here/library'),
      store: { ...store, bucket },
    })
    const text = readFileSync(path.join(import.meta.dirname, file), 'utf8')
      .replaceAll('$BUCKET', bucket)
      .replaceAll('$ENDPOINT', store.endpoint)
    const nothing: Answer = { stdout: '', stderr: '', exitCode: 0 }
    try {
      await runSession({
        name: file,
        text,
        main,
        folder: folder.path,
        env: bucketEnvironment(store, bucket),
        verbs: {
          old: ([command = '', ...args]) => tools.run(command, ...args),
          python: async ([lines = '']) => ({ ...nothing, stdout: await tools.runPython(lines) }),
          'same-archive': async (places, here) => {
            const [one, other] = places.map((place) => archiveMd5(path.resolve(here, place)))
            expect(one).toBe(other)
            return nothing
          },
        },
      })
    } finally {
      await tools.stop()
    }
  })

  test('row 24: what is sent besides the request is the program’s name and version, and the SDK’s', async () => {
    await using folder = await createTempFolder()
    const agents: string[] = []
    const listening = createServer((request, response) => {
      agents.push(request.headers['user-agent'] ?? '')
      response.writeHead(403).end()
    }).listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const endpoint = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
    const env = { ...process.env, ...bucketEnvironment({ ...store, endpoint }, 'bucket'), ORBITAL_HOME: folder.path }
    const answer = await runCommand(process.execPath, [main, 'search'], { env })
    listening.close()
    expect(answer.exitCode).toBe(6)
    expect(agents.length).toBeGreaterThan(0)
    for (const agent of agents) expect(agent).toContain(`orbital/${version}`)
  })
})

describe('docs/parity.md', () => {
  const document = readFileSync(path.join(root, 'docs/parity.md'), 'utf8')
  const rows = [...document.matchAll(/^\| (\d+) \|(.*)$/gm)].map(([, number, rest = '']) => ({
    number: Number(number),
    rest,
  }))

  test('has all 28 rows, each with a command and a proof', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 28 }, (_, at) => at + 1))
    expect(rows.filter(({ rest }) => !rest.includes('`'))).toEqual([])
  })

  test('names only proofs that are there, and a session only for rows that it marks', () => {
    const texts = new Map(
      sessions.map((file) => [path.basename(file), readFileSync(path.join(import.meta.dirname, file), 'utf8')]),
    )
    for (const { number, rest } of rows) {
      const proofs = [...rest.matchAll(/`([\w./-]+\.(?:test\.ts|spec\.ts|txt))`/g)].map(([, proof = '']) => proof)
      expect(proofs.length, `row ${number}`).toBeGreaterThan(0)
      for (const proof of proofs) {
        const session = texts.get(proof)
        if (session === undefined) expect(existsSync(path.join(root, proof)), `row ${number}: ${proof}`).toBe(true)
        else expect(session, `row ${number}: ${proof}`).toMatch(new RegExp(`^# (?:Row|Rows)[^:]*\\b${number}\\b`, 'm'))
      }
    }
  })
})
