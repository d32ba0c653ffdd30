/** One import that a file of a layer may or may not write. `caughtBy` is empty for an allowed import. */
export type ImportCase = {
  /** The importing file's folder. */
  readonly from: string
  /** The importing file's name, where the rule depends on it; otherwise one is made up. */
  readonly file?: string
  readonly code: string
  readonly caughtBy: readonly ('tsc' | 'biome')[]
}

const both = ['tsc', 'biome'] as const
const tsc = ['tsc'] as const
const biome = ['biome'] as const

const forbid = (from: string, caughtBy: ImportCase['caughtBy'], ...codes: string[]): ImportCase[] =>
  codes.map((code) => ({ from, code, caughtBy }))
const allow = (from: string, ...codes: string[]): ImportCase[] => codes.map((code) => ({ from, code, caughtBy: [] }))

/** The four ways in which TypeScript can bring in a module. */
const everyForm = (specifier: string): string[] => [
  `import { stub } from '${specifier}'\nexport const copy = stub`,
  `import type { stub } from '${specifier}'\nexport type Copy = typeof stub`,
  `export const load = () => import('${specifier}')`,
  `export * from '${specifier}'`,
]
const electronEveryForm = [
  `import { app } from 'electron'\nexport const copy = app`,
  `import type { App } from 'electron'\nexport type Copy = App`,
  `export const load = () => import('electron')`,
  `export * from 'electron'`,
  `import { app } from 'electron/main'\nexport const copy = app`,
]
const readFile = `import { readFile } from 'node:fs/promises'\nexport const read = readFile`
const writeFile = `import { writeFile } from 'node:fs/promises'\nexport const write = writeFile`
const wholeFs = `import * as fs from 'node:fs'\nexport const all = fs`
const s3 = `import { S3Client } from '@aws-sdk/client-s3'\nexport const client: unknown = S3Client`
const credentials = `import { fromIni } from '@aws-sdk/credential-providers'\nexport const chain: unknown = fromIni`
const path = `import { join } from 'node:path'\nexport const j = join`
const vitest = `import { test } from 'vitest'\nexport const copy: unknown = test`
const react = `import { useState } from 'react'\nexport const state = useState`

