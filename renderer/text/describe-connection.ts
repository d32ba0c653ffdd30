import { assertNever } from '../../shared/errors.ts'
import type { Connection, ConnectionReport, SignedIn } from '../../shared/model/connection.ts'
import { isolate } from '../../shared/text/isolate.ts'
import { formatClock, formatExactTime } from './units.ts'

const regions: Readonly<Record<string, string>> = {
  'us-east-1': 'North Virginia',
  'us-east-2': 'Ohio',
  'us-west-1': 'North California',
  'us-west-2': 'Oregon',
  'ca-central-1': 'Montreal',
  'sa-east-1': 'São Paulo',
  'eu-central-1': 'Frankfurt',
  'eu-central-2': 'Zurich',
  'eu-north-1': 'Stockholm',
  'eu-south-1': 'Milan',
  'eu-south-2': 'Spain',
  'eu-west-1': 'Ireland',
  'eu-west-2': 'London',
  'eu-west-3': 'Paris',
  'ap-south-1': 'Mumbai',
  'ap-southeast-1': 'Singapore',
  'ap-southeast-2': 'Sydney',
  'ap-northeast-1': 'Tokyo',
  'ap-northeast-2': 'Seoul',
  'ap-northeast-3': 'Osaka',
}

const inPlace = (region: string | undefined): string => (region === undefined ? '' : ` in ${regions[region] ?? region}`)

/** What a connection is and how it signs in, in one or two sentences; after a test with what that found. */
export function describeConnection({ location, origin }: Connection, report?: ConnectionReport): string {
  if (origin === 'built-in') return 'A practice store on this computer: publish, find and install without an account.'
  if (location.kind === 'folder') return 'A folder on this computer or on the network.'
  const { endpoint, signIn } = location
  const region = location.region ?? report?.region
  const where =
    endpoint === undefined ? `Amazon S3${inPlace(region)}` : `S3-compatible store at ${new URL(endpoint).host}`
  const signedIn = report?.signedIn
  const how =
    signIn.kind === 'anonymous'
      ? 'Public: no sign-in.'
      : signedIn !== undefined
        ? `Signed in by ${signInWord(signedIn)}${untilText(signedIn)}.`
        : signIn.kind === 'keys'
          ? 'Signed in with keys.'
          : signIn.profile === undefined
            ? 'Signed in as this computer’s AWS set-up says.'
            : `Signed in by the profile ${isolate(signIn.profile)}.`
  return `${where}. ${how}${origin === 'environment' ? ' It comes from the environment of this computer.' : ''}`
}

/** Goes on from `Signed in by`. */
export function signInWord({ by, profile }: SignedIn): string {
  const ofProfile = profile === undefined ? '' : ` of the profile ${isolate(profile ?? '')}`
  switch (by) {
    case 'keys':
      return 'the access key typed here'
    case 'environment':
      return 'the keys in this computer’s environment'
    case 'profile':
      return `the keys${ofProfile}`
    case 'role':
      return `the role${ofProfile}`
    case 'single-sign-on':
      return `your company (AWS SSO), profile ${isolate(profile ?? '')}`
    case 'credential-process':
      return `the program${ofProfile}`
    case 'login':
      return `“aws login”, profile ${isolate(profile ?? '')}`
    case 'web-token':
      return 'the role that this computer has a token for'
    case 'boto-file':
      return profile === undefined ? 'the keys in a boto file' : `the keys${ofProfile} in a boto file`
    case 'container':
      return 'the role of this container'
    case 'machine':
      return 'the role of this machine'
    default:
      return assertNever(by)
  }
}

/** ` until 18:30`, with the day if it isn't today; empty where nobody can know. */
export function untilText({ until }: SignedIn, now: number = Date.now()): string {
  if (until === undefined) return ''
  const ms = Date.parse(until)
  const isToday = new Date(ms).toDateString() === new Date(now).toDateString()
  return ` until ${isToday ? formatClock(ms) : formatExactTime(ms)}`
}
