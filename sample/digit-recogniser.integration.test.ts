import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Available, isMissing } from '../testkit/available.ts'
import { cached } from '../testkit/cache.ts'
import { describeWith } from '../testkit/describe-with.ts'
import { findPython, type Python } from '../testkit/python.ts'
import { describeFailure, runCommand } from '../testkit/run-command.ts'
import { createTempFolder } from '../testkit/temp-folder.ts'

const sample = import.meta.dirname
const folder = join(sample, 'digit_recogniser')

/** A Python that has what sample/requirements.txt names, fetched into the cache by pip. */
async function findTrainingPython(): Promise<Available<Python & { readonly env: NodeJS.ProcessEnv }>> {
  const python = await findPython({ module: 'pip' })
  if (isMissing(python)) return python
  const [major, minor] = python.version
  if (minor < 11) return { missing: `the training script needs Python 3.11 or newer, found ${major}.${minor}` }
  const packages = await cached({
    thing: `sample-training-python${major}.${minor}`,
    produce: async (target) => {
      const args = ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', '--timeout=20', '--retries=1']
      const requirements = ['--target', target, '--requirement', join(sample, 'requirements.txt')]
      const result = await runCommand(python.command, [...args, ...requirements], { timeoutMs: 240_000 })
      return result.exitCode === 0 ? undefined : { missing: `pip: ${describeFailure(result)}` }
    },
  })
  if (isMissing(packages)) return packages
  const path = [packages, process.env.PYTHONPATH ?? ''].filter(Boolean).join(delimiter)
  return { ...python, env: { ...process.env, PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' } }
}

/** What a safetensors file begins with. */
type Header = { readonly __metadata__: { readonly held_out_accuracy: string } } & {
  readonly [tensor: string]: {
    readonly dtype: string
    readonly shape: number[]
    readonly data_offsets: [number, number]
  }
}

/** The text of the card's first fenced block in a language. */
function readBlock(card: string, language: string): string {
  const block = card.match(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms'))?.[1]
  if (block === undefined) throw new Error(`The card has no block of ${language}.`)
  return block
}

describe('the sample model as it is committed', () => {
  test('is small, and holds nothing but what its recipe includes', async () => {
    const names = (await readdir(folder)).toSorted()
    expect(names).toEqual(['README.md', 'labels.json', 'model.safetensors', 'package.json'])
    let totalBytes = 0
    for (const name of names) totalBytes += (await stat(join(folder, name))).size
    expect(totalBytes).toBeLessThan(100_000)
    const recipe = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    expect(recipe).toMatchObject({ name: 'digit_recogniser', version: '1.0.0', license: 'Apache-2.0' })
    expect(recipe.include.flat().toSorted()).toEqual(names.filter((name) => name !== 'package.json'))
  })

  test('is a safetensors file whose tensors fill it without a gap', async () => {
    const bytes = await readFile(join(folder, 'model.safetensors'))
    const start = 8 + Number(bytes.readBigUInt64LE(0))
    const { __metadata__: metadata, ...tensors }: Header = JSON.parse(bytes.toString('utf8', 8, start))
    let end = 0
    for (const { dtype, shape, data_offsets: offsets } of Object.values(tensors)) {
      expect(dtype).toBe('F32')
      expect(offsets).toEqual([end, end + 4 * shape.reduce((product, size) => product * size, 1)])
      end = offsets[1]
    }
    expect(bytes.length).toBe(start + end)
    const card = await readFile(join(folder, 'README.md'), 'utf8')
    expect(card).toContain(`${(Number(metadata.held_out_accuracy) * 100).toFixed(1)} %`)
  })
})

describeWith(await findTrainingPython(), 'the sample model from Python', (python) => {
  test("runs by the card's own lines, and prints what the card says", async () => {
    const card = await readFile(join(folder, 'README.md'), 'utf8')
    const result = await runCommand(python.command, ['-c', readBlock(card, 'python')], { cwd: folder, env: python.env })
    expect(result.stderr).toBe('')
    expect(result.stdout.replaceAll('\r\n', '\n')).toBe(readBlock(card, 'text'))
  })

  test('is at least 95 % right on held-out digits, and is the same bytes each time', async () => {
    await using temp = await createTempFolder()
    const written: Buffer[] = []
    for (const run of ['first', 'second']) {
      await mkdir(join(temp.path, run))
      await copyFile(join(sample, 'train.py'), join(temp.path, run, 'train.py'))
      const result = await runCommand(python.command, [join(temp.path, run, 'train.py')], { env: python.env })
      expect(result.stderr).toBe('')
      const [, right, total] = result.stdout.match(/held-out digits: (\d+) of (\d+) right/) ?? []
      expect(Number(total)).toBe(450)
      expect(Number(right) / Number(total)).toBeGreaterThanOrEqual(0.95)
      written.push(await readFile(join(temp.path, run, 'digit_recogniser/model.safetensors')))
    }
    expect(written[0]?.equals(written[1] ?? Buffer.of())).toBe(true)
  })
})
