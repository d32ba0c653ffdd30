import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createNodeDisk } from '../disk/node-disk.ts'
import { isRunning, nameHost, readOwnIdentity } from './process-identity.ts'

const disk = createNodeDisk()

describe('who a process is', () => {
  it('is told of this one', () => {
    expect(isRunning(disk, readOwnIdentity(disk))).toBe(true)
  })

  it('is gone where this machine has no such process', () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    expect(isRunning(disk, { ...readOwnIdentity(disk), pid })).toBe(false)
  })

  it('is not known of a process that a container numbers anew', () => {
    const own = readOwnIdentity(disk)
    expect(isRunning(disk, { ...own, host: nameHost(own.host, 'pid:[4026532177]'), pid: 1 })).toBe('unknown')
  })
})

describe('nameHost', () => {
  it('is the machine where processes have its own numbers', () => {
    expect(nameHost('host', undefined)).toBe('host')
    expect(nameHost('host', 'pid:[4026531836]')).toBe('host')
  })
  it('tells a container from its machine and from another one', () => {
    const names = [undefined, 'pid:[1]', 'pid:[2]'].map((each) => nameHost('host', each))
    expect(new Set(names).size).toBe(3)
  })
})

const namespaces = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0
it.skipIf(!namespaces)(
  'a process with numbers of its own knows that those of others say nothing (where this user may start one)',
  () => {
    const own = readOwnIdentity(disk)
    const module = path.join(import.meta.dirname, 'process-identity.ts')
    const nodeDisk = path.join(import.meta.dirname, '../disk/node-disk.ts')
    const script = `
    import { isRunning } from ${JSON.stringify(module)}
    import { createNodeDisk } from ${JSON.stringify(nodeDisk)}
    console.log(isRunning(createNodeDisk(), ${JSON.stringify(own)}))`
    const args = ['--pid', '--fork', process.execPath, '--input-type=module', '-e', script]
    expect(spawnSync('unshare', args, { encoding: 'utf8' }).stdout.trim()).toBe('unknown')
  },
)
