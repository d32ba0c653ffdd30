import { IconLink } from '@tabler/icons-react'
import type { Connection } from '../../../shared/model/connection.ts'
import type { PackageSummary } from '../../../shared/model/package.ts'
import { formatPackageLink } from '../../../shared/model/package-link.ts'
import { newestOf } from '../../state/package-standing.ts'
import { shellText } from '../../text/shell.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { showToast } from '../../ui/toast.tsx'

interface CopyLinkButtonProps {
  readonly connection: Connection
  readonly package: PackageSummary
  /** The newest one when absent. */
  readonly version?: string
}

/** Copies a link to a version, for others of the team; nothing where it lies in a folder, to which no link leads. */
export function CopyLinkButton({ connection, package: each, version }: CopyLinkButtonProps) {
  const shown = version ?? newestOf(each)?.version
  const link = shown && formatPackageLink({ name: each.name, version: shown }, connection.location)
  if (link === undefined || link === '') return null
  const copy = async () => {
    if (await copyText(link)) showToast({ text: shellText.arrived.linkCopied })
  }
  return (
    <Button variant="quiet" icon={IconLink} onClick={() => void copy()}>
      {shellText.arrived.copyLink}
    </Button>
  )
}
