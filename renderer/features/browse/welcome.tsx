import { IconCloud, IconFileZip, IconPackageExport, IconServer } from '@tabler/icons-react'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { pickAndPublish } from '../../shell/pick-actions.ts'
import { goTo } from '../../state/navigation.ts'
import type { Standing } from '../../state/package-standing.ts'
import { useInstallOf } from '../../state/transfers.ts'
import { browseText } from '../../text/browse.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { installPackage } from './package-actions.ts'

const text = browseText.welcome

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
          <h2 className="title-28">{text.title}</h2>
          <p className="t2">{text.text}</p>
        </div>
      </header>
      <section>
        <h3 className="title-15">{text.here}</h3>
        <p className="t2">{text.hereText}</p>
        <ol className="steps">
          {sample !== undefined && (
            <SampleStep sample={sample} standing={standingOf(sample)} connectionId={connectionId} />
          )}
          <li className="step">
            <span className="step-n" />
            <div>
              <h4 className="strong">{text.drop}</h4>
              <p className="small t2">{text.dropText}</p>
            </div>
            <Button small onClick={pickAndPublish}>
              {text.choose}
            </Button>
          </li>
          <li className="step">
            <span className="step-n" />
            <div>
              <h4 className="strong">{text.remove}</h4>
              <p className="small t2">{text.removeText}</p>
            </div>
            <Button small onClick={() => goTo({ page: 'installed' })}>
              {text.showInstalled}
            </Button>
          </li>
        </ol>
      </section>
      <section>
        <h3 className="title-15">{text.team}</h3>
        <p className="t2">{text.teamText}</p>
        <div className="choices">
          <Choice
            icon={IconCloud}
            title={text.amazon}
            detail={text.amazonText}
            accent
            onClick={() => goTo({ page: 'settings', section: 'connections', item: 'new' })}
          />
          <Choice
            icon={IconServer}
            title={text.other}
            detail={text.otherText}
            onClick={() => goTo({ page: 'settings', section: 'connections', item: 'new-other' })}
          />
          <Choice
            icon={IconFileZip}
            title={text.shared}
            detail={text.sharedText}
            onClick={() => goTo({ page: 'settings', section: 'connections', item: 'new-shared' })}
          />
        </div>
      </section>
      <div className="more-drop">
        <Icon of={IconPackageExport} className="t3" />
        <span>
          {text.anywhere[0]}
          <code>.sputnik</code>
          {text.anywhere[1]}
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
        <h4 className="strong">{text.install(sample.title)}</h4>
        <p className="small t2">{isInstalled ? text.isInstalled : text.takesASecond}</p>
      </div>
      {isInstalled ? (
        <Button small onClick={() => goTo({ page: 'package', name: sample.name, tab: 'overview' })}>
          {text.lookInside}
        </Button>
      ) : (
        <Button
          small
          variant="primary"
          disabled={transferId !== undefined}
          onClick={() => installPackage(connectionId, sample, standing)}
        >
          {browseText.row.install}
        </Button>
      )}
    </li>
  )
}
