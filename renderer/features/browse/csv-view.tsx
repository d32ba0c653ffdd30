import Papa from 'papaparse'
import { useMemo } from 'react'
import { browseText } from '../../text/browse.ts'

const text = browseText.files
const mostRows = 200
const mostColumns = 50

/** The first rows of a table in a text; its first row is taken for the names of the columns. */
export function CsvView({ source, truncated }: { readonly source: string; readonly truncated: boolean }) {
  const { columns, rows, isWhole } = useMemo(() => readTable(source, truncated), [source, truncated])
  if (columns.length === 0) return <p className="t2">{text.emptyTable}</p>
  return (
    <>
      <table className="preview-table selectable">
        <thead>
          <tr>
            {columns.map(({ place, name, isNumeric }) => (
              <th key={place} className={isNumeric ? 'end' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ place: row, cells }) => (
            <tr key={row}>
              {columns.map(({ place, isNumeric }) => (
                <td key={place} className={isNumeric ? 'end num' : undefined}>
                  {cells[place] ?? ''}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {!isWhole && <p className="small t3 preview-rest num">{text.firstRows(rows.length, columns.length)}</p>}
    </>
  )
}

/** Columns and rows have no identity but their place: names may repeat. */
function readTable(source: string, truncated: boolean) {
  const { data, meta } = Papa.parse<string[]>(source, { skipEmptyLines: true, preview: mostRows + 2 })
  const [head = [], ...found] = data
  // The cut may have gone through the last row.
  const isCut = truncated && !meta.truncated
  const shown = found.slice(0, Math.min(mostRows, isCut ? found.length - 1 : found.length))
  const columns = head.slice(0, mostColumns).map((name, place) => {
    const isNumeric = shown.length > 0 && shown.every((cells) => numeric.test(cells[place] ?? ''))
    return { place, name, isNumeric }
  })
  const rows = shown.map((cells, place) => ({ place, cells }))
  const isWhole = !truncated && shown.length === found.length && columns.length === head.length
  return { columns, rows, isWhole }
}

const numeric = /^\s*[-+]?[\d.,]*(?:e[-+]?\d+)?%?\s*$/i
