import {
  IconChevronRight,
  IconCloud,
  IconPackageExport,
  IconServer,
  type Icon as TablerIcon,
} from '@tabler/icons-react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { pickAndPublish } from '../../shell/pick-actions.ts'
import { goTo } from '../../state/navigation.ts'
import type { Standing } from '../../state/package-standing.ts'
import { useInstallOf } from '../../state/transfers.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { installPackage } from './package-actions.ts'

interface WelcomeProps {
  readonly sample: PackageSummary | undefined
  readonly standingOf: (each: PackageSummary) => Standing
  readonly connectionId?: string
}

/** The first minute: everything can be tried on this computer, and the team's store is one step away. */
export function Welcome({ sample, standingOf, connectionId }: WelcomeProps) {
  return (
    <div className="welcome">
      <header>
        <img src="./favicon.svg" width="56" height="56" alt="" />
        <div>
          <h2 className="title-28">Welcome to Orbital</h2>
          <p className="t2">Drop a folder, and your team has it. Pick a package, and you have it.</p>
        </div>
      </header>
      <section>
        <h3 className="title-15">Try it on this computer first</h3>
        <p className="t2">A practice store: nobody else sees it.</p>
        <ol className="steps">
          {sample !== undefined && (
            <SampleStep sample={sample} standing={standingOf(sample)} connectionId={connectionId} />
          )}
          <li className="step">
            <span className="step-n" />
            <div>
              <h4 className="strong">Drop a folder on this window</h4>
              <p className="small t2">You see everything before it is sent.</p>
            </div>
            <Button small onClick={pickAndPublish}>
              Choose a folder…
            </Button>
          </li>
          <li className="step">
            <span className="step-n" />
            <div>
              <h4 className="strong">Remove something</h4>
              <p className="small t2">It goes to the trash, and can be undone.</p>
            </div>
            <Button small onClick={() => goTo({ page: 'installed' })}>
              Show what is installed
            </Button>
          </li>
        </ol>
      </section>
      <section>
        <h3 className="title-15">Then connect your team’s models</h3>
        <p className="t2">They live in a store of your team’s own, mostly Amazon S3.</p>
        <div className="choices">
          <Choice
            icon={IconCloud}
            title="Connect to Amazon S3…"
            text="Sign in, or use your admin’s keys"
            accent
            onClick={() => goTo({ page: 'settings', section: 'connections', item: 'new' })}
          />
          <Choice
            icon={IconServer}
            title="Another store or a shared folder…"
            text="Anything that speaks S3, or a network drive"
            onClick={() => goTo({ page: 'settings', section: 'connections', item: 'new-other' })}
          />
        </div>
      </section>
      <div className="more-drop">
        <Icon of={IconPackageExport} className="t3" />
        <span>
          Drop a folder, or a <code>.sputnik</code> file, anywhere on this window
        </span>
      </div>
    </div>
  )
}

function SampleStep({
  sample,
  standing,
  connectionId,
}: {
  readonly sample: PackageSummary
  readonly standing: Standing
  readonly connectionId?: string
}) {
  const transferId = useInstallOf(sample.name)
  const isInstalled = standing.kind === 'installed'
  return (
    <li className="step">
      <span className="step-n" />
      <div>
        <h4 className="strong">Install “{sample.title}”</h4>
        <p className="small t2">{isInstalled ? 'It is installed.' : 'It takes a second.'}</p>
      </div>
      {isInstalled ? (
        <Button small onClick={() => goTo({ page: 'package', name: sample.name, tab: 'overview' })}>
          Look inside
        </Button>
      ) : (
        <Button
          small
          variant="primary"
          disabled={transferId !== undefined}
          onClick={() => installPackage(connectionId, sample, standing)}
        >
          Install
        </Button>
      )}
    </li>
  )
}

const Choice = ({
  icon,
  title,
  text,
  accent = false,
  onClick,
}: {
  readonly icon: TablerIcon
  readonly title: string
  readonly text: string
  readonly accent?: boolean
  readonly onClick: () => void
}) => (
  <button type="button" className="choice" onClick={onClick}>
    <span className={accent ? 'tile' : 'tile quiet'}>
      <Icon of={icon} />
    </span>
    <span>
      <span className="line1 strong">{title}</span>
      <span className="line2">{text}</span>
    </span>
    <Icon of={IconChevronRight} className="t3" />
  </button>
)
