import { IconX } from '@tabler/icons-react'
import type { InstalledVersion } from '../../../shared/model/installed.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import { useConnection } from '../../state/connections.ts'
import { installedText as text } from '../../text/installed.ts'
import { formatCount } from '../../text/units.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Size, When } from '../../ui/figures.tsx'
import { Facts } from '../../ui/inspector.tsx'
import { Message } from '../../ui/message.tsx'
import { Tag } from '../../ui/tag.tsx'
import { installAgain, keepAll } from './installed-actions.ts'
import type { InstalledPackage } from './installed-packages.ts'
import { VerifiedWord } from './installed-row.tsx'
import type { VersionCare } from './use-care.ts'
import { useDiffers } from './use-differing.ts'
import { VersionFindings } from './version-findings.tsx'
import { VersionMenu } from './version-menu.tsx'

interface PackageDetailsProps {
  readonly each: InstalledPackage
  readonly bytesOf: (spec: string) => number
  readonly changedOf: (spec: string) => readonly string[]
  readonly care: VersionCare
  /** Absent where what it lies in has a title and a way out of its own. */
  readonly onClose?: () => void
  /** Of a package with these versions alone. */
  readonly onRemove: (each: InstalledPackage) => void
  readonly run: (work: () => Promise<unknown>) => void
}

const words = text.details

/** Every installed version of one package, with what may be done with each. */
export function PackageDetails({ each, bytesOf, changedOf, care, onClose, onRemove, run }: PackageDetailsProps) {
  return (
    <>
      {onClose !== undefined && (
        <div className="row start">
          <div className="grow">
            <h2 className="aside-title" dir="auto">
              {each.title}
            </h2>
            <p className="t2 prose-break" dir="auto">
              {each.newest.description}
            </p>
          </div>
          <IconButton label={words.back} icon={IconX} onClick={onClose} />
        </div>
      )}
      {[each.newest, ...each.older].map((version) => (
        <VersionDetails
          key={version.ref.version}
          version={version}
          bytes={bytesOf(specOf(version.ref))}
          changed={changedOf(specOf(version.ref))}
          care={care}
          inSheet={onClose === undefined}
          onRemove={(bytes) => onRemove({ ...each, newest: version, older: [], bytes, olderBytes: 0 })}
          run={run}
        />
      ))}
    </>
  )
}

interface VersionDetailsProps {
  readonly version: InstalledVersion
  readonly bytes: number
  readonly changed: readonly string[]
  readonly care: VersionCare
  readonly inSheet: boolean
  readonly onRemove: (bytes: number) => void
  readonly run: (work: () => Promise<unknown>) => void
}

function VersionDetails({ version, bytes, changed, care, inSheet, onRemove, run }: VersionDetailsProps) {
  const connection = useConnection(version.fromConnectionId)
  const differs = useDiffers(version)
  const isBusy = care.busy.has(specOf(version.ref))
  return (
    <section aria-label={version.ref.version}>
      <div className="row version-head">
        <h3 className="strong num">{version.ref.version}</h3>
        {differs && <Tag kind="warn">{text.differs}</Tag>}
        {version.kept && <Tag>{text.kept}</Tag>}
        <span className="push" />
        {isBusy ? (
          <Button small variant="quiet" onClick={() => care.stop(version)}>
            {text.stop}
          </Button>
        ) : (
          <Button small onClick={() => care.verifySome([version])}>
            {text.actions.verify}
          </Button>
        )}
        <VersionMenu
          version={version}
          bytes={bytes}
          isKept={version.kept}
          asksWhich={version.kept}
          inSheet={inSheet}
          run={run}
          onVerify={() => care.verifySome([version])}
          onRepair={() => care.repairOne(version)}
          onSave={() => care.saveOne(version)}
          onKeep={(kept) => run(() => keepAll([version], kept))}
          onRemove={() => onRemove(bytes)}
        />
      </div>
      {changed.length > 0 && version.damagedFiles === undefined && <ChangedFiles paths={changed} />}
      <VersionFindings version={version} isBusy={isBusy} onRepair={() => care.repairOne(version)} />
      {differs && (
        <Message
          kind="warn"
          title={text.differs}
          action={
            <Button small onClick={() => installAgain(version)}>
              {text.installAgain}
            </Button>
          }
        >
          {text.differsWhy(version.ref.version, connection?.name)}
        </Message>
      )}
      <Facts
        facts={[
          { label: words.onDisk, value: <Size bytes={bytes} /> },
          { label: words.files, value: formatCount(version.fileCount) },
          { label: words.installed, value: version.installedAt && <When at={version.installedAt} /> },
          { label: words.forApp, value: version.forApp },
          {
            label: words.verified,
            value: (
              <VerifiedWord versions={[version]} care={care.busy.get(specOf(version.ref))} changed={changed.length} />
            ),
          },
          { label: words.from, value: connection?.name },
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
}

/** Seen without reading them: Verify, which stands above, decides. */
const ChangedFiles = ({ paths }: { readonly paths: readonly string[] }) => (
  <Message kind="warn" title={text.changedTitle(paths.length)}>
    {paths.slice(0, 4).map((path) => (
      <code key={path} className="prose-break finding-path">
        {path}
      </code>
    ))}
    {paths.length > 4 && <span className="small">{text.findings.more(paths.length - 4)}</span>}
    <p className="small finding-promise">{text.changedWhy(paths.length)}</p>
  </Message>
)
