import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { PublishFields } from '../../../shared/model/plans.ts'
import { createTempFolder, type TempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import type { Disk } from '../ports.ts'
import { readRecipe } from './recipe.ts'

const disk = createNodeDisk()
const { signal } = new AbortController()
let temp: TempFolder
let folder: string
beforeEach(async () => {
  temp = await createTempFolder()
  folder = join(temp.path, 'My Model-1.2.3')
  await mkdir(folder)
})
afterEach(() => temp.remove())

async function put(files: Readonly<Record<string, string | object>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
}
const read = (fields: PublishFields = {}, over: Partial<Disk> = {}) =>
  readRecipe({ disk: { ...disk, ...over }, folder, fields, signal })
const pathsOf = (recipe: { files: readonly { path: string }[] }) => recipe.files.map(({ path }) => path)
const stated = { name: 'model', version: '2.0.0' }

describe('a folder without package.json', () => {
  test('goes in whole, save junk; name, version and words are suggested', async () => {
    await put({
      'model.safetensors': 'x'.repeat(10),
      'README.md':
        '---\nlicense: mit\ntags:\n  - vision\n  - "ocr"\n---\n# A *small* model\n\nReads [digits](https://x.y).\nWell.\n',
      'data/a/b.txt': 'x',
      '.hidden': 'x',
      '.DS_Store': 'x',
      'data/Thumbs.db': 'x',
      '__pycache__/a.pyc': 'xyz',
      '.git/objects/1': 'x',
      'old-1.0.0.sputnik': 'x',
      'left.tmp': 'x',
    })
    const recipe = await read()
    expect(pathsOf(recipe)).toEqual(['.hidden', 'README.md', 'data/a/b.txt', 'model.safetensors'])
    expect(recipe.info).toEqual({
      name: 'my_model',
      version: '1.2.3',
      title: 'A small model',
      description: 'Reads digits. Well.',
      license: 'mit',
      tags: ['vision', 'ocr'],
      readme: 'README.md',
    })
    expect(recipe.origins).toMatchObject({ name: 'the folder', version: 'the folder', title: 'README.md' })
    expect(recipe.problems).toEqual([])
    expect(recipe.leftOut.map(({ path, reason }) => [path, reason])).toEqual([
      ['.DS_Store', 'junk'],
      ['.git', 'junk'],
      ['__pycache__', 'junk'],
      ['data/Thumbs.db', 'junk'],
      ['left.tmp', 'junk'],
      ['old-1.0.0.sputnik', 'junk'],
    ])
    expect(recipe.leftOut.find(({ path }) => path === '__pycache__')).toMatchObject({
      isFolder: true,
      fileCount: 1,
      sizeBytes: 3,
    })
    const [, , , weights] = recipe.files
    expect(weights).toMatchObject({ sizeBytes: 10, absolutePath: join(folder, 'model.safetensors') })
    expect(recipe.totalBytes).toBe(recipe.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  })

  test.each([undefined, ['*', 'data/*']])(
    'leaves out what a killed build or export left (include: %s)',
    async (include) => {
      await put({
        'data/a.bin': 'x',
        '.orbital-new-0123456789abcdef01': 'xx',
        'data/.orbital-new-0123456789abcdef01': 'xx',
        'data/.orbital-new-one/part': 'xx',
        ...(include === undefined ? {} : { 'package.json': JSON.stringify({ ...stated, include }) }),
      })
      const recipe = await read()
      expect(pathsOf(recipe).filter((each) => each.includes('orbital-new'))).toEqual([])
      expect(recipe.leftOut).toMatchObject([
        { path: '.orbital-new-0123456789abcdef01', why: 'Left by Orbital' },
        { path: 'data/.orbital-new-0123456789abcdef01', why: 'Left by Orbital' },
        { path: 'data/.orbital-new-one', isFolder: true, why: 'Left by Orbital' },
      ])
      expect(recipe.problems).toEqual([])
    },
  )

  test('obeys .orbitalignore, and the person more than that', async () => {
    await put({
      '.orbitalignore': '*.log\n/raw/\n!keep.log\n',
      'a.log': 'x',
      'keep.log': 'x',
      'raw/1': 'x',
      'raw/2': 'x',
      'b/c.txt': 'x',
      d: 'x',
    })
    const recipe = await read()
    expect(pathsOf(recipe)).toEqual(['b/c.txt', 'd', 'keep.log'])
    expect(recipe.leftOut).toContainEqual(
      expect.objectContaining({ path: 'raw', isFolder: true, fileCount: 2, reason: 'ignored' }),
    )
    const chosen = await read({ putIn: ['raw/1', 'a.log'], leaveOut: ['b', 'd'] })
    expect(pathsOf(chosen)).toEqual(['a.log', 'keep.log', 'raw/1'])
    expect(chosen.leftOut).toContainEqual(expect.objectContaining({ path: 'b', reason: 'by-person' }))
  })
})

describe('a folder with package.json', () => {
  test('takes what include names, as the old tools do, and the read-me', async () => {
    await put({
      'package.json': {
        ...stated,
        include: [['data', '*'], 'x/[ab]?.bin', ['deep', '**', '*.txt']],
        compatibility: { my_library: '>=1.1' },
      },
      'README.md': '# T',
      'data/one': 'x',
      'data/.two': 'x',
      'data/sub/three': 'x',
      'x/a1.bin': 'x',
      'x/c1.bin': 'x',
      'deep/1.txt': 'x',
      'deep/a/b/2.txt': 'x',
      'deep/.a/3.txt': 'x',
      'other/1': 'x',
      'other/2': 'x',
    })
    const recipe = await read()
    expect(pathsOf(recipe)).toEqual(['README.md', 'data/one', 'deep/1.txt', 'deep/a/b/2.txt', 'x/a1.bin'])
    expect(recipe.info).toMatchObject({ ...stated, compatibility: { my_library: '>=1.1.0' } })
    expect(recipe.leftOut).toContainEqual(
      expect.objectContaining({ path: 'other', isFolder: true, fileCount: 2, reason: 'not-included' }),
    )
    expect(recipe.problems).toEqual([])
  })

  test('without include takes all but itself', async () => {
    await put({ 'package.json': stated, a: 'x' })
    expect(pathsOf(await read())).toEqual(['a'])
  })

  test('gives the person’s fields before its own', async () => {
    await put({ 'package.json': { ...stated, title: 'T', description: 'D' }, a: 'x' })
    const recipe = await read({ version: '3.0.0', description: '' })
    expect(recipe.info).toEqual({ name: 'model', version: '3.0.0', title: 'T' })
    expect(recipe.origins).toMatchObject({ name: 'package.json', version: 'you', title: 'package.json' })
  })

  test('names all its problems at once', async () => {
    await put({
      'package.json': {
        name: 'My-Model',
        version: '1.0',
        title: 5,
        compatibility: { app: '>=abc', other: 3 },
        include: [['nothing', '*']],
      },
      a: 'x',
    })
    const { problems } = await read()
    expect(problems.map(({ field }) => field)).toEqual([
      'name',
      'version',
      'title',
      'compatibility.app',
      'compatibility.other',
      'include',
    ])
    expect(problems.map(({ fix }) => fix)).toEqual(['my_model', '1.0.0', undefined, undefined, undefined, undefined])
  })

  test('must have a name and a version', async () => {
    await put({ 'package.json': {}, a: 'x' })
    expect((await read()).problems).toMatchObject([{ field: 'name', fix: 'my_model_1_2_3' }, { field: 'version' }])
  })

  test.each([[[['..', 'x']]], [['/etc/*']], [['../x']], [[['a/../../b']]], ['x'], [[5]], [[[]]]])(
    'with include %j is refused',
    async (include) => {
      await put({ 'package.json': { ...stated, include }, a: 'x' })
      expect((await read()).problems).toContainEqual(expect.objectContaining({ field: 'include' }))
    },
  )

  test('warns of a constraint that old tools can’t read, and of a pattern that finds nothing', async () => {
    await put({ 'package.json': { ...stated, include: ['a', 'b/*'], compatibility: { app: '^1.2' } }, a: 'x' })
    expect((await read()).warnings.map(({ kind }) => kind)).toEqual([
      'constraint-unreadable-by-old-tools',
      'include-matches-little',
    ])
  })
})

describe('bad input', () => {
  test('that is no folder', async () => {
    await writeFile(join(temp.path, 'file'), 'x')
    for (const path of [join(temp.path, 'file'), join(temp.path, 'gone')]) {
      await expect(readRecipe({ disk, folder: path, signal })).rejects.toMatchObject({ code: 'not-a-folder' })
    }
  })

  test('that is empty, or holds only what stays out', async () => {
    await expect(read()).rejects.toMatchObject({ code: 'folder-empty', details: { leftOut: 0 } })
    await put({ '.DS_Store': 'x', '__pycache__/x': 'x' })
    await expect(read()).rejects.toMatchObject({ code: 'folder-empty', details: { leftOut: 2 } })
  })

  test('with a folder that may not be read', async () => {
    await put({ a: 'x', 'closed/b': 'x' })
    const entries: Disk['entries'] = (path) => {
      if (basename(path) === 'closed') throw new AppError('folder-unreadable', { path })
      return disk.entries(path)
    }
    await expect(read({}, { entries })).rejects.toMatchObject({ code: 'folder-unreadable' })
  })

  test.each(['{', '[]', '"x"', ''])('with %j for a package.json', async (text) => {
    await put({ 'package.json': text, a: 'x' })
    await expect(read()).rejects.toMatchObject({
      code: 'recipe-invalid',
      details: { problems: [{ field: 'package.json' }] },
    })
  })

  test('that is stopped', async () => {
    await put(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}`, 'x'])))
    const stopped = AbortSignal.abort(new AppError('cancelled', {}))
    await expect(readRecipe({ disk, folder, signal: stopped })).rejects.toMatchObject({ code: 'cancelled' })
  })
})

test.runIf(process.platform !== 'win32')('links and pipes are left out, never followed or opened', async () => {
  await put({ a: 'x', '../outside/secret': 'x' })
  await symlink(join(temp.path, 'outside'), join(folder, 'link'))
  await symlink(join(temp.path, 'outside/secret'), join(folder, 'file-link'))
  await symlink(folder, join(folder, 'loop'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const recipe = await read({ putIn: ['link', 'file-link', 'pipe'] })
  expect(pathsOf(recipe)).toEqual(['a'])
  expect(recipe.leftOut.map(({ path, reason }) => [path, reason])).toEqual([
    ['file-link', 'symlink'],
    ['link', 'symlink'],
    ['loop', 'symlink'],
    ['pipe', 'special-file'],
  ])
  expect(recipe.warnings.filter(({ kind }) => kind === 'symlink')).toHaveLength(3)
})

test('reserved and hostile names are problems, with a way out', async () => {
  await put({ 'meta.json': 'x', 'sub/meta.json': 'x', a: 'x' })
  const recipe = await read({ name: 'model' })
  expect(recipe.problems).toMatchObject([{ field: 'files', fix: 'Put everything in a folder model/' }])
  expect(recipe.warnings).toMatchObject([{ kind: 'reserved-name', path: 'meta.json' }])
  const inside = await read({ name: 'model', insideFolder: 'model' })
  expect(inside.problems).toEqual([])
  expect(pathsOf(inside)).toEqual(['model/a', 'model/meta.json', 'model/sub/meta.json'])
  await rm(join(folder, 'meta.json'))
  await put({ 'nul.txt': 'x', 'x ': 'y', 'Data/1': 'x', 'data/1': 'x' })
  expect((await read()).problems.map(({ field }) => field)).toEqual(['files', 'files', 'files'])
})

test('secrets, code and names of one system only are marked', async () => {
  await put({
    '.env': 'x',
    '.env.example': 'x',
    'id_rsa.pub': 'x',
    'keys/server.pem': 'x',
    'model.pkl': 'x',
    'a?.txt': 'x',
    'b.txt': 'x',
  })
  const recipe = await read()
  expect(recipe.files.filter(({ mark }) => mark !== undefined).map(({ path, mark }) => [path, mark])).toEqual([
    ['.env', 'secret'],
    ['a?.txt', 'not-portable'],
    ['keys/server.pem', 'secret'],
    ['model.pkl', 'runs-code'],
  ])
  expect(recipe.warnings.map(({ kind }) => kind)).toEqual(['not-portable'])
})

test('the loop gets its turn while a large folder is read', async () => {
  const names = Array.from({ length: 20_000 }, (_, index) => ({ name: `f${index}`, kind: 'file' as const }))
  const facts = { kind: 'file', sizeBytes: 1, allocatedBytes: 1, modifiedMs: 1, inode: 1, links: 1 } as const
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
  }, 0)
  const entries: Disk['entries'] = (path) => (path === folder ? names : disk.entries(path))
  const recipe = await read(
    {},
    {
      entries,
      facts: (path) => (path.includes('.') && !/f\d+$/.test(path) ? undefined : { ...facts, name: basename(path) }),
    },
  )
  clearInterval(timer)
  expect(recipe.files).toHaveLength(20_000)
  expect(turns).toBeGreaterThan(5)
})
