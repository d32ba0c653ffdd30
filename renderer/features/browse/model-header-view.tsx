import { useState } from 'react'
import type { ModelHeader } from '../../../shared/model/file-preview.ts'
import { browseText } from '../../text/browse.ts'
import { formatCount, formatList, formatQuantity } from '../../text/units.ts'
import { Size } from '../../ui/figures.tsx'

const text = browseText.files.model
const firstTensors = 12

/** What a weights file says of itself: how much there is of what, each tensor, and its notes. */
export function ModelHeaderView({ header }: { readonly header: ModelHeader }) {
  const [isAll, setAll] = useState(false)
  const { tensors, tensorCount, parameters, types, notes } = header
  const shown = isAll ? tensors : tensors.slice(0, firstTensors)
  return (
    <>
      <dl className="model-facts num">
        <div>
          <dt>{text.parameters}</dt>
          <dd title={formatCount(parameters)}>{formatQuantity(parameters)}</dd>
        </div>
        <div>
          <dt>{text.storedAs}</dt>
          <dd>{formatList(types)}</dd>
        </div>
      </dl>
      <table className="preview-table selectable">
        <thead>
          <tr>
            <th>{text.tensor}</th>
            <th>{text.type}</th>
            <th className="end">{text.shape}</th>
            <th className="end">{text.size}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ name, type, shape, sizeBytes }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
              </td>
              <td className="t2">{type}</td>
              <td className="end t2 num">{shape.length === 0 ? text.scalar : shape.map(formatCount).join(' × ')}</td>
              <td className="end">
                <Size bytes={sizeBytes} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < tensorCount && (
        <p className="small t3 preview-rest num">
          {text.shownOf(shown.length, tensorCount)}{' '}
          {shown.length < tensors.length && (
            <button type="button" className="plain-link" onClick={() => setAll(true)}>
              {tensors.length < tensorCount ? text.showFirst(tensors.length) : text.showAll}
            </button>
          )}
        </p>
      )}
      {notes.length > 0 && (
        <>
          <h3 className="section-title">{text.notes}</h3>
          <table className="preview-table selectable">
            <tbody>
              {notes.map(({ key, value }) => (
                <tr key={key}>
                  <th scope="row">
                    <code>{key}</code>
                  </th>
                  <td className="prose-break">{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </>
  )
}
