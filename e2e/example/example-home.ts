import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestEngine } from '../../testkit/test-engine.ts'
import { writeHome } from '../prepare-home.ts'
import { addUnreadableEntry, fillExampleStore, writePackageFolder } from './fill-store.ts'
import { exampleApps, examplePackages, exampleToPublish } from './packages.ts'

export interface ExampleHome {
  readonly home: string
  /** The folder of the connection Team models. */
  readonly store: string
  /** To be dropped: a next version of the first package, with a few things to settle. */
  readonly nextVersion: string
  readonly emptyFolder: string
  /** More folders to publish: a small one, and two so large that they wait for each other. */
  readonly small: string
  readonly large: string
  readonly next: string
}

/** Oldest first, as a person came by them. */
const installed = [
  ['churn_predictor', '1.12.1'],
  ['churn_predictor', '1.12.2'],
  ['weekly_demand', '5.0.1'],
  ['address_parser_eu', '1.9.0'],
  ['speech_intent', '2.0.0'],
  ['speech_intent', '2.0.3'],
  ['minilm_sentences', '1.8.0'],
  ['fraud_scorer', '4.3.1'],
  ['photo_quality', '1.0.0'],
  ['keyword_spotter', '1.0.5'],
] as const

/** A home after some weeks of use, in a folder that is emptied first: the example store, what was installed from it, and one removal. */
export async function makeExampleHome(folder: string): Promise<ExampleHome> {
  await rm(folder, { recursive: true, force: true })
  const home = join(folder, 'home')
  const store = join(folder, 'team-models')
  await fillExampleStore(store)
  await addUnreadableEntry(store)
  const settings = { apps: [...exampleApps], publisherName: 'Ana', connectionsPerTransfer: 1 }
  await writeHome(home, { folders: { 'Team models': store }, settings })
  const engine = await startTestEngine(home)
  for (const [name, version] of installed) {
    const { state } = await engine.install({ name, version }, 'team-models')
    if (state.kind !== 'done') throw new Error(`${name} ${version} was not installed: ${JSON.stringify(state)}`)
  }
  await engine.api.installed.remove({ ref: { name: 'keyword_spotter', version: '1.0.5' } })
  await engine.api.transfers.clearHistory({})
  await engine.stop()
  return { home, store, ...(await writeFoldersToDrop(folder)) }
}

/** A pickle that asks for what a checkpoint's does, and holds so many bytes. */
export function makeCheckpoint(sizeBytes: number): Buffer {
  const asks = ['collections\nOrderedDict', 'torch._utils\n_rebuild_tensor_v2', 'torch\nFloatStorage']
  const head = Buffer.from(`\x80\x02${asks.map((each) => `c${each}\n`).join('')}`, 'latin1')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(sizeBytes)
  return Buffer.concat([head, Buffer.from('B'), length, Buffer.alloc(sizeBytes, 7), Buffer.from('.')])
}

async function writeFoldersToDrop(folder: string): Promise<Omit<ExampleHome, 'home' | 'store'>> {
  const nextVersion = join(folder, 'speech_intent')
  const emptyFolder = join(folder, 'new_model')
  const [first] = examplePackages
  if (first === undefined) throw new Error('there are no example packages')
  await writePackageFolder(nextVersion, first, '2.1.0', 'Adds French, and 12 intents of the returns desk.')
  await appendFile(join(nextVersion, 'vocabulary/intents.txt'), 'return_without_receipt\n')
  await mkdir(join(nextVersion, 'training'))
  await writeFile(join(nextVersion, 'training/optimizer.pt'), makeCheckpoint(640_000))
  // In two pieces, so that nobody takes it for one of somebody's.
  const key = ['AKIA', 'Q7RK29XVBT4MZP81'].join('')
  await writeFile(join(nextVersion, 'credentials.json'), `{\n  "region": "eu-central-1",\n  "id": "${key}"\n}\n`)
  await writeFile(join(nextVersion, '.DS_Store'), Buffer.alloc(6_148))
  await rm(join(nextVersion, 'evaluation'), { recursive: true })
  await mkdir(emptyFolder)
  const small = join(folder, 'churn_predictor')
  const churn = examplePackages.find(({ name }) => name === 'churn_predictor') ?? first
  await writePackageFolder(small, churn, '1.13.0', 'Tariffs of this year.')
  const large = join(folder, 'translator_24')
  await writePackageFolder(large, exampleToPublish, '1.3.0', 'Dutch and Danish.')
  const next = join(folder, 'call_transcriber')
  const transcriber = examplePackages.find(({ name }) => name === 'call_transcriber') ?? first
  await writePackageFolder(next, transcriber, '1.4.0', 'Dialects of the north.', 5)
  return { nextVersion, emptyFolder, small, large, next }
}
