import { IconAlertTriangle } from '@tabler/icons-react'
import { Icon } from './icon.tsx'
import { mostShown } from './progress-bar.tsx'

export type RingState =
  | 'compatible'
  | 'installed'
  | 'update'
  | 'transferring'
  | 'not-compatible'
  | 'not-stated'
  | 'unreadable'

interface RingProps {
  readonly state: RingState
  /** 0…1 of the whole, for `transferring`: settled ≤ received. */
  readonly settled?: number
  readonly received?: number
  /** Bytes stand still. */
  readonly still?: boolean
  /** It has just been installed: the satellite lands in the core, once. */
  readonly landing?: boolean
  readonly onLanded?: () => void
  /** px; drawn for 20 */
  readonly size?: number
}

/** Open where the satellite passes. Drawn so that the outer edges fall on whole pixels at 20 px. */
const openRing = 'M10.98 3.83A6.25 6.25 0 1 0 16.17 9.02'
const circumference = 2 * Math.PI * 7

/** The state of a package as a body in orbit (strokes and fills in controls.css: of thousands of rows each attribute counts). It always stands beside the word that says the same. */
export function Ring({
  state,
  settled = 0,
  received = 0,
  still = false,
  landing = false,
  onLanded,
  size = 20,
}: RingProps) {
  if (state === 'unreadable') return <Icon of={IconAlertTriangle} size={size === 20 ? 18 : size} className="glyph" />
  if (state === 'transferring') {
    const dash = (part: number) =>
      `${(Math.min(mostShown, Math.max(0, part)) * circumference).toFixed(2)} ${circumference.toFixed(2)}`
    return (
      <svg className={still ? 'ring still' : 'ring'} viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
        <circle className="track" cx="10" cy="10" r="7" />
        <circle className="got" cx="10" cy="10" r="7" strokeDasharray={dash(received)} />
        <circle className="done" cx="10" cy="10" r="7" strokeDasharray={dash(settled)} />
      </svg>
    )
  }
  return (
    <svg
      className={landing ? `glyph drawn ${state} landing` : `glyph drawn ${state}`}
      viewBox="0 0 20 20"
      width={size}
      height={size}
      aria-hidden="true"
      onAnimationEnd={onLanded}
    >
      {shapeOf(state)}
      {landing && <circle className="satellite" cx="10" cy="10" r="2" />}
    </svg>
  )
}

function shapeOf(state: Exclude<RingState, 'transferring' | 'unreadable'>) {
  const satellite = <circle className="moon" cx="15" cy="5" r="2" />
  const core = <circle className="core" cx="10" cy="10" r="3" />
  const ring = <circle cx="10" cy="10" r="6.25" />
  switch (state) {
    case 'compatible':
      return (
        <>
          <path d={openRing} />
          {satellite}
        </>
      )
    case 'installed':
      return (
        <>
          {ring}
          {core}
        </>
      )
    case 'update':
      return (
        <>
          <path d={openRing} />
          {satellite}
          {core}
        </>
      )
    case 'not-compatible':
      return (
        <>
          {ring}
          <path d="M5.75 14.25l8.5-8.5" />
        </>
      )
    case 'not-stated':
      return <circle className="dashes" cx="10" cy="10" r="6.25" />
  }
}

/** Ring, core and satellite: the mark of the app, in the colour of the text around it. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 16 16" aria-hidden="true">
    <path
      d="M8.83 2.66A5.4 5.4 0 1 0 13.34 7.17"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
    />
    <circle cx="11.82" cy="4.18" r="1.95" fill="currentColor" />
    <circle cx="8" cy="8" r="2.2" fill="currentColor" />
  </svg>
)
