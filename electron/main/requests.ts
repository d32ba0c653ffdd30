import path from 'node:path'
import type { HostRequest } from '../../shared/ipc/host-api.ts'
import { parsePackageLink } from '../../shared/model/package-link.ts'

/**
 * What the system asks of the app: links, opened files, menu items. They wait here until the window takes them, which may be a start later.
 * A link is understood here, so that the page never sees one that is not; a path is only handed on.
 */
export interface Requests {
  add(request: HostRequest): void
  addLink(url: string): void
  /** Of the arguments of a start: links, and packages or folders. */
  addArguments(args: readonly string[], cwd: string): void
  take(): readonly HostRequest[]
}

/** More than anybody opens at once; the oldest give way. */
const mostWaiting = 50

export function createRequests(onAdded: () => void, isThere: (path: string) => boolean): Requests {
  let waiting: HostRequest[] = []
  const add = (request: HostRequest) => {
    waiting = [...waiting, request].slice(-mostWaiting)
    onAdded()
  }
  const addLink = (url: string) => {
    const link = parsePackageLink(url)
    add(link === undefined ? { kind: 'unknown-link' } : { kind: 'link', link })
  }
  return {
    add,
    addLink,
    addArguments(args, cwd) {
      for (const each of args) {
        if (/^orbital:/i.test(each)) addLink(each)
        else if (each.toLowerCase().endsWith('.sputnik')) {
          const file = path.resolve(cwd, each)
          if (isThere(file)) add({ kind: 'path', path: file })
        }
      }
    },
    take() {
      const taken = waiting
      waiting = []
      return taken
    },
  }
}
