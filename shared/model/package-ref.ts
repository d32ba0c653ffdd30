import type { PackageRef } from './package.ts'

// Apart from package.ts, so that the window, which knows schemas as types only, can use these.

/** `<name>-<version>`: the folder of a version in a bucket and in a library. */
export const identOf = (ref: PackageRef): string => `${ref.name}-${ref.version}`
/** `<name>==<version>`: how a person and the command line write a version. */
export const specOf = (ref: PackageRef): string => `${ref.name}==${ref.version}`
