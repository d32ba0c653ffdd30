import type { CompatibilityMap } from '../../../shared/model/package.ts'

/** One line of "Works with" as it is typed; an empty constraint is every version. */
export interface AppRow {
  /** Stays with the row while its texts change. */
  readonly key: string
  readonly app: string
  readonly constraint: string
}

export const rowsOfMap = (map: CompatibilityMap): readonly AppRow[] =>
  Object.entries(map).map(([app, constraint]) => ({ key: app, app, constraint: constraint ?? '' }))

/** Rows without an app are not there yet; of two with the same app the first counts. */
export function mapOfRows(rows: readonly AppRow[]): CompatibilityMap {
  const map: Record<string, string | null> = {}
  for (const { app, constraint } of rows) {
    const name = app.trim()
    if (name === '' || Object.hasOwn(map, name)) continue
    map[name] = constraint.trim() === '' ? null : constraint.trim()
  }
  return map
}
