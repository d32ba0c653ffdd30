import type { ErrorCode } from '../../shared/errors.ts'
import type { Connection, ConnectionReport } from '../../shared/model/connection.ts'
import type { FormProblem, StoreKind } from '../features/settings/connection-form.ts'
import { plural } from './units.ts'

type Check = ConnectionReport['checks'][number]

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

/** What a connection is and how it signs in, in one or two sentences. */
export function describeConnection({ location, origin }: Connection): string {
  if (origin === 'built-in') return 'A practice store on this computer: publish, find and install without an account.'
  if (location.kind === 'folder') return 'A folder on this computer or on the network.'
  const { endpoint, region, signIn } = location
  const place = region === undefined ? '' : ` in ${regions[region] ?? region}`
  const where = endpoint === undefined ? `Amazon S3${place}` : `S3-compatible store at ${new URL(endpoint).host}`
  const how =
    signIn.kind === 'anonymous'
      ? 'Public: no sign-in.'
      : signIn.kind === 'keys'
        ? 'Signed in with keys.'
        : signIn.profile === undefined
          ? 'Signed in as this computer’s AWS set-up says.'
          : `Signed in by the profile ${signIn.profile}.`
  return `${where}. ${how}${origin === 'environment' ? ' It comes from the environment of this computer.' : ''}`
}

