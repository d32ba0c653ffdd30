import type { HostRequest, MenuCommand } from '../../shared/ipc/host-api.ts'
import type { PackageLink } from '../../shared/model/package-link.ts'
import { client } from '../ipc/link.ts'
import { fetchConnections } from '../state/connections.ts'
import { goTo } from '../state/navigation.ts'
import { addStoreOfLink, followLink, forgetLink, usePendingLink } from '../state/pending-link.ts'
import { shellText } from '../text/shell.ts'
import { Button } from '../ui/button.tsx'
import { type Fact, Facts } from '../ui/inspector.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { showToast } from '../ui/toast.tsx'
import { afterSheets } from './after-sheets.ts'
import { allowedOverSheets } from './key-map.ts'
import { isSheetOpen, runCommand } from './keys.ts'
import { openPaths } from './pick-actions.ts'

const text = shellText.arrived

/** Takes what the system asked of the window: links, opened files, menu items. */
export async function takeHostRequests(): Promise<void> {
  const requests = await client.host.takeRequests({})
  // A link is looked up among the connections.
  if (requests.some(({ kind }) => kind === 'link')) await fetchConnections()
  for (const request of requests) take(request)
}

function take(request: HostRequest): void {
  switch (request.kind) {
    case 'command':
      takeCommand(request.command)
      return
    case 'path':
      afterSheets(() => openPaths([request.path]))
      return
    case 'link':
      afterSheets(() => followLink(request.link))
      return
    case 'unknown-link':
      showToast({ text: text.unknownLink })
      return
  }
}

function takeCommand(command: MenuCommand): void {
  // What is typed in a sheet would be lost.
  if (isSheetOpen() && !allowedOverSheets(command)) return
  // Pages that have no key.
  if (command === 'updates' || command === 'diagnostics') goTo({ page: 'settings', section: command })
  else runCommand(command)
}

/** Asks about a link to a store that no connection leads to. */
export function LinkSheet() {
  const { link, isAdding } = usePendingLink()
  if (link === undefined || isAdding === true) return null
  return (
    <Sheet
      opened
      onClose={forgetLink}
      title={text.title(link.name)}
      subtitle={text.subtitle}
      onSubmit={addStoreOfLink}
      footer={
        <>
          <span className="push" />
          <Button onClick={forgetLink}>{text.no}</Button>
          <Button type="submit" variant="primary" data-autofocus>
            {text.add}
          </Button>
        </>
      }
    >
      <section>
        <Facts facts={factsOf(link)} />
        <p className="t2">{text.trust}</p>
      </section>
    </Sheet>
  )
}

const factsOf = ({ name, version, store }: PackageLink): readonly Fact[] => [
  { label: text.package, value: version === undefined ? name : `${name} ${version}` },
  { label: text.bucket, value: store.root === '' ? store.bucket : `${store.bucket}/${store.root}` },
  { label: text.at, value: store.endpoint ?? text.amazon },
]
