import { create } from 'zustand'
import { goTo } from './navigation.ts'

/** Folders and `.sputnik` files that a person dropped or picked to publish, in order; the Publish page works on the first. */
export const usePublishQueue = create<{ readonly paths: readonly string[] }>(() => ({ paths: [] }))

/** Queues paths and shows the Publish page. */
export function publishPaths(paths: readonly string[]): void {
  usePublishQueue.setState((state) => ({
    paths: [...state.paths, ...paths.filter((path) => !state.paths.includes(path))],
  }))
  goTo({ page: 'publish' })
}
/** The page is done with a path (published, or left). */
export const leavePath = (path: string): void =>
  usePublishQueue.setState((state) => ({ paths: state.paths.filter((each) => each !== path) }))
