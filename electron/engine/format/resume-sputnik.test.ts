import { createHash } from 'node:crypto'
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { createBytes } from '../../../testkit/package-builder.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { type ResumedSputnik, resumeSputnik } from './resume-sputnik.ts'
import { writeSputnik } from './sputnik-file.ts'

const disk = createNodeDisk()
const { signal } = new AbortController()
const archive = createBytes(10_000, 3)
const metaBytes = Buffer.from(JSON.stringify({ name: 'model' }))
const md5 = createHash('md5').update(archive).digest('hex')

const jobIn = (folder: string): ResumedSputnik => ({
  out: path.join(folder, 'model.sputnik'),
  temporary: path.join(folder, '.orbital-new-1'),
  overwrite: false,
  archive: { sizeBytes: archive.length, md5 },
  metaBytes,
})

/** Gives `source` in pieces; tells from where on it was read, and what was kept. */
async function resume(job: ResumedSputnik, source: Uint8Array = archive) {
  const asked: number[] = []
  const kept: number[] = []
  await resumeSputnik(disk, job, {
    signal,
    onKept: (bytes) => void kept.push(bytes),
    async *read(startOffset) {
      asked.push(startOffset)
      for (let at = startOffset; at < source.length; at += 999) yield source.subarray(at, at + 999)
    },
    damaged: (reason) => new AppError('archive-damaged', { ref: 'model==1.0.0', reason }),
  })
  return { asked, kept }
}

/** As it is written in one go. */
async function wholeFile(folder: string): Promise<Buffer> {
  const out = path.join(folder, 'whole.sputnik')
  const chunks = { kind: 'chunks', chunks: [archive], maxBytes: archive.length } as const
  await writeSputnik(disk, out, { archive: chunks, metaBytes }, { signal })
  return readFileSync(out)
}

test('wherever an earlier run ended, the file is the one that is written in one go, and nothing is read twice', async () => {
  await using folder = await createTempFolder()
  const whole = await wholeFile(folder.path)
  const header = 512
  const ends = [0, 1, 511, header, header + 1, header + 4711, header + archive.length - 1, header + archive.length]
  for (const end of [...ends, header + archive.length + 100, whole.length - 1, whole.length]) {
    const job = { ...jobIn(folder.path), out: path.join(folder.path, `${end}.sputnik`) }
    writeFileSync(job.temporary, whole.subarray(0, end))
    const { asked, kept } = await resume(job)
    const keptBytes = Math.max(0, Math.min(end - header, archive.length))
    expect(kept, `${end}`).toEqual(keptBytes === 0 ? [0] : [0, keptBytes])
    expect(asked, `${end}`).toEqual(keptBytes === archive.length ? [] : [keptBytes])
    expect(Buffer.compare(readFileSync(job.out), whole), `${end}`).toBe(0)
    expect(existsSync(job.temporary)).toBe(false)
  }
})

test('what was altered since is written anew, once', async () => {
  await using folder = await createTempFolder()
  const whole = await wholeFile(folder.path)
  const job = jobIn(folder.path)
  const altered = Buffer.from(whole.subarray(0, 5000))
  altered[1000] = (altered[1000] ?? 0) ^ 1
  writeFileSync(job.temporary, altered)
  expect(await resume(job)).toEqual({ asked: [5000 - 512, 0], kept: [0, 5000 - 512, 0] })
  expect(Buffer.compare(readFileSync(job.out), whole)).toBe(0)
})

test('an archive that is not the published one becomes no file', async () => {
  await using folder = await createTempFolder()
  const job = jobIn(folder.path)
  const other = Buffer.from(archive)
  other[7] = (other[7] ?? 0) ^ 1
  for (const source of [other, archive.subarray(0, 9_999), Buffer.concat([archive, Buffer.from('x')])]) {
    await expect(resume(job, source)).rejects.toMatchObject({ code: 'archive-damaged' })
    expect(existsSync(job.out)).toBe(false)
    disk.removeFile(job.temporary)
  }
})

test('a name that is taken meanwhile is not written over', async () => {
  await using folder = await createTempFolder()
  const job = jobIn(folder.path)
  writeFileSync(job.out, 'mine')
  await expect(resume(job)).rejects.toMatchObject({ code: 'already-exists' })
  expect(readFileSync(job.out, 'utf8')).toBe('mine')
  truncateSync(job.out)
  await resume({ ...job, overwrite: true })
  expect(readFileSync(job.out).length).toBeGreaterThan(archive.length)
})
