import { Page } from '../../ui/page.tsx'

export const SettingsPage = (_props: { readonly section?: string; readonly item?: string }) => (
  <Page label="Settings" bar={<h1>Settings</h1>}>
    <div className="body" />
  </Page>
)
