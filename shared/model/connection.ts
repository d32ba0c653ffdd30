import * as z from 'zod'

/** How requests are signed. Holds no secret: keys live in a SecretStore under the connection's id. */
export const signIn = z.discriminatedUnion('kind', [
  /** Environment, profiles, SSO, roles: the AWS chain and boto files. */
  z.strictObject({ kind: z.literal('chain'), profile: z.string().max(128).optional() }),
  /** Access key id and secret that a person typed. */
  z.strictObject({ kind: z.literal('keys'), accessKeyId: z.string().max(256) }),
  /** A public bucket. */
  z.strictObject({ kind: z.literal('anonymous') }),
])
export type SignIn = Readonly<z.infer<typeof signIn>>

export const s3Location = z.strictObject({
  kind: z.literal('s3'),
  bucket: z.string().min(1).max(255),
  /** Empty or ending in `/`; everything of Orbital lies below it. */
  root: z.string().max(512).default(''),
  /** Only for S3-compatible stores; Amazon's own is found by the region. It is shown and logged: no name or password in it. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .regex(/^[^@?#]*$/)
    .optional(),
  /** Found by itself when absent. */
  region: z.string().max(64).optional(),
  /** How addresses name the bucket: `https://store/bucket/…` or `https://bucket.store/…`. When absent, by the host at Amazon, by the path elsewhere. */
  addressing: z.enum(['path', 'host']).optional(),
  /** Absolute path of a file (PEM) with the certificate authorities of the store, trusted beside the known ones. */
  certificateFile: z.string().min(1).max(4096).optional(),
  signIn,
})
export const folderLocation = z.strictObject({
  kind: z.literal('folder'),
  /** Absolute path of a folder on this machine or a network share. */
  path: z.string().min(1),
  root: z.string().max(512).default(''),
})
export const location = z.discriminatedUnion('kind', [s3Location, folderLocation])
export type Location = Readonly<z.infer<typeof location>>

export const connectionId = z.string().regex(/^[a-z0-9-]{1,32}$/)

export const connection = z.strictObject({
  id: connectionId,
  name: z.string().min(1).max(100),
  location,
  isDefault: z.boolean(),
  /** `local` is the built-in registry, `env` comes from the environment; neither can be edited or removed. */
  origin: z.enum(['built-in', 'environment', 'person']),
})
export type Connection = Readonly<z.infer<typeof connection>>

/** What a person types; `secretAccessKey` crosses to the engine once and never comes back. */
export const newConnection = z.strictObject({
  id: connectionId.optional(),
  name: z.string().min(1).max(100),
  location,
  secretAccessKey: z.string().max(1024).optional(),
  sessionToken: z.string().max(8192).optional(),
  /** A yes to `secrets.json`, where the secret would be kept in plain text; else it is kept for this run only. */
  storeSecret: z.boolean().optional(),
})
export type NewConnection = Readonly<z.infer<typeof newConnection>>

/** With what a caller may leave out: no root is the whole bucket or folder. */
export function completeConnection({
  location: typed,
  ...rest
}: Readonly<z.input<typeof newConnection>>): NewConnection {
  return { ...rest, location: { ...typed, root: typed.root ?? '' } }
}

/** Where the sign-in of a connection was found. */
export const signedIn = z.strictObject({
  by: z.enum([
    'keys',
    'environment',
    'profile',
    'role',
    'single-sign-on',
    'credential-process',
    'login',
    'web-token',
    'boto-file',
    'container',
    'machine',
  ]),
  /** Of the AWS files, or of a boto file. */
  profile: z.string().optional(),
  accessKeyId: z.string(),
  /** ISO time; absent where it doesn't end, or nobody can know. */
  until: z.string().optional(),
})
export type SignedIn = Readonly<z.infer<typeof signedIn>>
export type SignInSource = Pick<SignedIn, 'by' | 'profile'>

export const permissionCheck = z.strictObject({
  permission: z.enum(['list', 'read', 'publish', 'record', 'uploads', 'conditional', 'cleanup']),
  state: z.enum(['allowed', 'not-allowed', 'not-tested', 'failed']),
  /** One plain sentence of what was tried and seen. */
  detail: z.string(),
  /** The S3 name, for the engineer: ListBucket, GetObject, PutObject models/*, If-None-Match, AbortMultipartUpload. */
  technicalName: z.string(),
})
export const connectionReport = z.strictObject({
  connectionId: z.string(),
  testedAt: z.string(),
  checks: z.array(permissionCheck),
  /** Absent for public buckets and folders, and where no sign-in was found. */
  signedIn: signedIn.optional(),
  /** Of a bucket at Amazon: the one that the store named, or that the connection names. */
  region: z.string().optional(),
  /** Set when the store can't be reached or entered at all. */
  failure: z.custom<import('../errors.ts').WireError>().optional(),
  /** The least policies for an admin (JSON), for S3 connections: for publishing and installing, and for installing alone. */
  policy: z.string().optional(),
  readOnlyPolicy: z.string().optional(),
})
export type ConnectionReport = Readonly<z.infer<typeof connectionReport>>
