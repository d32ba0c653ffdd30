import type { Transfer } from '../model/transfer.ts'
import { isolate } from './isolate.ts'

const ends = {
  install: { done: 'is installed', failed: 'was not installed' },
  publish: { done: 'is published', failed: 'was not published' },
  verify: { done: 'is verified', failed: 'could not be verified' },
  repair: { done: 'is repaired', failed: 'could not be repaired' },
  export: { done: 'is saved as a file', failed: 'was not saved as a file' },
  move: { done: 'is in its new folder', failed: 'was not moved' },
} as const

/** Words of what the system shows for the app: notifications, the question on closing, menus. */
export const desktopText = {
  ended({ kind, title, ref, file, state, outcome }: Transfer): { readonly title: string; readonly body: string } {
    const isDone = state.kind === 'done'
    if (kind === 'verify' && (outcome?.badFiles ?? 0) > 0)
      return {
        title: `${isolate(title)} has files that were changed or are missing`,
        body: 'Orbital names them, and can repair them.',
      }
    return {
      title: `${isolate(title)} ${ends[kind][isDone ? 'done' : 'failed']}`,
      body: isDone
        ? ref === undefined
          ? (file ?? '')
          : `Version ${ref.version}`
        : 'Orbital says why, and what is safe.',
    }
  },
  closing: {
    question: (count: number): string =>
      count === 1 ? 'A transfer is still running.' : `${count} transfers are still running.`,
    detail: 'They can go on without the window, or pause: then they wait in Transfers, and go on from where they were.',
    keepRunning: 'Keep running',
    pauseAndQuit: 'Pause and quit',
    cancel: 'Cancel',
  },
  tray: { open: 'Open Orbital', quit: 'Pause transfers and quit' },
  menu: {
    file: 'File',
    open: 'Open…',
    publish: 'Publish a folder…',
    settings: 'Settings…',
    find: 'Find',
    go: 'Go',
    browse: 'Browse',
    publishPage: 'Publish',
    installed: 'Installed',
    transfers: 'Transfers',
    palette: 'Search everything…',
    refresh: 'Refresh',
    view: 'View',
    edit: 'Edit',
    help: 'Help',
    shortcuts: 'Keyboard shortcuts',
    updates: 'Version and updates',
    diagnostics: 'Logs and diagnostics',
  },
} as const
