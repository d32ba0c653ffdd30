import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ImportCase, importMatrix } from './import-matrix.ts'

const root = resolve(import.meta.dirname, '..')
const configs = [
  'tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.tests.json',
  'biome.json',
  'package.json',
  'checks/no-electron.d.ts',
  'checks/contract-is-types-only.grit',
  'shared/globals.d.ts',
  ...[
    'shared',
    'renderer',
    ...['engine', 'ipc', 'main', 'preload', 'cli', 'web-host'].map((name) => `electron/${name}`),
  ].map((folder) => `${folder}/tsconfig.json`),
]

type Placed = ImportCase & { readonly path: string; readonly title: string; readonly target: string | undefined }

/**
 * Gives each case a path, and each import of a stub a stub of its own: TypeScript reports a file of another project once,
 * however many files import it.
 */
const placed: readonly Placed[] = importMatrix.map((one, index) => {
  const code = one.code.replaceAll('/stub.ts', `/stub-${index}.ts`)
  const specifier = code.match(/'([^']*\/stub-\d+\.ts)'/)?.[1]
  return {
    ...one,
    code,
    path: `${one.from}/${one.file ?? `case-${index}.ts`}`,
    target: specifier ? normalize(join(one.from, specifier)) : undefined,
    title: `${one.caughtBy.length > 0 ? 'forbidden' : 'allowed'} in ${one.from}: ${one.code.replace('\n', '; ')}`,
  }
})

/** Runs a tool of this checkout in `folder`; its output matters, not its exit code. */
function runTool(folder: string, tool: string, args: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    const options = { cwd: folder, maxBuffer: 64 << 20 }
    execFile(process.execPath, [join(root, 'node_modules', tool), ...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') fail(error)
      else done(stdout + stderr)
    })
  })
}

/** Paths that TypeScript complains about, each with its codes. */
function readTypeErrors(output: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [, path = '', code = ''] of output.matchAll(/^([^\s(]+)\(\d+,\d+\): error (TS\d+)/gm))
    found.set(path, [...(found.get(path) ?? []), code])
  return found
}

const layerRules = [
  'lint/style/noRestrictedImports',
  'lint/correctness/noUndeclaredDependencies',
  'lint/correctness/noNodejsModules',
  'plugin',
]

/** Paths that break one of Biome's layer rules; other rules don't count. */
function readLintErrors(output: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  const report: { diagnostics: { category: string; location: { path: string } }[] } = JSON.parse(
    output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1),
  )
  for (const { category, location } of report.diagnostics)
    if (layerRules.includes(category)) found.set(location.path, [...(found.get(location.path) ?? []), category])
  return found
}

describe('layers: every forbidden import fails, every allowed one passes', () => {
  let folder = ''
  let typeErrors = new Map<string, string[]>()
  let lintErrors = new Map<string, string[]>()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orbital-layers-'))
    for (const path of configs) await cp(join(root, path), join(folder, path))
    await mkdir(join(folder, 'node_modules'))
    for (const name of await readdir(join(root, 'node_modules')))
      if (!name.startsWith('.')) await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
    const write = async (path: string, text: string) => {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), `${text}\n`)
    }
    await write('shared/ipc/engine-api.ts', 'export const stub = 1')
    for (const { target } of placed) if (target) await write(target, 'export const stub = 1')
    for (const one of placed.filter(({ caughtBy }) => caughtBy.length === 0)) await write(one.path, one.code)
    // The allowed imports alone build, so that each layer's declarations exist when the forbidden ones are added.
    const clean = await runTool(folder, 'typescript/bin/tsc', ['-b', '--pretty', 'false'])
    expect(clean).toBe('')
    for (const one of placed.filter(({ caughtBy }) => caughtBy.length > 0)) await write(one.path, one.code)
    typeErrors = readTypeErrors(await runTool(folder, 'typescript/bin/tsc', ['-b', '--pretty', 'false']))
    const lint = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', '.']
    lintErrors = readLintErrors(await runTool(folder, '@biomejs/biome/bin/biome', lint))
  }, 60_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  test.each(placed)('$title', ({ path, caughtBy }) => {
    const by = [...(typeErrors.has(path) ? ['tsc'] : []), ...(lintErrors.has(path) ? ['biome'] : [])]
    expect({ by, typeErrors: typeErrors.get(path), lintErrors: lintErrors.get(path) }).toMatchObject({ by: caughtBy })
  })
})
