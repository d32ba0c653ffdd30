import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackageRef } from '../../../shared/model/package.ts'
import { identOf } from '../../../shared/model/package-ref.ts'
import type { ChildOrder } from '../../../testkit/install-child.ts'
import { createInstallRig, putPackage, readTree } from '../../../testkit/install-rig.ts'
import { createBytes, createRandom } from '../../../testkit/package-builder.ts'
import { type ChildResult, runInstallChild } from '../../../testkit/run-child.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createSystemClock } from '../system-clock.ts'
import { sha256Of } from './install-source.ts'

const systemClock = createSystemClock()

/**
 * Processes killed at random points of install, upgrade, reinstall, remove, undo and emptying, and of the recovery after it. After the next
 * start nothing installed before is lost, nothing half-done is listed, and nothing is left behind: no bytes that belong to no listed
 * transfer, trash entry or installed version.
 */
const kills = Number(process.env.ORBITAL_KILLS ?? 50)
const seed = Number(process.env.ORBITAL_SEED ?? Math.floor(Math.random() * 2 ** 31))
const random = createRandom(seed)
const below = (count: number) => (random() >>> 0) % count
const MiB = 1024 * 1024
const io = { signal: new AbortController().signal }

const contents = (version: number) => ({
  'README.md': Buffer.from(`# ${version}\n`),
  'data/split.bin': createBytes(17 * MiB, version),
  'data/labels.json': Buffer.from('["a"]'),
})
const oldContents = (version: number) => ({
  'one.bin': createBytes(9 * MiB, version + 50),
  'two.txt': Buffer.from('2'),
})
const model = (version: number): PackageRef => ({ name: 'model', version: `${version}.0.0` })
const old = (version: number): PackageRef => ({ name: 'old', version: `${version}.0.0` })

let folder: TempFolder
let store: string
const sums = new Map<string, Record<string, string>>()
const sumsOf = (files: Readonly<Record<string, Uint8Array>>) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256Of(bytes)]))

beforeAll(async () => {
  // In memory where that can be had: a kill loses nothing that was written, synced or not, and syncing takes its time.
  folder = await createTempFolder('orbital-kills-', existsSync('/dev/shm') ? '/dev/shm' : undefined)
  store = path.join(folder.path, 'store')
  mkdirSync(store)
  for (const version of [1, 2]) {
    putPackage(store, { ref: model(version), files: contents(version) })
    putPackage(store, { ref: old(version), files: oldContents(version), old: true })
    sums.set(identOf(model(version)), sumsOf(contents(version)))
    sums.set(identOf(old(version)), sumsOf(oldContents(version)))
  }
})
afterAll(() => folder.remove())

const listJournals = (libraryPath: string): readonly string[] => {
  const folder = path.join(libraryPath, '.orbital', 'journal')
  return existsSync(folder) ? readdirSync(folder) : []
}

interface Scenario {
  readonly name: string
  readonly before: readonly PackageRef[]
  readonly inTrash?: readonly PackageRef[]
  readonly work: NonNullable<ChildOrder['work']>
}
const install = (ref: PackageRef, more = {}) => ({ kind: 'install' as const, ref, more })
const scenarios: readonly Scenario[] = [
  { name: 'install', before: [model(1)], work: install(model(2)) },
  { name: 'install of an old package', before: [], work: install(old(1)) },
  { name: 'upgrade', before: [model(1), old(1)], work: install(model(2), { toTrash: ['1.0.0'] }) },
  { name: 'reinstall', before: [old(1)], work: install(old(1), { force: true }) },
  { name: 'remove', before: [model(1), old(1)], work: { kind: 'remove', ref: old(1) } },
  { name: 'undo', before: [model(1)], inTrash: [old(1)], work: { kind: 'restore', ref: old(1) } },
  { name: 'emptying', before: [model(1)], inTrash: [old(1)], work: { kind: 'empty-trash' } },
]

/** What is to be there before, installed once for each scenario. */
async function prepare(scenario: Scenario): Promise<string> {
  const libraryPath = path.join(folder.path, `before-${scenario.name}`, 'library')
  if (existsSync(libraryPath)) return libraryPath
  const rig = createInstallRig({ libraryPath, spec: { kind: 'folder', path: store, root: '' } })
  for (const ref of [...scenario.before, ...(scenario.inTrash ?? [])])
    await rig.run(rig.createTask(await rig.request(ref)))
  for (const ref of scenario.inTrash ?? []) rig.library.remove(ref)
  mkdirSync(libraryPath, { recursive: true })
  return libraryPath
}

