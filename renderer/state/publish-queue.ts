import { create } from 'zustand'
import { goTo } from './navigation.ts'

interface PublishQueue {
  /** Folders and `.sputnik` files that a person dropped or picked to publish, in order. */
  readonly paths: readonly string[]
  /** The one that the Publish page shows; else it is the first. */
  readonly chosen?: string
}

export const usePublishQueue = create<PublishQueue>(() => ({ paths: [] }))

const againListeners = new Set<(path: string) => void>()

/** Calls with each path that is queued already and was dropped or picked again: there may be other files in it by now. */
export const onChosenAgain = (listener: (path: string) => void): void => void againListeners.add(listener)

/** Queues paths and shows the Publish page. One that waits already is shown. */
export function publishPaths(paths: readonly string[]): void {
  const again = usePublishQueue.getState().paths.filter((each) => paths.includes(each))
  usePublishQueue.setState((state) => ({
    paths: [...new Set([...state.paths, ...paths])],
    ...(again.length > 0 ? { chosen: again[0] } : {}),
  }))
  for (const path of again) for (const listener of againListeners) listener(path)
  goTo({ page: 'publish' })
}

/** Shows one that waits; the others keep their places. */
export const choosePath = (path: string): void => usePublishQueue.setState({ chosen: path })

/** The page is done with a path (published, or left): after the one in view the next is shown. */
export const leavePath = (path: string): void =>
  usePublishQueue.setState((state) => {
    const paths = state.paths.filter((each) => each !== path)
    if (currentPath(state) !== path) return { paths }
    return { paths, chosen: paths[state.paths.indexOf(path)] ?? paths[0] }
  })

/** Puts others in the place of a path, and shows the first of them. */
export const replacePath = (path: string, others: readonly string[]): void =>
  usePublishQueue.setState(({ paths }) => ({
    paths: [...new Set(paths.flatMap((each) => (each === path ? others : others.includes(each) ? [] : [each])))],
    chosen: others[0],
  }))

/** Puts a path that was left back into its place, and shows it. */
export function returnPath(path: string, at: number): void {
  usePublishQueue.setState(({ paths }) => ({
    paths: paths.includes(path) ? paths : paths.toSpliced(at, 0, path),
    chosen: path,
  }))
  goTo({ page: 'publish' })
}

/** The path that is looked at now. */
export const currentPath = ({ paths, chosen }: PublishQueue): string | undefined =>
  chosen !== undefined && paths.includes(chosen) ? chosen : paths[0]
