import { transfersText } from '../../text/transfers.ts'
import { formatSpeed } from '../../text/units.ts'
import { SectionTitle } from '../../ui/inspector.tsx'
import { sparkPoints, speedsOf } from './speed-history.ts'
import { useSpeedHistory } from './speed-recorder.ts'

const width = 312
const height = 48

/** The speed of a running transfer over the last ten seconds. */
export function SpeedSpark({ id, bytesPerSecond }: { readonly id: string; readonly bytesPerSecond: number }) {
  const history = useSpeedHistory(id)
  const speeds = speedsOf(history, history.at(-1)?.atMs ?? 0)
  const points = sparkPoints(speeds, width, height)
  const label = transfersText.speedLabel(Math.min(...speeds), Math.max(...speeds))
  return (
    <div>
      <SectionTitle end={<span className="num">{formatSpeed(bytesPerSecond)}</span>}>
        {transfersText.speed}
      </SectionTitle>
      <svg
        className="spark"
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <polygon className="area" points={`0,${height} ${points} ${width},${height}`} />
        <polyline className="line" points={points} vectorEffect="non-scaling-stroke" />
      </svg>
    </div>
  )
}
