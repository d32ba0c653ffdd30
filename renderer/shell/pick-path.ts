import { create } from 'zustand'
import { client } from '../ipc/link.ts'
import { useHost } from '../state/host.ts'

/** A folder, a `.sputnik` file, or either of them. */
export type PickKind = 'folder' | 'sputnik' | 'either'

export interface PickRequest {
  readonly kind: PickKind
  readonly title: string
  /** Name that was dropped where no path is known: the picker looks for it. */
  readonly name?: string
  readonly answer: (path: string | null) => void
}

/** The request that the page's own picker shows; absent: it is closed. */
export const usePicker = create<{ readonly request?: PickRequest }>(() => ({}))

/** Lets a person choose. Null when they closed the picker. For `either` a system's dialog offers folders only where it can offer both. */
export async function pickPath(kind: PickKind, title: string, name?: string): Promise<string | null> {
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
