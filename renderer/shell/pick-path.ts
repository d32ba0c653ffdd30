import { create } from 'zustand'
import { client } from '../ipc/link.ts'
import { useHost } from '../state/host.ts'

/** A folder, a `.sputnik` file, either of them, or a file of certificates. */
export type PickKind = 'folder' | 'sputnik' | 'either' | 'certificate'

export interface PickRequest {
  readonly kind: PickKind
  readonly title: string
  /** Name that was dropped where no path is known: the picker looks for it. */
  readonly name?: string
  /** Name proposed for a file that is saved in the folder that is chosen: the answer is the file's path then. */
  readonly fileName?: string
  readonly answer: (path: string | null) => void
}

/** The request that the page's own picker shows; absent: it is closed. */
export const usePicker = create<{ readonly request?: PickRequest }>(() => ({}))

/** Lets a person choose where a file goes, in the page's own picker. */
export const pickFilePath = (title: string, fileName: string): Promise<string | null> =>
  showPicker({ kind: 'folder', title, fileName })

/** Lets a person choose. Null when they closed the picker. For `either` a system's dialog offers folders only where it can offer both. */
export async function pickPath(kind: PickKind, title: string, name?: string): Promise<string | null> {
  if (useHost.getState().facts.nativeDialogs) {
    const { path } = await ask(kind, title)
    return path
  }
  return showPicker({ kind, title, name })
}

function showPicker(request: Omit<PickRequest, 'answer'>): Promise<string | null> {
  return new Promise((resolve) => {
    usePicker.setState({
      request: {
        ...request,
        answer: (path) => {
          usePicker.setState({ request: undefined })
          resolve(path)
        },
      },
    })
  })
}

/** The same for folders, several at once where the system's dialog takes them. Empty when the person closed it. */
export async function pickFolders(title: string): Promise<readonly string[]> {
  if (useHost.getState().facts.nativeDialogs) return (await client.host.pickFolders({ title })).paths
  const path = await pickPath('folder', title)
  return path === null ? [] : [path]
}

function ask(kind: PickKind, title: string): Promise<{ readonly path: string | null }> {
  if (kind === 'folder') return client.host.pickFolder({ title })
  return kind === 'certificate' ? client.host.pickCertificateFile({ title }) : client.host.pickPackageFile({ title })
}
