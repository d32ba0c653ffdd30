import { compareVersions, type FileChange } from '../../../shared/model/compare-versions.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { Command } from '../command.ts'
import { from } from '../options.ts'
import { formatBytes, table } from '../output.ts'
import { connectionOf, requiredWord, resolve } from '../spec.ts'

export const diff: Command = {
  name: 'diff',
  usage: '<spec> <spec> [--from CONNECTION]',
  summary: 'Show which files changed from one published version to another.',
  mostWords: 2,
  options: [from],
  async run(context) {
    const { api, output, signal } = context
    const connection = connectionOf(context, 'from')
    const before = await resolve(context, requiredWord(context, 'earlier version'))
    const after = await resolve(context, requiredWord(context, 'later version', 1))
    const filesOf = async (ref: typeof before) => (await api.catalog.version({ ...connection, ref }, { signal })).files
    const found = compareVersions(await filesOf(before), await filesOf(after))
    output.result({ from: specOf(before), to: specOf(after), ...found }, [
      ...table(found.changes.map(rowOf)),
      [
        `${found.new.files} new (${formatBytes(found.new.bytes)})`,
        `${found.changed.files} changed (${formatBytes(found.changed.bytes)})`,
        `${found.removed.files} removed (${formatBytes(found.removed.bytes)})`,
        `${found.same.files} the same (${formatBytes(found.same.bytes)})`,
      ].join(', '),
    ])
  },
}

const words = { new: 'new', changed: 'changed', unsure: 'may differ', moved: 'moved', removed: 'removed' } as const

function rowOf(change: FileChange): readonly string[] {
  switch (change.kind) {
    case 'new':
      return [words.new, change.path, formatBytes(change.afterBytes)]
    case 'removed':
      return [words.removed, change.path, formatBytes(change.beforeBytes)]
    case 'moved':
      return [words.moved, `${change.from} -> ${change.path}`, formatBytes(change.afterBytes)]
    case 'changed':
    case 'unsure':
      return [
        words[change.kind],
        change.path,
        `${formatBytes(change.beforeBytes)} -> ${formatBytes(change.afterBytes)}`,
      ]
  }
}
