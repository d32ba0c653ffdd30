import path from 'node:path'
import type { Disk, FileFacts } from '../ports.ts'

/**
 * What deleting a tree would free, in allocated bytes (blocks, not sizes): files, folders and links. A file with further hard links counts
 * only if all of them lie in the tree. Nothing there: 0. What vanishes meanwhile doesn't count.
 */
export function measureTree(disk: Disk, root: string): number {
  const linked = new Map<number, { readonly facts: FileFacts; seen: number }>()
  const total = walk(disk, root, linked)
  let linkedBytes = 0
  for (const { facts, seen } of linked.values()) if (seen >= facts.links) linkedBytes += roundToBlock(facts.sizeBytes)
  return total + linkedBytes
}

const roundToBlock = (bytes: number): number => Math.ceil(bytes / 4096) * 4096

function walk(disk: Disk, target: string, linked: Map<number, { readonly facts: FileFacts; seen: number }>): number {
  const facts = disk.facts(target)
  if (facts === undefined) return 0
  if (facts.kind === 'file' && facts.links > 1) {
    const known = linked.get(facts.inode)
    if (known === undefined) linked.set(facts.inode, { facts, seen: 1 })
    else known.seen += 1
    return 0
  }
  if (facts.kind !== 'folder') return facts.allocatedBytes
  let bytes = facts.allocatedBytes
  for (const { name } of disk.entries(target)) bytes += walk(disk, path.join(target, name), linked)
  return bytes
}
