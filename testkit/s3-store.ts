import { randomBytes } from 'node:crypto'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Spec } from '../electron/engine/object-store/s3-client.ts'

export interface S3Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface S3Store extends S3Keys {
  /** As in `http://127.0.0.1:4711`; addressed by path. */
  readonly endpoint: string
  readonly region: string
  /** Makes an empty bucket (a fresh name unless one is given) and gives its name. */
  createBucket(name?: string): Promise<string>
  /** The end of what the server wrote. */
  output(): string
  /** Ends the server and deletes its data. May be called again. */
  stop(): Promise<void>
}

/** A client of the AWS SDK set up as these stores need it; for tests that look into a bucket on their own. */
export function createS3Client(store: S3Keys & Pick<S3Store, 'endpoint' | 'region'>): S3Client {
  return new S3Client({
    endpoint: store.endpoint,
    region: store.region,
    credentials: { accessKeyId: store.accessKeyId, secretAccessKey: store.secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
  })
}

/** How the engine reaches a bucket of that store with its keys; `more` says what is different, such as the endpoint of a proxy before it. */
export function bucketSpec(
  { endpoint, region, accessKeyId, secretAccessKey }: S3Keys & Pick<S3Store, 'endpoint' | 'region'>,
  bucket: string,
  more: Partial<S3Spec> = {},
): S3Spec {
  const credentials = { kind: 'keys', accessKeyId, secretAccessKey } as const
  return { kind: 's3', bucket, root: '', endpoint, region, credentials, connections: 4, ...more }
}

export async function createBucket(
  store: S3Keys & Pick<S3Store, 'endpoint' | 'region'>,
  name?: string,
): Promise<string> {
  const bucket = name ?? `bucket-${randomBytes(5).toString('hex')}`
  const client = createS3Client(store)
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    return bucket
  } finally {
    client.destroy()
  }
}

export function createKeys(): S3Keys {
  return {
    accessKeyId: `TEST${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  }
}
