import { Page } from '../../ui/page.tsx'

export const BrowsePage = () => (
  <Page label="Browse" bar={<h1>Browse</h1>}>
    <div className="body" />
  </Page>
)
