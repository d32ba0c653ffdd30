import { create } from 'zustand'
import { client } from '../ipc/link.ts'
import { useHost } from '../state/host.ts'

export interface PickRequest {
  readonly kind: 'folder' | 'sputnik'
  readonly title: string
  /** Name that was dropped where no path is known: the picker looks for it. */
  readonly name?: string
  readonly answer: (path: string | null) => void
}

/** The request that the page's own picker shows; absent: it is closed. */
export const usePicker = create<{ readonly request?: PickRequest }>(() => ({}))

/** Lets a person choose a folder (or a `.sputnik` file). Null when they closed the picker. */
export async function pickPath(kind: 'folder' | 'sputnik', title: string, name?: string): Promise<string | null> {
  if (useHost.getState().facts.nativeDialogs) {
    const { path } = await (kind === 'folder'
      ? client.host.pickFolder({ title })
      : client.host.pickPackageFile({ title }))
    return path
  }
  return new Promise((resolve) => {
    usePicker.setState({
      request: {
        kind,
        title,
        name,
        answer: (path) => {
          usePicker.setState({ request: undefined })
          resolve(path)
        },
      },
    })
  })
}
