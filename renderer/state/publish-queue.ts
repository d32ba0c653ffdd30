import { create } from 'zustand'
import { goTo } from './navigation.ts'

interface PublishQueue {
  /** Folders and `.sputnik` files that a person dropped or picked to publish, in order. */
  readonly paths: readonly string[]
  /** The one that the Publish page shows; else it is the first. */
  readonly chosen?: string
}

export const usePublishQueue = create<PublishQueue>(() => ({ paths: [] }))

/** Queues paths and shows the Publish page. */
export function publishPaths(paths: readonly string[]): void {
  usePublishQueue.setState((state) => ({ paths: [...new Set([...state.paths, ...paths])] }))
  goTo({ page: 'publish' })
}

/** Shows one that waits; the others keep their places. */
export const choosePath = (path: string): void => usePublishQueue.setState({ chosen: path })

/** The page is done with a path (published, or left). */
export const leavePath = (path: string): void =>
  usePublishQueue.setState((state) => ({ paths: state.paths.filter((each) => each !== path) }))

/** The path that is looked at now. */
export const currentPath = ({ paths, chosen }: PublishQueue): string | undefined =>
  chosen !== undefined && paths.includes(chosen) ? chosen : paths[0]