export const settingsText = {
  title: 'Settings',
  sections: {
    connections: 'Connections',
    apps: 'My apps',
    libraries: 'Libraries',
    network: 'Network',
    appearance: 'Appearance',
    about: 'About and logs',
  },
  section: 'Section',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  connections: {
    add: 'Add',
    addLong: 'Add a connection…',
    default: 'Default',
    makeDefault: 'Make it the default',
    isDefault: 'Used where no connection is named, here and on the command line.',
    edit: 'Edit',
    more: (name: string): string => `More for ${name}`,
    remove: 'Remove connection…',
    browse: 'Show its packages',
    builtIn: 'It comes with Orbital and can’t be changed or removed.',
    environment: 'It comes from BUCKET and the AWS variables of this computer and is changed there.',
    mayDo: 'What you may do here',
    test: 'Test',
    testAgain: 'Test again',
    testing: 'Testing',
    stop: 'Stop',
    tested: (when: string): string => `Tested ${when.charAt(0).toLowerCase()}${when.slice(1)}`,
    neverTested: 'Not tested yet',
    testPromise: 'A test lists, reads, and writes and removes one small file of Orbital’s own.',
    checks: {
      list: 'See which packages there are',
      read: 'Download packages',
      publish: 'Publish new versions',
      conditional: 'Two people can’t publish the same version',
      record: 'Write Orbital’s own notes',
      uploads: 'Clean up after a stopped upload',
      cleanup: 'Remove Orbital’s own notes',
    } satisfies { readonly [P in Check['permission']]: string },
    states: {
      allowed: 'Allowed',
      'not-allowed': 'Not allowed',
      'not-tested': 'Not tested',
      failed: 'Failed',
    } satisfies { readonly [S in Check['state']]: string },
    failureWord: (code: ErrorCode): string =>
      code.startsWith('network') || code === 'store-busy'
        ? 'Can’t be reached'
        : code.startsWith('sign-in') || code === 'secret-unavailable'
          ? 'Sign-in does not work'
          : code === 'bucket-not-found'
            ? 'No such bucket'
            : 'Can’t be used',
    missing: (count: number): string =>
      count === 1 ? 'One permission is missing' : `${plural(count, 'permission')} are missing`,
    missingText: 'Send your admin the text that allows it.',
    policyTitle: 'The least that Orbital needs here',
    policyText: 'For the admin of the bucket: the permissions that reading and publishing take, and no more.',
    copyPolicy: 'Copy the policy for your admin',
    facts: {
      bucket: 'Bucket',
      root: 'Folder in it',
      region: 'Region',
      endpoint: 'Address',
      signIn: 'Sign-in',
      secret: 'Password kept in',
      path: 'Folder',
      id: 'On the command line',
    },
    signIn: {
      anonymous: 'None: the bucket is public',
      keys: 'Access key',
      chain: 'AWS set-up of this computer (profiles, company sign-in, roles)',
      profile: 'Profile',
    },
    secret: {
      nowhere: 'Nowhere: the sign-in is this computer’s own',
      system: 'This computer; it is never shown again',
      'this-run-only': 'Memory only: this system has no safe place for it, so you type it again after a restart',
    },
    removeSheet: {
      title: (name: string): string => `Remove the connection ${name}?`,
      text: 'Orbital forgets where the store is and how to sign in there. Its packages stay in the store, and what is installed from it stays on this computer. Transfers with it can’t go on.',
      button: 'Remove connection',
      keep: 'Keep it',
    },
  },
  form: {
    addTitle: 'Add a connection',
    editTitle: (name: string): string => `Edit ${name}`,
    subtitle: 'Where packages are kept, and how to sign in there.',
    kind: 'What is it?',
    kinds: {
      profile: {
        title: 'Amazon S3, by profile',
        text: 'Signs in as this computer does: a profile, company sign-in or role',
      },
      keys: { title: 'Amazon S3, with keys', text: 'An access key and a secret that somebody gave you' },
      public: { title: 'Public bucket', text: 'Anyone may read it; publishing is not possible' },
      compatible: { title: 'S3-compatible store', text: 'MinIO, Ceph, SeaweedFS, R2 and others, by their address' },
      folder: { title: 'Folder', text: 'On this computer, a shared drive or a network folder' },
    } satisfies { readonly [K in StoreKind]: { readonly title: string; readonly text: string } },
    name: 'Name',
    nameHelp: 'What you call it here',
    bucket: 'Bucket',
    root: 'Folder in it',
    region: 'Region',
    endpoint: 'Address',
    endpointHelp: 'For example https://models.example.com:9000',
    profile: 'Profile',
    profileHelp: 'Empty: the one this computer uses by itself',
    accessKeyId: 'Access key',
    secretAccessKey: 'Secret',
    sessionToken: 'Session token',
    signIn: 'Sign-in',
    signIns: { keys: 'Keys', chain: 'Profile', anonymous: 'None' },
    path: 'Folder',
    choose: 'Choose…',
    pickTitle: 'Choose the folder for packages',
    optional: 'optional',
    foundByItself: 'found by itself if empty',
    secretStays: 'the one kept stays if empty',
    secretKept: 'It is kept safely on this computer and never shown again.',
    secretThisRun:
      'It is kept in memory until Orbital ends and never shown again: this system has no safe place for it.',
    problems: {
      'name-missing': 'Give it a name',
      'bucket-missing': 'Name the bucket',
      'endpoint-missing': 'Give the address of the store',
      'endpoint-not-an-address': 'An address starts with https:// or http://',
      'key-missing': 'Give the access key',
      'secret-missing': 'Give the secret',
      'secret-of-another': 'The secret that is kept is for another address or access key: give this one’s',
      'path-missing': 'Name the folder',
      'path-not-absolute': 'Give the whole path, from the top',
    } satisfies { readonly [P in FormProblem]: string },
    test: 'Test first',
    save: 'Save',
    add: 'Add connection',
  },
  apps: {
    title: 'My apps',
    text: 'Programs of yours that load packages. Browse then says which versions work for them, and installs the newest that does.',
    name: 'App',
    version: 'Version',
    add: 'Add app',
    remove: (name: string): string => `Remove ${name}`,
    empty: 'No app yet: every package counts as usable.',
    twice: 'This app is listed already',
    namePlaceholder: 'For example Support Desk',
    versionPlaceholder: '3.2',
    versionOf: (name: string): string => `Version of ${name}`,
  },
  libraries: {
    title: 'Libraries',
    text: 'Folders with installed packages. Programs read them directly.',
    add: 'Add a library…',
    pickTitle: 'Choose a folder for installed packages',
    default: 'Default',
    makeDefault: 'Make it the default',
    open: 'Open folder',
    forget: 'Forget this library',
    more: (name: string): string => `More for ${name}`,
    one: 'One version per package',
    oneText: 'Shared with older tools, which keep one: an install replaces the version before it.',
    many: 'Several versions side by side',
    unavailable: 'Can’t be read now',
    sheet: {
      title: 'Add a library',
      folder: 'Folder',
      name: 'Name',
      choose: 'Choose…',
      one: 'Keep one version per package',
      oneHelp: 'For a folder that older tools use too',
      add: 'Add library',
      pathMissing: 'Choose the folder',
    },
    forgetSheet: {
      title: (name: string): string => `Forget ${name}?`,
      text: (path: string): string =>
        `Orbital no longer lists it. The folder ${path} and everything in it stay as they are.`,
      button: 'Forget library',
      keep: 'Keep it',
    },
  },
  network: {
    title: 'Network',
    atOnce: 'Big transfers at a time',
    atOnceHelp: 'Those over 64 MB. Small ones pass them.',
    connections: 'Connections per transfer',
    connectionsHelp: 'More can be faster over long distances; fewer leave room for others.',
  },
  appearance: {
    title: 'Appearance',
    theme: 'Theme',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    keys: 'Single keys',
    keysText: 'Letters such as P (pause) or O (open folder) act while a list has the focus.',
    publisher: 'Your name',
    publisherHelp: 'Shown to others with what you publish.',
  },
  about: {
    title: 'About and logs',
    version: 'Version',
    home: 'Orbital’s own files',
    logs: 'Logs',
    openLogs: 'Open logs',
    openHome: 'Open folder',
    logsText: 'They hold what was done and what failed, and no secrets. Send the newest to whoever helps you.',
    system: 'System',
    systems: { mac: 'macOS', win: 'Windows', linux: 'Linux' },
    window: 'Window',
    windows: { electron: 'The app’s own', browser: 'A browser on this computer' },
    licence: 'Licence',
    licenceName: 'Apache-2.0',
  },
}
