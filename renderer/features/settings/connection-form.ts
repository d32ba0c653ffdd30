import type { Connection, Location, NewConnection, SignIn } from '../../../shared/model/connection.ts'
import type { PackageLink } from '../../../shared/model/package-link.ts'
import type { SharedConnection } from '../../../shared/model/shared-connection.ts'

/** What a person picks first; the fields follow from it. */
export const storeKinds = ['profile', 'keys', 'public', 'compatible', 'folder'] as const
export type StoreKind = (typeof storeKinds)[number]

/** Texts as typed. Fields that the kind has no use for are ignored. */
export interface ConnectionForm {
  readonly kind: StoreKind
  readonly name: string
  readonly bucket: string
  readonly root: string
  readonly region: string
  readonly endpoint: string
  readonly profile: string
  /** For S3-compatible stores: how to sign in there. */
  readonly signIn: SignIn['kind']
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** A yes to keeping the secret in a plain file. */
  readonly storeSecret: boolean
  readonly path: string
  /** Empty: as is usual at the store. */
  readonly addressing: '' | 'path' | 'host'
  readonly certificateFile: string
}

export type FormField = Exclude<keyof ConnectionForm, 'kind' | 'signIn' | 'addressing' | 'storeSecret'>
export type FormProblem =
  | 'name-missing'
  | 'bucket-missing'
  | 'endpoint-missing'
  | 'endpoint-not-an-address'
  | 'key-missing'
  | 'secret-missing'
  | 'secret-of-another'
  | 'path-missing'
  | 'path-not-absolute'

export const emptyForm: ConnectionForm = {
  kind: 'profile',
  name: '',
  bucket: '',
  root: '',
  region: '',
  endpoint: '',
  profile: '',
  signIn: 'keys',
  accessKeyId: '',
  secretAccessKey: '',
  sessionToken: '',
  storeSecret: false,
  path: '',
  addressing: '',
  certificateFile: '',
}

/** The form of a store that a link leads to; who it is for fills in how to sign in. */
export function formOfLink({ store }: PackageLink): ConnectionForm {
  const { bucket, endpoint = '', region = '', root } = store
  return {
    ...emptyForm,
    kind: endpoint === '' ? 'profile' : 'compatible',
    name: bucket,
    bucket,
    endpoint,
    region,
    root,
  }
}

/** The form with what a colleague gave; keys that were typed stay. */
export function formOfShared({ name, location }: SharedConnection, before: ConnectionForm): ConnectionForm {
  if (location.kind === 'folder') return { ...emptyForm, kind: 'folder', name, path: location.path }
  const { bucket, root, endpoint = '', region = '', addressing = '', signIn } = location
  const { accessKeyId, secretAccessKey, sessionToken, storeSecret } = before
  const ofAmazon = { chain: 'profile', keys: 'keys', anonymous: 'public' } as const
  return {
    ...emptyForm,
    ...{ name, bucket, root, endpoint, region, addressing, accessKeyId, secretAccessKey, sessionToken, storeSecret },
    kind: endpoint === '' ? ofAmazon[signIn.kind] : 'compatible',
    signIn: signIn.kind,
    profile: signIn.kind === 'chain' ? (signIn.profile ?? '') : '',
  }
}

/** How the form signs in; undefined for folders. */
export function signInKindOf(form: ConnectionForm): SignIn['kind'] | undefined {
  switch (form.kind) {
    case 'profile':
      return 'chain'
    case 'keys':
      return 'keys'
    case 'public':
      return 'anonymous'
    case 'compatible':
      return form.signIn
    case 'folder':
      return undefined
  }
}

/** `models` and `/models/` both mean `models/`. */
const folderInBucket = (typed: string): string => {
  const parts = typed.trim().split('/').filter(Boolean)
  return parts.length === 0 ? '' : `${parts.join('/')}/`
}
const isAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '')
const isAbsolute = (path: string): boolean => /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path)

/** A stored secret is for the address and the access key that it was typed for; the engine has it sent nowhere else. */
export function keepsSecret(form: ConnectionForm, edited: Connection | undefined): boolean {
  if (edited?.location.kind !== 's3' || edited.location.signIn.kind !== 'keys') return false
  const next = locationOf(form)
  if (next.kind !== 's3' || next.signIn.kind !== 'keys') return false
  const { endpoint, signIn } = edited.location
  return next.endpoint === endpoint && next.signIn.accessKeyId === signIn.accessKeyId
}

