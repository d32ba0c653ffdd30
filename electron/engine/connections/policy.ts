/**
 * The least an admin of the bucket has to allow for publishing and installing, as a JSON policy. Without ListBucket a missing file answers
 * "denied" instead of "not there". Reading alone needs the first two statements.
 */
export function describeLeastPolicy(bucket: string, root: string): string {
  const object = (part: string) => `arn:aws:s3:::${bucket}/${root}${part}`
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'List',
        Effect: 'Allow',
        Action: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
        Resource: `arn:aws:s3:::${bucket}`,
      },
      { Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: [object('models/*'), object('orbital/*')] },
      {
        Sid: 'Publish',
        Effect: 'Allow',
        Action: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        Resource: [object('models/*'), object('orbital/*')],
      },
      { Sid: 'CleanUp', Effect: 'Allow', Action: 's3:DeleteObject', Resource: object('orbital/*') },
    ],
  }
  return JSON.stringify(policy, null, 2)
}
