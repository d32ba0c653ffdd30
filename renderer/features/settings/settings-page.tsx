import './settings.css'
import { Menu } from '@mantine/core'
import {
  IconApps,
  IconCheck,
  IconChevronDown,
  IconFolders,
  IconNetwork,
  IconPlugConnected,
  IconRefresh,
  IconStethoscope,
  IconSunMoon,
} from '@tabler/icons-react'
import { useEffect } from 'react'
import { goTo } from '../../state/navigation.ts'
import { fetchSettings, useSettings } from '../../state/settings.ts'
import { settingsText as text } from '../../text/settings.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Page } from '../../ui/page.tsx'
import { AppsSection } from './apps-section.tsx'
import { ConnectionsSection } from './connections-section.tsx'
import { LibrariesSection } from './libraries-section.tsx'
import { NetworkSection } from './network-section.tsx'
import { AppearanceSection, DiagnosticsSection, UpdatesSection } from './plain-sections.tsx'
import { type SectionName, sections, showSetting } from './settings-index.ts'
import { SettingsSearch } from './settings-search.tsx'

const icons = {
  connections: IconPlugConnected,
  apps: IconApps,
  libraries: IconFolders,
  network: IconNetwork,
  appearance: IconSunMoon,
  updates: IconRefresh,
  diagnostics: IconStethoscope,
} as const

const goToSection = (section: SectionName, options?: { readonly replace: boolean }) =>
  goTo({ page: 'settings', section }, options)

export function SettingsPage({ section, item }: { readonly section?: string; readonly item?: string }) {
  const name = sections.find((each) => each === section) ?? 'connections'
  const isLoaded = useSettings((state) => state.load.kind !== 'loading')
  useEffect(() => {
    // Gone to twice it is shown twice: the place forgets it.
    if (isLoaded && name !== 'connections' && item !== undefined && showSetting(item))
      goToSection(name, { replace: true })
  }, [isLoaded, name, item])
  return (
    <Page
      label={text.title}
      bar={
        <>
          <h1>{text.title}</h1>
          <SectionMenu name={name} />
          <span className="push" />
          <SettingsSearch />
        </>
      }
    >
      <nav className="subnav" aria-label={text.title}>
        {sections.map((each) => (
          <button
            type="button"
            key={each}
            aria-current={each === name ? 'page' : undefined}
            onClick={() => goToSection(each)}
          >
            <Icon of={icons[each]} />
            <span>{text.sections[each]}</span>
          </button>
        ))}
      </nav>
      <div className="body folds">
        <SectionBody name={name} item={item} />
      </div>
    </Page>
  )
}

function SectionBody({ name, item }: { readonly name: SectionName; readonly item?: string }) {
  const load = useSettings((state) => state.load)
  if (name === 'connections') return <ConnectionsSection item={item} />
  return (
    <section className="scroll settings-scroll" aria-label={text.sections[name]}>
      {load.kind === 'failed' ? (
        <ErrorPanel
          error={load.error}
          actions={<Button onClick={() => void fetchSettings()}>{text.tryAgain}</Button>}
        />
      ) : (
        <OtherSection name={name} />
      )}
    </section>
  )
}

function OtherSection({ name }: { readonly name: Exclude<SectionName, 'connections'> }) {
  switch (name) {
    case 'apps':
      return <AppsSection />
    case 'libraries':
      return <LibrariesSection />
    case 'network':
      return <NetworkSection />
    case 'appearance':
      return <AppearanceSection />
    case 'updates':
      return <UpdatesSection />
    case 'diagnostics':
      return <DiagnosticsSection />
  }
}

/** In place of the list of sections where there is no room for it. */
function SectionMenu({ name }: { readonly name: SectionName }) {
  return (
    <Menu position="bottom-start" width={224}>
      <Menu.Target>
        <button type="button" className="chip section-menu" aria-label={`${text.section}: ${text.sections[name]}`}>
          <Icon of={icons[name]} size={14} />
          {text.sections[name]}
          <Icon of={IconChevronDown} size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {sections.map((each) => (
          <Menu.Item
            key={each}
            leftSection={<Icon of={icons[each]} />}
            rightSection={each === name ? <Icon of={IconCheck} size={14} /> : undefined}
            onClick={() => goToSection(each)}
          >
            {text.sections[each]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
