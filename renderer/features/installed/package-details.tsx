import { IconX } from '@tabler/icons-react'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { useConnections } from '../../state/connections.ts'
import { installedText as text } from '../../text/installed.ts'
import { formatCount } from '../../text/units.ts'
import { IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Size, When } from '../../ui/figures.tsx'
import { Facts } from '../../ui/inspector.tsx'
import { Tag } from '../../ui/tag.tsx'
import { removeVersions } from './installed-actions.ts'
import type { InstalledPackage } from './installed-packages.ts'
import { VerifiedWord } from './installed-row.tsx'
import { keepAll, VersionMenu } from './version-menu.tsx'

interface PackageDetailsProps {
  readonly each: InstalledPackage
  readonly bytesOf: (spec: string) => number
  readonly verifying: ReadonlySet<string>
  readonly onVerify: (versions: readonly InstalledVersion[]) => void
  /** Absent where what it lies in has a title and a way out of its own. */
  readonly onClose?: () => void
  readonly run: (work: () => Promise<unknown>) => void
}

const words = text.details

/** Every installed version of one package, with what may be done with each. */
export function PackageDetails({ each, bytesOf, verifying, onVerify, onClose, run }: PackageDetailsProps) {
  const connections = useConnections(({ list }) => list)
  return (
    <>
      {onClose !== undefined && (
        <div className="row">
          <div className="grow">
            <h2 className="aside-title">{each.title}</h2>
            <p className="t2">{each.newest.description}</p>
          </div>
          <IconButton label={words.back} icon={IconX} onClick={onClose} />
        </div>
      )}
      {[each.newest, ...each.older].map((version) => {
        const bytes = bytesOf(specOf(version.ref))
        return (
          <section key={version.ref.version} aria-label={version.ref.version}>
            <div className="row version-head">
              <h3 className="strong num">{version.ref.version}</h3>
              {version.kept && <Tag>{text.kept}</Tag>}
              <span className="push" />
              <VersionMenu
                version={version}
                bytes={bytes}
                isKept={version.kept}
                inSheet={onClose === undefined}
                run={run}
                onVerify={() => onVerify([version])}
                onKeep={(kept) => run(() => keepAll([version], kept))}
                onRemove={() => run(() => removeVersions([version], bytes))}
              />
            </div>
            <Facts
              facts={[
                { label: words.onDisk, value: <Size bytes={bytes} /> },
                { label: words.files, value: formatCount(version.fileCount) },
                { label: words.installed, value: version.installedAt && <When at={version.installedAt} /> },
                { label: words.forApp, value: version.forApp },
                {
                  label: words.verified,
                  value: <VerifiedWord versions={[version]} verifying={verifying} />,
                },
                {
                  label: words.from,
                  value: connections.find(({ id }) => id === version.fromConnectionId)?.name,
                },
                {
                  label: words.folder,
                  value: (
                    <span className="row path-fact">
                      <code className="cut" title={version.path}>
                        {version.path}
                      </code>
                      <CopyButton text={version.path} label={text.actions.copyPath} />
                    </span>
                  ),
                },
              ]}
            />
          </section>
        )
      })}
    </>
  )
}