/** Names fields that can't be right yet. `edited`: the connection as it is; its secret stays when none is typed, if it may. */
export function problemsOfForm(
  form: ConnectionForm,
  { edited }: { readonly edited?: Connection } = {},
): { readonly [F in FormField]?: FormProblem } {
  const missing = (text: string): boolean => text.trim() === ''
  const found: { [F in FormField]?: FormProblem } = {}
  if (missing(form.name)) found.name = 'name-missing'
  if (form.kind === 'folder') {
    if (missing(form.path)) found.path = 'path-missing'
    else if (!isAbsolute(form.path.trim())) found.path = 'path-not-absolute'
    return found
  }
  if (missing(form.bucket)) found.bucket = 'bucket-missing'
  if (form.kind === 'compatible') {
    if (missing(form.endpoint)) found.endpoint = 'endpoint-missing'
    else if (!isAddress(form.endpoint.trim())) found.endpoint = 'endpoint-not-an-address'
  }
  if (!missing(form.certificateFile) && !isAbsolute(form.certificateFile.trim()))
    found.certificateFile = 'path-not-absolute'
  if (signInKindOf(form) === 'keys') {
    if (missing(form.accessKeyId)) found.accessKeyId = 'key-missing'
    if (missing(form.secretAccessKey) && !keepsSecret(form, edited))
      found.secretAccessKey = hasSecret(edited) ? 'secret-of-another' : 'secret-missing'
  }
  return found
}

const hasSecret = (edited: Connection | undefined): boolean =>
  edited?.location.kind === 's3' && edited.location.signIn.kind === 'keys'

/** What goes to the engine. Only for forms without problems. */
export function toNewConnection(form: ConnectionForm, id?: string): NewConnection {
  const kind = signInKindOf(form)
  const withSecret = kind === 'keys' && form.secretAccessKey !== ''
  return {
    ...(id === undefined ? {} : { id }),
    name: form.name.trim(),
    location: locationOf(form),
    ...(withSecret ? { secretAccessKey: form.secretAccessKey } : {}),
    ...(withSecret && form.storeSecret ? { storeSecret: true } : {}),
    ...(withSecret && form.sessionToken !== '' ? { sessionToken: form.sessionToken } : {}),
  }
}

function locationOf(form: ConnectionForm): Location {
  if (form.kind === 'folder') return { kind: 'folder', path: form.path.trim(), root: '' }
  const region = form.region.trim()
  const certificateFile = form.certificateFile.trim()
  return {
    kind: 's3',
    bucket: form.bucket.trim(),
    root: folderInBucket(form.root),
    ...(form.kind === 'compatible' ? { endpoint: form.endpoint.trim() } : {}),
    ...(region === '' ? {} : { region }),
    ...(form.addressing === '' ? {} : { addressing: form.addressing }),
    ...(certificateFile === '' ? {} : { certificateFile }),
    signIn: signInOf(form),
  }
}

function signInOf(form: ConnectionForm): SignIn {
  const kind = signInKindOf(form)
  const profile = form.profile.trim()
  if (kind === 'keys') return { kind, accessKeyId: form.accessKeyId.trim() }
  if (kind === 'anonymous') return { kind }
  return profile === '' ? { kind: 'chain' } : { kind: 'chain', profile }
}

/** The form of a connection that is there. No secret: it never comes back. */
export function formOf({ name, location }: Connection): ConnectionForm {
  if (location.kind === 'folder') return { ...emptyForm, kind: 'folder', name, path: location.path }
  const { bucket, root, region = '', endpoint, addressing = '', certificateFile = '', signIn } = location
  const ofAmazon = { chain: 'profile', keys: 'keys', anonymous: 'public' } as const
  return {
    ...emptyForm,
    kind: endpoint === undefined ? ofAmazon[signIn.kind] : 'compatible',
    name,
    bucket,
    root,
    region,
    endpoint: endpoint ?? '',
    signIn: signIn.kind,
    profile: signIn.kind === 'chain' ? (signIn.profile ?? '') : '',
    accessKeyId: signIn.kind === 'keys' ? signIn.accessKeyId : '',
    addressing,
    certificateFile,
  }
}
