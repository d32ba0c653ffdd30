import { Page } from '../../ui/page.tsx'

export const InstalledPage = () => (
  <Page label="Installed" bar={<h1>Installed</h1>}>
    <div className="body" />
  </Page>
)
