import type { ModelHeader } from '../../shared/model/file-preview.ts'
import { formatBytes, table } from './output.ts'

/** What a weights file says of itself, for people: sums, notes, and a row for each tensor. */
export function modelHeaderLines(header: ModelHeader): readonly string[] {
  const { format, parameters, tensorCount, types, tensors, notes } = header
  const rows = tensors.map(({ name, type, shape, sizeBytes }) => [
    name,
    type,
    shape.length === 0 ? '1' : shape.join(' x '),
    formatBytes(sizeBytes),
  ])
  return [
    `${format}: ${tensorCount} tensors, ${parameters} parameters, stored as ${types.join(', ')}`,
    ...(notes.length === 0 ? [] : ['', ...table(notes.map(({ key, value }) => [key, value]))]),
    '',
    ...table(rows),
    ...(tensors.length < tensorCount ? [`… and ${tensorCount - tensors.length} more`] : []),
  ]
}

/** What a pickle asks for when it is loaded, for people. */
export const pickleLines = (pickle: { readonly imports: readonly string[]; readonly isWhole: boolean }) => [
  'Loading this file runs code. It asks Python for:',
  ...(pickle.imports.length === 0 ? ['  nothing'] : pickle.imports.map((name) => `  ${name}`)),
  ...(pickle.isWhole ? [] : ['  … and maybe more: what follows was not read, or is no pickle.']),
]
