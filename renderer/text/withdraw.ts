import type { AppError } from '../../shared/errors.ts'
import { isolate, withVersion } from '../../shared/text/isolate.ts'
import { viewError } from './error-view.ts'
import { formatList } from './units.ts'

/** Words of the sheet that takes a published version back. */
export const withdrawText = {
  menu: 'Withdraw…',
  title: (title: string, version: string): string => `Withdraw ${withVersion(title, version)}?`,
  subtitle: 'This can’t be undone.',
  means: 'What it means',
  nobodyFinds: (connection: string): string =>
    `Nobody finds it or installs it from ${isolate(connection)} any more, and its files there are deleted.`,
  whoHasIt: 'Who has it installed keeps it and can go on with it. Nothing on their computers changes.',
  hereToo: (libraries: readonly string[]): string => `On this computer it stays in ${formatList(libraries)}.`,
  number: (version: string): string =>
    `The number ${version} can’t be used for this package again. To replace it, publish the next version.`,
  onlyOne: 'It is the only version: the package is then no longer listed.',
  why: 'Why',
  whyHelp: 'Kept beside the number, for whoever asks later',
  optional: 'optional',
  confirm: (spec: string): string => `Type ${spec} to go on`,
  keep: 'Keep it',
  close: 'Close',
  busy: 'Withdrawing…',
  again: 'Withdraw again',
  button: (version: string): string => `Withdraw ${version}`,
  done: (title: string, version: string): string => `${withVersion(title, version)} is withdrawn`,
}

export interface WithdrawFailure {
  readonly title: string
  readonly text: string
  /** It is withdrawn for Orbital, but something of it is still in the store. */
  readonly isHidden: boolean
}

/**
 * Why it could not be withdrawn. `isHidden`: the note that hides it was written before the store refused the rest, as it does for those who may
 * publish but not delete.
 */
export function withdrawFailure(error: AppError, connection: string, isHidden: boolean): WithdrawFailure {
  const { happened, safe, todo } = viewError(error)
  const isDenied = error.code === 'access-denied' || error.code === 'disk-denied'
  if (!isDenied) {
    const title = isHidden ? `It is hidden, but not all of it could be deleted. ${happened}` : happened
    return {
      title,
      isHidden,
      text: isHidden ? `Withdraw it again to finish. ${todo}` : [safe, todo].filter(Boolean).join(' '),
    }
  }
  const admin = 'Deleting published files is a right of the store’s admin (s3:DeleteObject below models/ and orbital/).'
  return isHidden
    ? {
        isHidden,
        title: `You may not delete files in ${isolate(connection)}`,
        text: `It is hidden from everybody who uses Orbital, but older tools still see it. ${admin} Ask them to withdraw it too: that finishes it.`,
      }
    : {
        isHidden,
        title: `You may not withdraw versions in ${isolate(connection)}`,
        text: `Nothing was changed. ${admin} Ask them to do it, or to allow it to you.`,
      }
}
