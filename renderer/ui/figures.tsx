import { formatExactBytes, formatExactTime, formatSize, formatWhen } from '../text/units.ts'
import { useMinute } from './use-minute.ts'

/** A size with three figures (four where two near ones are compared), and the exact bytes on hover. */
export const Size = ({ bytes, figures }: { readonly bytes: number; readonly figures?: 3 | 4 }) => (
  <span className="num" title={formatExactBytes(bytes)}>
    {formatSize(bytes, figures)}
  </span>
)

/** How long ago, and the exact time on hover. */
export function When({ at }: { readonly at: string | number }) {
  useMinute()
  return (
    <span className="num" title={formatExactTime(at)}>
      {formatWhen(at)}
    </span>
  )
}
