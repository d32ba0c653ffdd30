import Papa from 'papaparse'
import { useMemo } from 'react'
import { browseText } from '../../text/browse.ts'

const text = browseText.files
const mostRows = 200
const mostColumns = 50

/** The first rows of a table in a text; its first row is taken for the names of the columns. */
export function CsvView({ source, truncated }: { readonly source: string; readonly truncated: boolean }) {
  const { head, rows, isWhole } = useMemo(() => readRows(source, truncated), [source, truncated])
  if (head === undefined) return <p className="t2">{text.emptyTable}</p>
  return (
    <>
      <table className="preview-table selectable">
        <thead>
          <tr>
            {head.map((name, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: names of columns may repeat
              <th key={column} className={isNumeric(rows, column) ? 'end' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other identity
            <tr key={at}>
              {head.map((_, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column} className={isNumeric(rows, column) ? 'end num' : undefined}>
                  {row[column] ?? ''}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!isWhole && <p className="small t3 preview-rest num">{text.firstRows(rows.length)}</p>}
    </>
  )
}

function readRows(source: string, truncated: boolean) {
  const { data, meta } = Papa.parse<string[]>(source, { skipEmptyLines: true, preview: mostRows + 2 })
  const [head, ...rows] = data.map((row) => row.slice(0, mostColumns))
  // The cut may have gone through the last row.
  const isCut = truncated && !meta.truncated
  const shown = rows.slice(0, Math.min(mostRows, isCut ? rows.length - 1 : rows.length))
  return { head, rows: shown, isWhole: !truncated && shown.length === rows.length }
}

const isNumeric = (rows: readonly (readonly string[])[], column: number): boolean =>
  rows.length > 0 && rows.every((row) => /^\s*[-+]?[\d.,]*(?:e[-+]?\d+)?%?\s*$/i.test(row[column] ?? ''))
