import { useMantineColorScheme } from '@mantine/core'
import { useEffect } from 'react'
import { BrowsePage } from './features/browse/browse-page.tsx'
import { InstallSheet } from './features/browse/install-sheet.tsx'
import { PackagePage } from './features/browse/package-page.tsx'
import { WithdrawSheet } from './features/browse/withdraw-sheet.tsx'
import { InstalledPage } from './features/installed/installed-page.tsx'
import { PublishPage } from './features/publish/publish-page.tsx'
import { SettingsPage } from './features/settings/settings-page.tsx'
import { TransfersPage } from './features/transfers/transfers-page.tsx'
import { client } from './ipc/link.ts'
import { DropTarget } from './shell/drop-target.tsx'
import { FolderPicker } from './shell/folder-picker.tsx'
import { LinkSheet } from './shell/host-requests.tsx'
import { useKeys } from './shell/keys.ts'
import { LinkStrip } from './shell/link-strip.tsx'
import { LiveRegion } from './shell/live-region.tsx'
import { Palette } from './shell/palette.tsx'
import { ShortcutsSheet } from './shell/shortcuts-sheet.tsx'
import { Sidebar } from './shell/sidebar.tsx'
import { useConnections } from './state/connections.ts'
import { type Place, usePlace } from './state/navigation.ts'
import { showThenRefresh } from './state/packages.ts'
import { useSettings } from './state/settings.ts'
import { PageBoundary } from './ui/page-boundary.tsx'

/** The frame: sidebar, one page, and what may lie over both. */
export function App() {
  useKeys()
  useTheme()
  useCatalogOfCurrent()
  const place = usePlace()
  return (
    <div className="window">
      <Sidebar />
      <PageBoundary pageKey={place.page}>
        <Page place={place} />
      </PageBoundary>
      <LinkStrip />
      <InstallSheet />
      <WithdrawSheet />
      <LinkSheet />
      <FolderPicker />
      <Palette />
      <ShortcutsSheet />
      <DropTarget />
      <LiveRegion />
    </div>
  )
}

function Page({ place }: { readonly place: Place }) {
  switch (place.page) {
    case 'browse':
      return <BrowsePage />
    case 'package':
      return <PackagePage name={place.name} tab={place.tab} version={place.version} />
    case 'publish':
      return <PublishPage />
    case 'installed':
      return <InstalledPage />
    case 'transfers':
      return <TransfersPage selectedId={place.transferId} />
    case 'settings':
      return <SettingsPage section={place.section} item={place.item} />
  }
}

/** The theme of the settings, in the window and in what the host draws of it. */
function useTheme(): void {
  const theme = useSettings(({ settings }) => settings.theme)
  const loaded = useSettings(({ load }) => load.kind === 'ready')
  const { setColorScheme } = useMantineColorScheme()
  useEffect(() => {
    if (!loaded) return
    setColorScheme(theme === 'system' ? 'auto' : theme)
    // The host's frame keeps its old colour if it can't follow.
    client.host.setTheme({ theme }).catch(() => undefined)
  }, [theme, loaded, setColorScheme])
}

/** The catalog of the connection that the window shows is always at hand: for Browse, the palette, and updates in Installed. */
function useCatalogOfCurrent(): void {
  const currentId = useConnections((state) => state.currentId)
  useEffect(() => {
    if (currentId !== undefined) void showThenRefresh(currentId)
  }, [currentId])
}
