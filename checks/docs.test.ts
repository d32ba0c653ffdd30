/** The documents say what the code says: each command, option and exit code of the command line, and where each link leads. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { globalOptions } from '../electron/cli/arguments.ts'
import type { Command } from '../electron/cli/command.ts'
import { errorCodes, exitCodeOf } from '../shared/errors.ts'

const root = resolve(import.meta.dirname, '..')
const screenshots = join(root, 'docs/screenshots')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const isCommand = (value: unknown): value is Command =>
  typeof value === 'object' && value !== null && 'name' in value && 'usage' in value && 'run' in value
const commandModules = await Promise.all(
  globSync('electron/cli/commands/*.ts', { cwd: root, exclude: (path) => path.endsWith('.test.ts') }).map(
    (path) => import(join(root, path)) as Promise<Record<string, unknown>>,
  ),
)
const commands = commandModules.flatMap((module) => Object.values(module).filter(isCommand))

describe('docs/guide/cli.md', () => {
  const guide = read('docs/guide/cli.md')
  const documentedOptions = (text: string) => [...text.matchAll(/`--([a-z-]+)[ `=]/g)].map(([, name]) => name)

  test('there are commands to look for', () => expect(commands.length).toBeGreaterThan(15))

  test.each(commands)('has orbital $name with its options and other names', ({ name, options = [], aliases = [] }) => {
    const at = guide.search(new RegExp(`\\*\\*\`orbital ${name}[ \`]`))
    expect(at, `orbital ${name}`).toBeGreaterThan(0)
    for (const alias of aliases) expect(guide).toContain(`(also \`${alias}\`)`)
    // Its options stand between its own heading line and the end of the section.
    const end = guide.indexOf('\n## ', at)
    const section = guide.slice(at, end)
    for (const option of options) expect(documentedOptions(section), `orbital ${name}`).toContain(option.name)
  })

  test('names no option that no command has', () => {
    const known = new Set(
      [...commands.flatMap(({ options = [] }) => options), ...globalOptions].map(({ name }) => name),
    )
    const unknown = documentedOptions(guide).filter((name) => !known.has(name ?? ''))
    expect(unknown).toEqual([])
  })

  test('has every global option in its own table', () => {
    const section = guide.slice(guide.indexOf('## Options of every command'), guide.indexOf('## Specs'))
    for (const { name } of globalOptions) expect(documentedOptions(section)).toContain(name)
  })

  test('tells for each exit code exactly the errors that end with it', () => {
    const rows = [...guide.slice(guide.indexOf('## Exit codes')).matchAll(/^\| (\d+) \| [^|]+ \|([^|]*)\|$/gm)]
    const told = new Map(rows.map(([, exit, codes = '']) => [Number(exit), codes.match(/[a-z-]+/g) ?? []]))
    const meant = new Map<number, string[]>([[0, []]])
    for (const code of errorCodes) meant.set(exitCodeOf(code), [...(meant.get(exitCodeOf(code)) ?? []), code])
    const sorted = (codes: ReadonlyMap<number, readonly string[]>) =>
      [...codes].map(([exit, list]) => [exit, [...list].sort()] as const).sort(([a], [b]) => a - b)
    expect(sorted(told)).toEqual(sorted(meant))
  })
})

test('docs/formats/cli-json.md has the document of every command', () => {
  const formats = read('docs/formats/cli-json.md')
  const table = formats.slice(formats.indexOf('## Documents'))
  for (const { name } of commands) expect(table, name).toMatch(new RegExp(`^\\| \`${name}[ \`]`, 'm'))
})

describe('links between documents', () => {
  const documents = globSync(['*.md', 'docs/**/*.md', 'sample/**/*.md', 'bench/**/*.md', 'testkit/**/*.md'], {
    cwd: root,
  })
  const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
  /** As GitHub makes the anchor of a heading. */
  const anchorsOf = (path: string) =>
    [
      ...readFileSync(path, 'utf8')
        .replace(/^```[\s\S]*?^```/gm, '')
        .matchAll(/^#{1,6} (.+)$/gm),
    ].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    )
  const linksOf = (document: string) =>
    [...withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link))

  test('there are documents and links', () => {
    expect(documents).toContain('README.md')
    expect(documents.flatMap(linksOf).length).toBeGreaterThan(30)
  })

  test.each(documents)('%s leads nowhere that is not there', (document) => {
    const broken = linksOf(document).filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? join(root, document) : resolve(root, dirname(document), file)
      // `npm run screenshots` writes them; a checkout without any has none to lose.
      if (target.startsWith(`${screenshots}/`) && !existsSync(screenshots)) return false
      if (!existsSync(target)) return true
      return anchor !== undefined && !anchorsOf(target).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md')
  const withoutBlocks = text.replace(/^```[\s\S]*?^```/gm, '')

  test('names only files and folders that are there', () => {
    const named = [...withoutBlocks.matchAll(/`((?:[\w.-]+\/)+[\w.-]*)`/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(40)
    const bases = ['.', 'electron/engine']
    expect(named.filter((path) => !bases.some((base) => existsSync(join(root, base, path))))).toEqual([])
  })

  test('names only functions that the code has', () => {
    const code = globSync(['electron/**/*.ts', 'shared/**/*.ts', 'renderer/**/*.ts'], { cwd: root })
      .map(read)
      .join('\n')
    const named = [...withoutBlocks.matchAll(/`([a-z]+[A-Z]\w+)`/g)].map(([, name = '']) => name)
    expect(named.length).toBeGreaterThan(8)
    const isDefined = (name: string) => new RegExp(`(?:function\\*? |const |  )${name}\\b`).test(code)
    expect(named.filter((name) => !isDefined(name))).toEqual([])
  })

  test('maps every folder of the code', () => {
    const map = text.slice(text.indexOf('## Map'), text.indexOf('## Layers'))
    const folders = globSync(['electron/*/', 'electron/engine/*/'], { cwd: root }).map(
      (path) => path.split('/').at(-1) ?? '',
    )
    expect(folders.length).toBeGreaterThan(12)
    expect(folders.filter((name) => !name.includes('.') && !map.includes(`${name}/`))).toEqual([])
  })
})
