import { formatExactBytes, formatExactTime, formatSize, formatWhen } from '../text/units.ts'

/** A size with three figures, and the exact bytes on hover. */
export const Size = ({ bytes }: { readonly bytes: number }) => (
  <span className="num" title={formatExactBytes(bytes)}>
    {formatSize(bytes)}
  </span>
)

/** How long ago, and the exact time on hover. */
export const When = ({ at }: { readonly at: string | number }) => (
  <span className="num" title={formatExactTime(at)}>
    {formatWhen(at)}
  </span>
)