/** A library of its own for each run. */
async function copyFor(scenario: Scenario, number: number): Promise<Omit<ChildOrder, 'resumes'>> {
  const libraryPath = path.join(folder.path, `run-${number}`, 'library')
  cpSync(await prepare(scenario), libraryPath, { recursive: true, preserveTimestamps: true })
  return { libraryPath, spec: { kind: 'folder', path: store, root: '' }, connections: 2 }
}

function check(libraryPath: string, scenario: Scenario, hint: string): void {
  const { library } = createInstallRig({ libraryPath, spec: { kind: 'folder', path: store, root: '' } })
  // Nothing half-done is listed, and what is listed as verified is right byte for byte.
  for (const { ref, path: place, verifiedAt } of library.list()) {
    const { 'meta.json': _, ...files } = readTree(place)
    expect(sumsOf(files), `${hint}: ${identOf(ref)}`).toEqual(sums.get(identOf(ref)))
    expect(verifiedAt, hint).toBeDefined()
  }
  // Nothing installed before is lost: it is there, or in the trash where it was sent.
  const listed = new Set(library.list().map(({ ref }) => identOf(ref)))
  const trash = new Set(library.trash().map(({ ref }) => identOf(ref)))
  for (const ref of scenario.before) expect(listed.has(identOf(ref)) || trash.has(identOf(ref)), hint).toBe(true)
  for (const name of readdirSync(libraryPath))
    expect(name === '.orbital' || listed.has(name), `${hint}: ${name} in the library`).toBe(true)
  for (const entry of library.trash()) {
    const { 'meta.json': _, ...files } = readTree(path.join(library.places.trash, entry.id, 'content'))
    expect(sumsOf(files), `${hint}: ${identOf(entry.ref)} in the trash`).toEqual(sums.get(identOf(entry.ref)))
  }
  // Nothing is left behind.
  const journals = Object.keys(readTree(library.places.own)).filter((file) => file.startsWith('journal/'))
  const listedIds = new Set(journals.map((file) => file.split('/')[1]))
  const trashIds = new Set(library.trash().map(({ id }) => id))
  const isOwned = (file: string) => {
    const [kind = '', id = ''] = file.split('/')
    if (kind === 'versions') return listed.has(id.replace(/\.json$/, ''))
    if (kind === 'trash') return trashIds.has(id)
    if (kind === 'leases') return listedIds.has(id.replace(/\.json$/, ''))
    return listedIds.has(id)
  }
  expect(
    Object.keys(readTree(library.places.own)).filter((file) => !isOwned(file)),
    hint,
  ).toEqual([])
}

describe(`killed at random points (seed ${seed}, ${kills} kills)`, () => {
  test('nothing is lost, half-done or left behind', { timeout: 20_000 + kills * 15_000 }, async () => {
    const whole = new Map<string, ChildResult>()
    let killed = 0
    for (let number = 0; killed < kills; number += 1) {
      const scenario = scenarios[number % scenarios.length] as Scenario
      const order = await copyFor(scenario, number)
      let measured = whole.get(scenario.name)
      if (measured === undefined) {
        // Once undisturbed, to know how many steps and how long it takes.
        measured = await runInstallChild({ ...order, resumes: true, work: scenario.work })
        whole.set(scenario.name, measured)
        check(order.libraryPath, scenario, `${scenario.name}, undisturbed`)
        continue
      }
      const byStep = (measured.steps ?? 0) > 0 && below(2) === 0
      const killAtStep = 1 + below(Math.max(1, measured.steps ?? 1))
      const killAfterMs = below(Math.ceil(measured.ranMs))
      const first = { ...order, resumes: true, work: scenario.work }
      const result = byStep
        ? await runInstallChild({ ...first, killAtStep })
        : await runInstallChild(first, { killAfterMs })
      killed += result.wasKilled ? 1 : 0
      const hint = `seed ${seed}, ${number}: ${scenario.name}, ${byStep ? `step ${killAtStep}` : `${killAfterMs} ms`}`
      if (below(3) === 0) {
        const again = { ...order, resumes: true }
        const during =
          below(2) === 0
            ? await runInstallChild({ ...again, killAtStep: 1 + below(4) })
            : await runInstallChild(again, { killAfterMs: below(100) })
        killed += during.wasKilled ? 1 : 0
      }
      const clock = { now: () => Date.now() + 10_000 }
      const rig = createInstallRig({ ...order, clock: { ...systemClock, ...clock } })
      await (await rig.library.recover(io)).deleted
      check(order.libraryPath, scenario, `${hint}, recovered`)
      // The listed transfer goes on to its end, and then nothing of it is left either.
      for (const id of listJournals(order.libraryPath)) await rig.run(rig.openTask(id))
      check(order.libraryPath, scenario, `${hint}, resumed`)
      expect(listJournals(order.libraryPath), hint).toEqual([])
      rmSync(path.dirname(order.libraryPath), { recursive: true })
    }
  })
})
