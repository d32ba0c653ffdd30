/**
 * The least an admin of the bucket has to allow, as a JSON policy for `root` (empty, or ending in `/`) of the bucket: for publishing and installing, or
 * for installing alone. Without ListBucket a missing file answers "denied" instead of "not there"; it takes no condition on the prefix, or that would
 * be so again. Nobody needs the right to delete below `models/`.
 */
export function describeLeastPolicy(
  { bucket, root, region = '' }: { readonly bucket: string; readonly root: string; readonly region?: string },
  use: 'publish' | 'read-only',
): string {
  const arn = `arn:${partitionOf(region)}:s3:::${bucket}`
  const [models, own] = [`${arn}/${root}models/*`, `${arn}/${root}orbital/*`]
  const allow = (Sid: string, Action: string | readonly string[], Resource: string | readonly string[]) => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource,
  })
  const reading = [allow('List', 's3:ListBucket', arn), allow('Read', 's3:GetObject', [models, own])]
  const publishing = [
    allow('Publish', 's3:PutObject', [models, own]),
    allow('Uploads', ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'], [models, own]),
    allow('ListUploads', 's3:ListBucketMultipartUploads', arn),
    allow('CleanUp', 's3:DeleteObject', own),
  ]
  const Statement = use === 'publish' ? [...reading, ...publishing] : reading
  return JSON.stringify({ Version: '2012-10-17', Statement }, null, 2)
}

/** Amazon's separate clouds have names of their own. */
const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
