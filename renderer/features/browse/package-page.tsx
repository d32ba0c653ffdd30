import type { PackageTab } from '../../state/navigation.ts'
import { Page } from '../../ui/page.tsx'

export const PackagePage = ({
  name,
}: {
  readonly name: string
  readonly tab: PackageTab
  readonly version?: string
}) => (
  <Page label={name} bar={<h1>{name}</h1>}>
    <div className="body" />
  </Page>
)
