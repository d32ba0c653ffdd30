import v8 from 'node:v8'

/** What was just made lies there until it is known to last. */
const enoughBytes = 8 * 1024 * 1024
let isHeld = false

/**
 * Call now and then in long work that makes much that stays: the engine of JavaScript then gives ever more room to new objects, three times over and up to
 * 96 MiB, which saves nothing where they stay. From 8 MiB on it is held at what it has. There is no other way to say so once a process runs, and
 * how it is started isn't ours to say.
 */
export function holdYoungHeap(): void {
  if (isHeld) return
  const space = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  if (space === undefined || space.space_size < enoughBytes) return
  isHeld = true
  v8.setFlagsFromString('--semi-space-growth-factor=1')
}
