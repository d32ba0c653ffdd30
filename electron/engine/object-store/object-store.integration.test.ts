import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'vitest'
import { describeWith } from '../../../testkit/describe-with.ts'
import { fetchRclone, startRcloneServer } from '../../../testkit/rclone-server.ts'
import { fetchS3Server, startS3Server } from '../../../testkit/s3-server.ts'
import { bucketSpec, type S3Store } from '../../../testkit/s3-store.ts'
import { createSystemClock } from '../system-clock.ts'
import { allTraits, describeObjectStore, type StoreUnderTest } from './object-store.suite.ts'
import { createS3ObjectStore } from './s3-object-store.ts'

const deps = { clock: createSystemClock(), log: { write: () => {} } }

async function openBucket(server: S3Store): Promise<StoreUnderTest> {
  const spec = bucketSpec(server, await server.createBucket(), { root: 'team a/', connections: 8 })
  const store = createS3ObjectStore(spec, deps)
  const parent = createS3ObjectStore({ ...spec, root: '' }, deps)
  const stop = async () => {
    store.close()
    parent.close()
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const signal = AbortSignal.timeout(5_000)
    while (sockets() > 0 && !signal.aborted) await nextTurn()
    expect(sockets()).toBe(0)
    await server.stop()
  }
  return { store, parent, root: 'team a/', stop }
}

describeWith(await fetchS3Server(), 'object store', () => {
  describeObjectStore(
    'SeaweedFS',
    {
      ...allTraits,
      refusedKeys: ['models/back-1.0.0\\data\\file.txt'],
    },
    async () => openBucket(await startS3Server()),
  )
})

describeWith(await fetchRclone(), 'object store', () => {
  describeObjectStore(
    'rclone serve s3',
    {
      conditionalPut: false,
      ifMatchPut: false,
      conditionalComplete: false,
      checksPartEtags: true,
      replacesParts: false,
      listsUploads: true,
      listsParts: true,
      refusesRangesBeyondTheEnd: true,
    },
    async () => openBucket(await startRcloneServer()),
  )
})
