import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { HostApi } from '../../shared/ipc/host-api.ts'
import type { Disk } from '../engine/ports.ts'

type ListedEntry = Awaited<ReturnType<HostApi['host']['listFolder']>>['entries'][number]

const mostEntries = 5000
const kinds: readonly ListedEntry['kind'][] = ['folder', 'file', 'sputnik']

/** What the web host does for its page: it lists folders of this machine. It has no dialogs; links are opened by the browser. */
export function createWebHostApi({ disk, home }: { readonly disk: Disk; readonly home: string }): HostApi {
  const notHere = (what: string) => () =>
    Promise.reject(new AppError('usage', { problem: `A browser has no ${what}.` }))
  return {
    host: {
      facts: async () => ({
        kind: 'browser',
        platform: platformOf(process.platform),
        nativeDialogs: false,
        homeFolder: home,
      }),
      pickFolder: notHere('dialog to pick a folder'),
      pickFolders: notHere('dialog to pick folders'),
      pickPackageFile: notHere('dialog to pick a file'),
      pickCertificateFile: notHere('dialog to pick a file'),
      pickSavePath: notHere('dialog to save a file'),
      listFolder: ({ path: asked }) => listFolder(disk, asked),
      reveal: notHere('file manager'),
      openLink: notHere('other program to open links'),
      takeRequests: async () => [],
      setTheme: async () => ({}),
    },
  }
}

export const platformOf = (platform: string): 'mac' | 'win' | 'linux' =>
  platform === 'darwin' ? 'mac' : platform === 'win32' ? 'win' : 'linux'

/** Folders, files of certificates and `.sputnik` files, by name within each; hidden ones left out. Empty means the person's home; `~` is understood. */
async function listFolder(disk: Disk, asked: string) {
  const folder = absolutePath(asked)
  const visible = disk.entries(folder).filter(({ name }) => !name.startsWith('.'))
  const entries: ListedEntry[] = []
  for (const { name, kind } of visible) {
    const full = path.join(folder, name)
    const target = kind === 'symlink' ? await kindBehind(full) : kind
    if (target === 'folder') entries.push({ name, path: full, kind: 'folder' })
    else if (target === 'file' && name.endsWith('.sputnik')) entries.push({ name, path: full, kind: 'sputnik' })
    else if (target === 'file' && /\.(?:pem|crt|cer)$/i.test(name)) entries.push({ name, path: full, kind: 'file' })
  }
  const byName = new Intl.Collator(undefined, { numeric: true }).compare
  entries.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || byName(a.name, b.name))
  const parent = path.dirname(folder)
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    entries: entries.slice(0, mostEntries),
    more: Math.max(0, entries.length - mostEntries),
  }
}

function absolutePath(asked: string): string {
  if (asked === '' || asked === '~') return homedir()
  if (asked.startsWith('~/') || asked.startsWith('~\\')) return path.join(homedir(), asked.slice(2))
  if (!path.isAbsolute(asked))
    throw new AppError('usage', { problem: `A path from the root is needed, not “${asked}”.` })
  return path.resolve(asked)
}

/** Where a link leads; one that leads nowhere, or where nobody may look, is not offered. */
async function kindBehind(link: string): Promise<'folder' | 'file' | 'other'> {
  try {
    const stats = await stat(link)
    return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other'
  } catch {
    return 'other'
  }
}
