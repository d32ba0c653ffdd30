/** What may stand for the version of an app: `3`, `3.2`, or whole semver, as constraints compare it. Others would fit no constraint, without a word. */
const comparable = /^\d+(?:\.\d+){0,1}$|^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/

export interface CheckedAppVersion {
  /** To keep: as typed, without the `v` that people write before it. Absent: it is none. */
  readonly version?: string
  /** The number in what is none. */
  readonly fix?: string
}

export function checkAppVersion(typed: string): CheckedAppVersion {
  const version = typed.trim().replace(/^v(?=\d)/i, '')
  if (comparable.test(version)) return { version }
  const fix = /\d+(?:\.\d+){0,2}/.exec(version)?.[0]
  return fix === undefined ? {} : { fix }
}
