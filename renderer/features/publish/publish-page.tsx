import { Page } from '../../ui/page.tsx'

export const PublishPage = () => (
  <Page label="Publish" bar={<h1>Publish</h1>}>
    <div className="body" />
  </Page>
)
