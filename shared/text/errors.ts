import type { ErrorCode, ErrorDetails } from '../errors.ts'
import { needOf } from './compatibility.ts'

/**
 * What a person reads of an error, in window and command line alike: what happened, what is safe (or lost), what to do.
 * Whole sentences; no code, stack or secret. `todo` is empty where there is nothing to do.
 */
export interface ErrorText {
  readonly happened: string
  readonly safe: string
  readonly todo: string
}

type Texts = { readonly [C in ErrorCode]: (details: ErrorDetails[C]) => ErrorText }

const text = (happened: string, safe: string, todo: string): ErrorText => ({ happened, safe, todo })
const nothingChanged = 'Nothing was changed.'
const notPublished = 'Nothing was published, and your files are as they were.'
const keptProgress = 'Anything already transferred is kept.'
const installedSafe = 'What is installed is as it was.'

/** How sizes and times are written in these texts. */
export interface Figures {
  readonly size: (bytes: number) => string
  /** Of an ISO time. */
  readonly time: (iso: string) => string
}

let figures: Figures = {
  size(bytes) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB']
    const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
    const value = bytes / 1000 ** power
    return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${units[power]}`
  },
  time: (iso) => `${iso.slice(0, 10)} at ${iso.slice(11, 16)} UTC`,
}
/** A window writes figures as its person's system does; without, they are as scripts and logs want them. */
export function setFigures(next: Figures): void {
  figures = next
}

const size = (bytes: number): string => figures.size(bytes)
const onDay = (iso: string | undefined): string => (iso === undefined ? '' : ` on ${figures.time(iso)}`)
const by = (name: string | undefined): string => (name === undefined ? '' : ` by ${name}`)
/** One line, where what was meant is known. */
const didYouMean = (meant: string | undefined): string => (meant === undefined ? '' : ` Did you mean ${meant}?`)
const because = (why: string | undefined): string => (why === undefined ? '' : `: “${why}”`)

/** Which package a key of a store is of; else the key or path itself. */
const packageIn = (key: string): string => /^(?:models|orbital\/seals)\/([^/]+)\//.exec(key)?.[1] ?? key

/** What to do about a problem of a form: its fix is a value for the field, or for files something to do. */
export const remedyOf = (field: string, fix: string): string =>
  field === 'files' ? `${fix}.` : `Use ${fix} as ${field}.`

const texts: Texts = {
  internal: ({ what }) =>
    text(
      `Orbital made a mistake of its own (${what}).`,
      'Nothing that was installed or published is lost.',
      'Try again. If it happens again, send the log to whoever looks after Orbital.',
    ),
  usage: ({ problem }) => text(problem, nothingChanged, 'Correct it and try again.'),
  cancelled: () => text('It was stopped before it was done.', keptProgress, 'Resume it whenever you like.'),
  'not-a-folder': ({ path, use, name }) =>
    use === undefined || name === undefined
      ? text(
          `${path} is not a folder.`,
          nothingChanged,
          'Choose a folder that is there. If it lies on a drive or on the network, connect that first.',
        )
      : text(
          `The folder of the ${use} “${name}” is not there now: ${path}.`,
          nothingChanged,
          'Connect its drive or network share, then try again.',
        ),
  'folder-empty': ({ path, leftOut }) =>
    text(
      leftOut === 0
        ? `${path} is empty.`
        : `Nothing in ${path} can be published: all of it is left out (${leftOut} entries).`,
      notPublished,
      leftOut === 0
        ? 'Put the files of the model into it, or choose another folder.'
        : 'Look at what is left out and why, or choose another folder.',
    ),
  'folder-of-packages': ({ path, relation, kind, name }) => {
    const whose = kind === 'library' ? `the library “${name}”` : `the connection “${name}”, where its packages are kept`
    const how = { is: 'is the folder of', holds: 'holds the folder of', inside: 'lies in the folder of' }[relation]
    const fromHere =
      kind === 'library' && relation === 'inside'
        ? 'To publish an installed version elsewhere, save it as a file in Installed, and publish that.'
        : 'Choose the folder that holds the files of one model.'
    return text(`${path} ${how} ${whose}.`, notPublished, fromHere)
  },
  'folder-unreadable': ({ path, use }) =>
    text(
      `You may not read the folder ${path}.`,
      use === 'connection' ? nothingChanged : notPublished,
      use === 'connection'
        ? 'Ask whoever owns it for access, or choose another folder.'
        : 'Ask whoever owns it for access, or copy the files to a folder of yours.',
    ),
  'file-unreadable': ({ path }) =>
    text(
      `The file ${path} can’t be read.`,
      nothingChanged,
      'Close the program that holds it, or ask for access to it.',
    ),
  'file-changed': ({ path }) =>
    text(
      `${path} changed while it was being read.`,
      notPublished,
      'Wait until the program that writes it is done, then publish again.',
    ),
  'recipe-invalid': ({ path, problems }) =>
    text(
      `${path} can’t be published yet: ${problems.map(({ field, problem }) => `${field}: ${problem}`).join(' ')}`,
      notPublished,
      problems.some(({ fix }) => fix !== undefined)
        ? problems.flatMap(({ field, fix }) => (fix === undefined ? [] : [remedyOf(field, fix)])).join(' ')
        : 'Correct it and try again.',
    ),
  'not-a-package-file': ({ path, reason, is }) =>
    text(
      is === undefined ? `${path} is not a whole package file: ${reason}` : `${path} is not a package file but ${is}.`,
      nothingChanged,
      'Get the file again from whoever made it.',
    ),
  'package-too-large': ({ what, limit }) =>
    text(`${what} is too large: the limit is ${limit}.`, nothingChanged, 'Split it into several packages.'),
  'path-not-found': ({ path, kind, remedy }) =>
    text(`There is no ${kind} at ${path}.`, nothingChanged, remedy ?? 'Check the path, and the folder you are in.'),
  'package-not-found': ({ spec, where, newest, meant, withdrawn }) =>
    withdrawn !== undefined
      ? text(
          `${spec} was withdrawn from ${where}${by(withdrawn.by)}${onDay(withdrawn.when)}${because(withdrawn.why)}.`,
          'Nothing was changed. Who has installed it keeps it.',
          'Choose another version.',
        )
      : text(
          `${where} has no ${spec}.${newest === undefined ? '' : ` The newest version there is ${newest}.`}${didYouMean(meant)}`,
          nothingChanged,
          'Check the name and the version, or look in another connection.',
        ),
  'not-installed': ({ spec, library, meant }) =>
    text(
      `${spec} is not installed in ${library}.${didYouMean(meant)}`,
      nothingChanged,
      'Install it first, or choose another library.',
    ),
  'file-not-found': ({ spec, path }) =>
    text(`${spec} has no file ${path}.`, nothingChanged, 'Look at the list of its files.'),
  'connection-not-found': ({ connectionId, meant }) =>
    text(
      `There is no connection ${connectionId}.${didYouMean(meant)}`,
      nothingChanged,
      'Choose one of your connections, or add it.',
    ),
  'connection-changed': ({ connection }) =>
    text(
      `${connection} leads to another bucket or folder than when this was started.`,
      'What was sent is kept in the one from before.',
      'Change the connection back and resume, or cancel this and publish again.',
    ),
  'library-not-found': ({ libraryId, meant }) =>
    text(
      `There is no library ${libraryId}.${didYouMean(meant)}`,
      nothingChanged,
      'Choose one of your libraries, or add it.',
    ),
  'transfer-not-found': ({ transferId }) =>
    text(`There is no transfer ${transferId}.`, nothingChanged, 'Look at the list of transfers.'),
  'plan-not-found': () => text('This was prepared too long ago.', nothingChanged, 'Open it again.'),
  'trash-entry-not-found': ({ entryId, meant }) =>
    text(
      `${entryId} is not in the trash.${didYouMean(meant)}`,
      nothingChanged,
      'Look at what is in it, or install it again if you need it.',
    ),
  'object-not-found': ({ key }) =>
    text(`The store has no ${packageIn(key)} any more.`, installedSafe, 'Refresh the list of packages.'),
  'upload-not-found': () => text('The store has dropped this upload.', notPublished, 'Publish again: it starts anew.'),
  'bucket-not-found': ({ bucket }) =>
    text(
      `There is no bucket ${bucket} at this address.`,
      nothingChanged,
      'Check its name and the address with whoever runs the store.',
    ),
  incompatible: ({ ref, others = [], ...first }) =>
    text(
      `${ref} does not work with ${[first, ...others].map(({ app, appVersion }) => `${app} ${appVersion}`).join(' or ')}: ${[
        first,
        ...others,
      ]
        .map(({ app, constraint }) => needOf(app, constraint))
        .join('; ')}.`,
      nothingChanged,
      'Choose another version, or install it anyway.',
    ),
  'not-stated': ({ ref, app }) =>
    text(
      `${ref} does not say whether it works with ${app}.`,
      nothingChanged,
      'Ask its publisher, or install it anyway.',
    ),
  'version-published': ({ ref, where, publishedBy, publishedAt, reason, why }) =>
    reason === 'withdrawn'
      ? text(
          `${ref} was withdrawn from ${where}${by(publishedBy)}${onDay(publishedAt)}${because(why)}. Its number stays taken.`,
          notPublished,
          'Publish with a higher version.',
        )
      : reason === 'sealed'
        ? text(
            `${ref} is being published to ${where}${by(publishedBy)}; only they or the owner of the bucket can finish it.`,
            notPublished,
            'Wait for them, or publish with a higher version.',
          )
        : text(
            `${ref} was published to ${where}${by(publishedBy)}${onDay(publishedAt)}, with other content.`,
            'A published version never changes. Your files are as they were.',
            'Publish with a higher version.',
          ),
  'already-exists': ({ what, remedy }) =>
    text(`${what} is already there.`, nothingChanged, remedy ?? 'Choose another name.'),
  'place-taken': ({ path, kind }) =>
    text(
      kind === 'folder'
        ? `${path}, where its folder has to be, holds something else.`
        : `${path}, where its folder has to be, is a ${kind === 'symlink' ? 'symbolic link' : 'file'}.`,
      nothingChanged,
      'Move it elsewhere or rename it, then try again.',
    ),
  busy: ({ what, holder, moving = false, isListed = false, openIn }) => {
    if (openIn !== undefined)
      return text(
        `A program has a file in ${openIn} open, so it can’t be moved.`,
        nothingChanged,
        'Close the programs that use it, then try again.',
      )
    if (isListed)
      return text(
        `${holder ?? 'A transfer'} is using this ${what}.`,
        nothingChanged,
        'Wait until it is done, or pause or cancel it in Transfers.',
      )
    return moving
      ? text(
          'The library is being moved to another folder, so nothing in it can be changed now.',
          nothingChanged,
          'Wait until it is moved, or pause or cancel that in Transfers.',
        )
      : text(
          `Another Orbital is working on this ${what}${holder === undefined ? '' : ` (${holder})`}.`,
          nothingChanged,
          'Wait until it is done.',
        )
  },
  'past-cancel': ({ ref, kind }) =>
    kind === 'move'
      ? text(
          `All of ${ref} is in its new folder, or about to be, so the move can no longer be cancelled.`,
          'Nothing is lost; it can be finished at any time.',
          'Resume it to finish it.',
        )
      : text(
          `All of ${ref} is sent, and it may be published already, so it can no longer be cancelled.`,
          'Nothing is lost; it can be finished at any time.',
          'Resume it to finish it.',
        ),
  'meta-invalid': ({ key, reason }) =>
    text(
      `The description of ${packageIn(key)} can’t be trusted: ${reason}`,
      'Nothing of it was written to this computer.',
      'Tell its publisher to publish it again with a higher version.',
    ),
  'archive-damaged': ({ ref, path, reason }) =>
    text(
      `The files of ${ref} in the store are damaged${path === undefined ? '' : ` (${path})`}: ${reason}`,
      'Nothing of it was installed; what was installed before is as it was.',
      'Tell its publisher to publish it again with a higher version.',
    ),
  'archive-mismatch': ({ ref }) =>
    text(
      `The description and the files of ${ref} in the store do not belong together.`,
      installedSafe,
      'Tell its publisher to publish it again with a higher version.',
    ),
  'file-damaged': ({ ref, path, isMissing = false, wrong = 1, right }) =>
    text(
      wrong > 1
        ? `${wrong} files of ${ref} were changed or deleted after it was installed: ${path} and ${wrong - 1} more.`
        : `${path} of ${ref} was ${isMissing ? 'deleted' : 'changed'} after it was installed.`,
      right === undefined || right === 0 ? nothingChanged : 'The other files are as published.',
      'Repair it (orbital verify --repair), or install it again with --force.',
    ),
  'content-differs': ({ ref, where }) =>
    text(
      `The files of ${ref} in “${where}” are not the ones that were installed.`,
      'Nothing was changed.',
      'Repair it from where it was installed from, or install it again to have the files of this connection.',
    ),
  'object-changed': ({ key }) =>
    text(
      `${packageIn(key)} was changed while it was being read.`,
      installedSafe,
      'Refresh the list of packages and try again.',
    ),
  'state-damaged': ({ path }) =>
    text(
      `${path}, in which Orbital keeps its own notes, is damaged.`,
      'It was kept as it is; packages are not touched.',
      'Orbital goes on without it. Send it to whoever looks after Orbital.',
    ),
  'sign-in-missing': ({ connection, reason, command }) =>
    text(
      `There is no sign-in for ${connection}${reason === undefined ? '.' : `: ${reason}`}`,
      nothingChanged,
      command === undefined
        ? 'Add keys or a profile to the connection, or sign in with your company’s tool.'
        : `Sign in with “${command}”, then try again.`,
    ),
  'sign-in-wrong': ({ connection }) =>
    text(
      `${connection} does not accept these keys.`,
      nothingChanged,
      'Check the access key and the secret, or ask your admin for new ones.',
    ),
  'sign-in-expired': ({ connection, command }) =>
    text(
      `The sign-in for ${connection} has expired.`,
      keptProgress,
      command === undefined ? 'Sign in again, then resume.' : `Sign in again with “${command}”, then resume.`,
    ),
  'sign-in-failed': ({ connection, source, reason }) =>
    text(
      `${source} gave no sign-in for ${connection}: ${reason}`,
      keptProgress,
      'Correct it, or sign in another way, then try again.',
    ),
  'access-denied': ({ action, what }) =>
    text(
      `You may not ${action} ${packageIn(what)}.`,
      nothingChanged,
      'Ask your admin for this permission: the test of the connection shows which.',
    ),
  'secret-unavailable': ({ connection }) =>
    text(
      `The secret of ${connection} is kept by the Orbital app, which the command line can’t read.`,
      nothingChanged,
      'Use a profile of ~/.aws for this connection, or add it again with --store-secret.',
    ),
  'disk-full': ({ path, neededBytes, freeBytes }) =>
    text(
      `The disk with ${path} is full${neededBytes === undefined ? '' : `: ${size(neededBytes)} are needed${freeBytes === undefined ? '' : `, ${size(freeBytes)} are free`}`}.`,
      'What is installed or published is not touched, and what a transfer has done is kept.',
      'Free some space or empty the trash, then try again; a transfer goes on from where it was.',
    ),
  'disk-denied': ({ path, action }) =>
    text(`You may not ${action} ${path}.`, nothingChanged, 'Choose a folder of yours, or ask for access to this one.'),
  'disk-failed': ({ path, action, errno }) =>
    text(
      `The disk failed to ${action} ${path} (${errno}).`,
      'What was installed before is as it was.',
      'Check the disk, then try again.',
    ),
  'path-not-allowed': ({ path, reason, isHere = false }) =>
    text(
      isHere ? `${path} can’t be used: ${reason}` : `${path} may not be written: ${reason}`,
      'Nothing was written there.',
      isHere ? 'Move away what is there, or choose another folder.' : 'Tell the publisher of the package.',
    ),
  'network-unreachable': ({ endpoint }) =>
    text(
      `${endpoint} can’t be reached.`,
      `${keptProgress} Installed packages work without a network.`,
      'Check the network, then try again.',
    ),
  'network-interrupted': ({ endpoint, reason }) =>
    text(
      `The connection to ${endpoint} ${reason === 'stalled' ? 'stood still' : reason === 'timeout' ? 'took too long' : 'was cut'}.`,
      keptProgress,
      'It goes on where it was: try again.',
    ),
  'certificate-refused': ({ endpoint, issuer }) =>
    text(
      `${endpoint} shows a certificate that this computer does not trust${issuer === undefined ? '' : ` (issued by ${issuer})`}.`,
      'Nothing was sent to it.',
      'Ask your admin whether this is your company’s own certificate, and add it.',
    ),
  'store-busy': ({ endpoint }) =>
    text(`${endpoint} is too busy to answer.`, keptProgress, 'Try again in a few minutes.'),
  'store-answer': ({ endpoint, what }) =>
    text(
      `${endpoint} gave an answer that Orbital can’t use: ${what}`,
      nothingChanged,
      'Check the address: a sign-in page of a hotel or company network may stand in between.',
    ),
  'precondition-failed': ({ key }) =>
    text(`${packageIn(key)} was written by somebody else in the meantime.`, nothingChanged, 'Refresh and try again.'),
  'upload-refused': ({ key, reason }) =>
    text(
      `The store refused the upload of ${packageIn(key)}: ${reason}`,
      notPublished,
      'Publish again. If it happens again, ask whoever runs the store.',
    ),
}

/** The text of any error. */
export function errorTextOf<C extends ErrorCode>(error: {
  readonly code: C
  readonly details: ErrorDetails[C]
}): ErrorText {
  const of: (details: ErrorDetails[C]) => ErrorText = texts[error.code]
  return of(error.details)
}
