import * as z from 'zod'
import { packageLink } from '../model/package-link.ts'
import { type Api, procedure } from './procedure.ts'

const nothing = z.strictObject({})
const done = z.strictObject({})

/** What the menu can ask of the window; the same as its keys do. */
export const menuCommand = z.enum([
  'open',
  'publish',
  'settings',
  'search',
  'palette',
  'refresh',
  'undo',
  'browse',
  'publish-page',
  'installed',
  'transfers',
  'shortcuts',
  'updates',
  'diagnostics',
])
export type MenuCommand = z.infer<typeof menuCommand>

/** Something from outside of the page that it shall show. Nothing of it is done without a person's yes. */
export const hostRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('link'), link: packageLink }),
  /** It was no link that Orbital knows. */
  z.strictObject({ kind: z.literal('unknown-link') }),
  z.strictObject({ kind: z.literal('path'), path: z.string() }),
  z.strictObject({ kind: z.literal('command'), command: menuCommand }),
])
export type HostRequest = Readonly<z.infer<typeof hostRequest>>

/** What the window's host does: the Electron main process, or the web host (which has no dialogs and browses folders itself). */
export const hostContract = {
  host: {
    facts: procedure(
      nothing,
      z.strictObject({
        kind: z.enum(['electron', 'browser']),
        platform: z.enum(['mac', 'win', 'linux']),
        /** False: pickers are the page's own, over `listFolder`. */
        nativeDialogs: z.boolean(),
        homeFolder: z.string(),
        /** The conventions of the system for numbers and dates; absent where the browser knows better. */
        locale: z.string().optional(),
      }),
    ),
    /** Null when the person closed the dialog. */
    pickFolder: procedure(z.strictObject({ title: z.string() }), z.strictObject({ path: z.string().nullable() })),
    /** Empty when the person closed the dialog. */
    pickFolders: procedure(z.strictObject({ title: z.string() }), z.strictObject({ paths: z.array(z.string()) })),
    pickPackageFile: procedure(z.strictObject({ title: z.string() }), z.strictObject({ path: z.string().nullable() })),
    pickCertificateFile: procedure(
      z.strictObject({ title: z.string() }),
      z.strictObject({ path: z.string().nullable() }),
    ),
    pickSavePath: procedure(
      z.strictObject({ title: z.string(), suggestedName: z.string() }),
      z.strictObject({ path: z.string().nullable() }),
    ),
    /** Folders, `.sputnik` files and files of certificates (`file`) of a folder of this machine, for the page's own picker. */
    listFolder: procedure(
      z.strictObject({ path: z.string() }),
      z.strictObject({
        path: z.string(),
        parent: z.string().nullable(),
        entries: z.array(
          z.strictObject({ name: z.string(), path: z.string(), kind: z.enum(['folder', 'sputnik', 'file']) }),
        ),
        /** Entries that are left out because there are too many. */
        more: z.number().int().nonnegative(),
      }),
    ),
    /** Shows a file or folder in the system's file manager. */
    reveal: procedure(z.strictObject({ path: z.string() }), done),
    /** https and mailto only. */
    openLink: procedure(z.strictObject({ url: z.string() }), done),
    /** What was asked of the window since the last call, oldest first; `host.requested` tells when there is something. */
    takeRequests: procedure(nothing, z.array(hostRequest)),
    setTheme: procedure(z.strictObject({ theme: z.enum(['system', 'light', 'dark']) }), done),
  },
} as const

export type HostContract = typeof hostContract
export type HostApi = Api<HostContract>
