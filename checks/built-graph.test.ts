/**
 * What is reachable in the built code. 1. Start at an entry in out/main. 2. Read the specifiers of its imports, static and
 * dynamic, and of `require`. 3. Follow the relative ones. 4. What is left are the outside modules: only Node's own may be there.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { parseSync } from 'vite'
import { describe, expect, test } from 'vitest'
import { describeWith } from '../testkit/describe-with.ts'

const out = resolve(import.meta.dirname, '../out')

/** The modules that a text of JavaScript imports, re-exports, loads or requires by a literal name. */
function readSpecifiers(code: string): string[] {
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit)
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return
    const { type, source, callee, arguments: args } = node as Record<string, unknown>
    const isRequire = type === 'CallExpression' && (callee as { name?: unknown }).name === 'require'
    const literal = (isRequire ? (args as unknown[])[0] : source) as { value?: unknown } | null | undefined
    if (typeof literal?.value === 'string') found.push(literal.value)
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseSync('built.js', code).program.body)
  return found
}

/** Outside modules that are reachable from a built file, each with the built file that imports it. */
function findOutsideModules(entry: string): Map<string, string> {
  const outside = new Map<string, string>()
  const seen = new Set<string>()
  const waiting = [entry]
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const code = readFileSync(path, 'utf8')
    for (const specifier of readSpecifiers(code))
      if (!specifier.startsWith('.')) outside.set(specifier, path)
      else if (existsSync(join(dirname(path), specifier))) waiting.push(join(dirname(path), specifier))
  }
  return outside
}

const needed = existsSync(join(out, 'main/cli.js')) ? out : { missing: 'there is no build (npm run build)' }

describeWith(needed, 'the built command line', () => {
  test('reaches Electron from nowhere and needs no node_modules', () => {
    const outside = findOutsideModules(join(out, 'main/cli.js'))
    expect([...outside].filter(([specifier]) => !isBuiltin(specifier))).toEqual([])
    expect(outside.size).toBeGreaterThan(3)
  })

  test('and so do the workers', () => {
    const workers = globSync('*-worker.js', { cwd: join(out, 'main') })
    expect(workers.length).toBeGreaterThan(0)
    for (const worker of workers)
      expect([...findOutsideModules(join(out, 'main', worker)).keys()].filter((name) => !isBuiltin(name))).toEqual([])
  })
})

describeWith(existsSync(join(out, 'main/index.js')) ? out : { missing: 'there is no build' }, 'the built app', () => {
  test('reaches Electron, which shows that the search sees it', () => {
    expect([...findOutsideModules(join(out, 'main/index.js')).keys()]).toContain('electron')
  })

  test('has a preload that needs nothing but Electron, as the sandbox demands', () => {
    expect([...findOutsideModules(join(out, 'preload/preload.cjs')).keys()]).toEqual(['electron'])
  })

  test('has a page whose scripts and styles carry the nonce that the hosts replace', () => {
    const html = readFileSync(join(out, 'renderer/index.html'), 'utf8')
    const tags = html.match(/<(?:script|link rel="stylesheet"|link rel="modulepreload")[^>]*>/g) ?? []
    expect(tags.length).toBeGreaterThan(0)
    for (const tag of tags) expect(tag).toContain('nonce="ORBITAL_CSP_NONCE"')
  })
})

describe('the search', () => {
  test('finds static, re-exported, dynamic and required modules', () => {
    const code =
      'import { a } from "a"\nimport"b"\nexport * from "c"\nx(import("d"))\nrequire("e")\nexport { f } from "f"\nlog("g")'
    expect(readSpecifiers(code).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })
})