export const importMatrix: readonly ImportCase[] = [
  // shared: nothing of Node, of a browser, or of any other layer
  ...allow(
    'shared',
    `import * as z from 'zod'\nexport const s = z.string()`,
    `import type { stub } from './stub.ts'\nexport type S = typeof stub`,
  ),
  ...allow('shared', 'export const isAborted = (signal: AbortSignal): boolean => signal.aborted'),
  ...forbid('shared', both, path, wholeFs, ...electronEveryForm),
  ...forbid(
    'shared',
    both,
    ...everyForm('../electron/engine/stub.ts'),
    ...everyForm('../renderer/stub.ts'),
    ...everyForm('../testkit/stub.ts'),
  ),
  ...forbid(
    'shared',
    tsc,
    'export const cwd = process.cwd()',
    'export const title = document.title',
    'export const b = Buffer.alloc(1)',
  ),
  ...forbid('shared', biome, react, s3),

  // engine: shared only; no Electron; the disk and the store behind their folders
  ...allow('electron/engine', `import { stub } from '../../shared/stub.ts'\nexport const copy = stub`, path),
  ...forbid('electron/engine', both, ...electronEveryForm),
  ...forbid(
    'electron/engine',
    both,
    ...everyForm('../main/stub.ts'),
    ...everyForm('../ipc/stub.ts'),
    ...everyForm('../cli/stub.ts'),
    ...everyForm('../web-host/stub.ts'),
    ...everyForm('../preload/stub.ts'),
    ...everyForm('../../renderer/stub.ts'),
    ...everyForm('../../testkit/stub.ts'),
  ),
  ...forbid('electron/engine', tsc, 'export const title = document.title'),
  ...forbid('electron/engine', biome, readFile, writeFile, wholeFs, s3, credentials, react),
  ...forbid('electron/engine/install', biome, vitest),
  ...forbid('renderer', biome, vitest),
  ...allow('testkit', vitest, wholeFs, s3),
  ...forbid('electron/engine/workers', biome, readFile, wholeFs, s3),
  ...forbid('electron/engine/install', biome, writeFile, s3),
  ...allow('electron/engine/disk', readFile, writeFile, wholeFs),
  ...forbid('electron/engine/disk', biome, s3),
  ...forbid('electron/engine/disk', both, ...electronEveryForm, ...everyForm('../../ipc/stub.ts')),
  ...allow(
    'electron/engine/object-store',
    s3,
    credentials,
    `import { stub } from '../disk/stub.ts'\nexport const copy = stub`,
  ),
  ...forbid('electron/engine/object-store', biome, writeFile),
  ...forbid('electron/engine/object-store', both, ...everyForm('../../cli/stub.ts')),
  ...allow('electron/engine/connections', credentials),
  ...forbid('electron/engine/connections', biome, s3, readFile),
  ...forbid('electron/engine/connections', both, ...everyForm('../../main/stub.ts')),

  // ipc: shared only
  ...allow('electron/ipc', `import { stub } from '../../shared/stub.ts'\nexport const copy = stub`),
  ...allow('electron/ipc', `import { stub } from '../../shared/ipc/engine-api.ts'\nexport const copy = stub`),
  ...forbid(
    'electron/ipc',
    both,
    ...everyForm('../engine/stub.ts'),
    ...everyForm('../main/stub.ts'),
    ...everyForm('../web-host/stub.ts'),
    ...electronEveryForm,
  ),
  ...forbid('electron/ipc', biome, readFile, s3),

  // main: ipc and engine, and Electron
  ...allow('electron/main', `import { app } from 'electron'\nexport const name: string = app.name`, readFile),
  ...allow(
    'electron/main',
    `import { stub } from '../engine/stub.ts'\nexport const copy = stub`,
    `import { stub } from '../ipc/stub.ts'\nexport const copy = stub`,
  ),
  ...forbid(
    'electron/main',
    both,
    ...everyForm('../cli/stub.ts'),
    ...everyForm('../web-host/stub.ts'),
    ...everyForm('../preload/stub.ts'),
    ...everyForm('../../renderer/stub.ts'),
    ...everyForm('../../testkit/stub.ts'),
  ),
  ...forbid('electron/main', biome, writeFile, wholeFs, s3),

  // preload: shared, and Electron's sandboxed half; Node's types come in with Electron's, so only Biome sees node:*
  ...allow(
    'electron/preload',
    `import { ipcRenderer } from 'electron'\nexport const send = ipcRenderer.send`,
    `import { stub } from '../../shared/stub.ts'\nexport const copy = stub`,
  ),
  ...forbid('electron/preload', biome, path, readFile),
  ...forbid(
    'electron/preload',
    both,
    ...everyForm('../engine/stub.ts'),
    ...everyForm('../ipc/stub.ts'),
    ...everyForm('../main/stub.ts'),
  ),

  // cli: engine; only the serve command may start the web host, through which TypeScript lets ipc in, too
  ...allow('electron/cli', `import { stub } from '../engine/stub.ts'\nexport const copy = stub`, readFile),
  ...forbid(
    'electron/cli',
    both,
    ...electronEveryForm,
    ...everyForm('../main/stub.ts'),
    ...everyForm('../../renderer/stub.ts'),
  ),
  ...forbid(
    'electron/cli',
    biome,
    ...everyForm('../web-host/stub.ts'),
    ...everyForm('../ipc/stub.ts'),
    writeFile,
    wholeFs,
    s3,
  ),
  ...forbid('electron/cli/commands', biome, ...everyForm('../../web-host/stub.ts')),
  {
    from: 'electron/cli/commands',
    file: 'serve.ts',
    code: `import { stub } from '../../web-host/stub.ts'\nexport const copy = stub`,
    caughtBy: [],
  },

  // web host: ipc and engine, never Electron
  ...allow(
    'electron/web-host',
    `import { stub } from '../engine/stub.ts'\nexport const copy = stub`,
    `import { stub } from '../ipc/stub.ts'\nexport const copy = stub`,
    readFile,
  ),
  ...forbid(
    'electron/web-host',
    both,
    ...electronEveryForm,
    ...everyForm('../main/stub.ts'),
    ...everyForm('../cli/stub.ts'),
    ...everyForm('../../renderer/stub.ts'),
  ),
  ...forbid('electron/web-host', biome, writeFile, wholeFs, s3),

  // renderer: shared, of the contract the types only
  ...allow('renderer', react, `import { stub } from '../shared/stub.ts'\nexport const copy = stub`),
  ...allow('renderer', `import type { stub } from '../shared/ipc/engine-api.ts'\nexport type Copy = typeof stub`),
  ...allow(
    'renderer/ipc',
    `import { stub } from '../stub.ts'\nexport const copy = stub`,
    `import type { stub } from '../../shared/ipc/engine-api.ts'\nexport type Copy = typeof stub`,
  ),
  ...forbid('renderer', both, path, wholeFs, ...electronEveryForm),
  ...forbid(
    'renderer',
    both,
    ...everyForm('../electron/engine/stub.ts'),
    ...everyForm('../electron/ipc/stub.ts'),
    ...everyForm('../electron/preload/stub.ts'),
    ...everyForm('../testkit/stub.ts'),
  ),
  ...forbid('renderer', tsc, 'export const cwd = process.cwd()'),
  ...forbid('renderer', biome, s3),
  ...forbid(
    'renderer',
    biome,
    `import { stub } from '../shared/ipc/engine-api.ts'\nexport const copy = stub`,
    `import { type stub as T, stub } from '../shared/ipc/engine-api.ts'\nexport const copy: typeof T = stub`,
    `import * as api from '../shared/ipc/engine-api.ts'\nexport const copy = api`,
    `import '../shared/ipc/engine-api.ts'`,
    `export const load = () => import('../shared/ipc/engine-api.ts')`,
    `export { stub } from '../shared/ipc/engine-api.ts'`,
    `export * from '../shared/ipc/engine-api.ts'`,
  ),
]
