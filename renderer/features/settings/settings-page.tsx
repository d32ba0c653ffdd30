import './settings.css'
import { Menu } from '@mantine/core'
import {
  IconApps,
  IconCheck,
  IconChevronDown,
  IconFolders,
  IconNetwork,
  IconPlugConnected,
  IconStethoscope,
  IconSunMoon,
} from '@tabler/icons-react'
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
import { AboutSection, AppearanceSection } from './plain-sections.tsx'

const sections = ['connections', 'apps', 'libraries', 'network', 'appearance', 'about'] as const
type SectionName = (typeof sections)[number]
const icons = {
  connections: IconPlugConnected,
  apps: IconApps,
  libraries: IconFolders,
  network: IconNetwork,
  appearance: IconSunMoon,
  about: IconStethoscope,
} as const

const goToSection = (section: SectionName) => goTo({ page: 'settings', section })

export function SettingsPage({ section, item }: { readonly section?: string; readonly item?: string }) {
  const name = sections.find((each) => each === section) ?? 'connections'
  return (
    <Page
      label={text.title}
      bar={
        <>
          <h1>{text.title}</h1>
          <SectionMenu name={name} />
        </>
      }
    >
      <div className="body folds">
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
    case 'about':
      return <AboutSection />
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
