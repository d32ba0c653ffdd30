interface ProgressBarProps {
  /** settled ≤ received ≤ total, bytes */
  readonly settledBytes: number
  readonly receivedBytes: number
  readonly totalBytes: number
  /** Grey: bytes stand still. */
  readonly still?: boolean
  /** Its end has come: it may be full. */
  readonly isOver?: boolean
  /** s 4 px, m 8 px, l 12 px */
  readonly size?: 's' | 'm' | 'l'
  /** What it is the progress of. */
  readonly name: string
  /** What the bar says, in words: `2.88 GB verified of 4.37 GB`. */
  readonly label: string
}

/** What goes on is never full: its end is a step of its own, and takes the bar away. */
export const mostShown = 0.99

const share = (part: number, whole: number, most: number): number =>
  whole <= 0 ? 0 : Math.min(most, Math.max(0, part / whole))

/** Two layers: verified or confirmed, and on top of it what was received or sent but not yet settled. */
export function ProgressBar({
  settledBytes,
  receivedBytes,
  totalBytes,
  still = false,
  isOver = false,
  size = 's',
  name,
  label,
}: ProgressBarProps) {
  const most = isOver ? 1 : mostShown
  const settled = share(settledBytes, totalBytes, most)
  const more = Math.max(0, share(receivedBytes, totalBytes, most) - settled)
  return (
    <div
      className={size === 's' ? 'bar' : `bar ${size}`}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(settled * 100)}
      aria-valuetext={label}
      aria-label={name}
    >
      {settled > 0 && <i className={still ? 'still' : undefined} style={{ inlineSize: `${settled * 100}%` }} />}
      {more > 0 && <i className={still ? 'still half' : 'half'} style={{ inlineSize: `${more * 100}%` }} />}
    </div>
  )
}

interface MeterPart {
  readonly key: string
  /** 0…1 of the whole */
  readonly share: number
  readonly look?: 'second' | 'stripe' | 'rest' | 'warnfill' | 'dangerfill' | 'still'
}

/** A bar made of parts that a legend names. */
export const Meter = ({
  parts,
  label,
  size = 's',
}: {
  readonly parts: readonly MeterPart[]
  readonly label: string
  readonly size?: 's' | 'm' | 'l'
}) => (
  <div className={size === 's' ? 'bar' : `bar ${size}`} role="img" aria-label={label}>
    {parts
      .filter((part) => part.share > 0)
      .map((part) => (
        <i key={part.key} className={part.look} style={{ inlineSize: `${Math.min(1, part.share) * 100}%` }} />
      ))}
  </div>
)
