import { Page } from '../../ui/page.tsx'

export const TransfersPage = (_props: { readonly selectedId?: string }) => (
  <Page label="Transfers" bar={<h1>Transfers</h1>}>
    <div className="body" />
  </Page>
)
