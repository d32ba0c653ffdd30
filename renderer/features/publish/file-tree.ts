import type { PublishPlan } from '../../../shared/model/plans.ts'

type PlanFile = PublishPlan['files'][number]

export type TreeRow =
  | {
      readonly kind: 'folder'
      readonly path: string
      readonly name: string
      readonly depth: number
      readonly sizeBytes: number
      readonly fileCount: number
      readonly isOpen: boolean
    }
  | {
      readonly kind: 'file'
      readonly path: string
      readonly name: string
      readonly depth: number
      readonly sizeBytes: number
      readonly change: PlanFile['change']
      readonly mark: PlanFile['mark']
    }

export interface Folder {
  readonly path: string
  readonly name: string
  readonly folders: readonly Folder[]
  /** As they came; `rowsOf` has them by name. */
  readonly files: readonly PlanFile[]
  readonly sizeBytes: number
  readonly fileCount: number
}

interface Building {
  readonly path: string
  readonly name: string
  readonly folders: Map<string, Building>
  readonly files: PlanFile[]
}

/** A tree that is made while its files come, piece by piece. */
export interface TreeBuilder {
  add(files: readonly PlanFile[]): void
  /** The tree of all that was added; it is what `buildTree` answers for `files`, which are the same. */
  finish(files: readonly PlanFile[]): Folder
}

export function startTree(): TreeBuilder {
  const root: Building = { path: '', name: '', folders: new Map(), files: [] }
  const add = (file: PlanFile) => {
    let at = root
    for (const name of file.path.split('/').slice(0, -1)) {
      const path = at.path === '' ? name : `${at.path}/${name}`
      const next = at.folders.get(name) ?? { path, name, folders: new Map(), files: [] }
      at.folders.set(name, next)
      at = next
    }
    at.files.push(file)
  }
  return {
    add: (files) => files.forEach(add),
    finish(files) {
      const tree = finish(root)
      trees.set(files, tree)
      return tree
    },
  }
}
const trees = new WeakMap<readonly PlanFile[], Folder>()

/** The folders of a list of `/`-separated paths; folders and files in the order of their names. */
export function buildTree(files: readonly PlanFile[]): Folder {
  const known = trees.get(files)
  if (known !== undefined) return known
  const builder = startTree()
  builder.add(files)
  return builder.finish(files)
}

const byName = new Intl.Collator('en', { numeric: true }).compare
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function finish({ path, name, folders, files }: Building): Folder {
  const done = [...folders.values()].map(finish).sort((a, b) => byName(a.name, b.name))
  return {
    path,
    name,
    folders: done,
    files,
    sizeBytes: sum(done.map(({ sizeBytes }) => sizeBytes)) + sum(files.map(({ sizeBytes }) => sizeBytes)),
    fileCount: sum(done.map(({ fileCount }) => fileCount)) + files.length,
  }
}
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const sortedFiles = new WeakMap<Folder, readonly PlanFile[]>()

/** Sorted when a folder is first open: of 200,000 files few are ever seen. */
function filesByName(folder: Folder): readonly PlanFile[] {
  const known = sortedFiles.get(folder)
  if (known !== undefined) return known
  const sorted = folder.files.toSorted((a, b) => byName(nameOf(a.path), nameOf(b.path)))
  sortedFiles.set(folder, sorted)
  return sorted
}

/** The rows that are shown, folders first. `closed` holds paths of folders. */
export function rowsOf(root: Folder, closed: ReadonlySet<string>): readonly TreeRow[] {
  const rows: TreeRow[] = []
  const add = (folder: Folder, depth: number): void => {
    for (const each of folder.folders) {
      const { path, name, sizeBytes, fileCount } = each
      const isOpen = !closed.has(path)
      rows.push({ kind: 'folder', path, name, depth, sizeBytes, fileCount, isOpen })
      if (isOpen) add(each, depth + 1)
    }
    for (const { path, sizeBytes, change, mark } of filesByName(folder)) {
      rows.push({ kind: 'file', path, name: nameOf(path), depth, sizeBytes, change, mark })
    }
  }
  add(root, 0)
  return rows
}

const openUpTo = 400

/** Folders closed at first: none of a small tree, all of a big one. */
export function closedAtFirst(root: Folder): ReadonlySet<string> {
  const paths: string[] = []
  const collect = (folder: Folder): void => {
    for (const each of folder.folders) {
      paths.push(each.path)
      collect(each)
    }
  }
  collect(root)
  return new Set(root.fileCount + paths.length <= openUpTo ? [] : paths)
}
