import { Combobox, useCombobox } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { settingsText } from '../../text/settings.ts'
import { Icon } from '../../ui/icon.tsx'
import { findSettings, goToSetting } from './settings-index.ts'

const text = settingsText.search

/** Finds a setting by what it is called, or is called elsewhere, and goes to it. */
export function SettingsSearch() {
  const [query, setQuery] = useState('')
  const found = findSettings(query)
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() })
  const choose = (id: string) => {
    const setting = found.find((each) => each.id === id)
    setQuery('')
    combobox.closeDropdown()
    if (setting !== undefined) goToSetting(setting)
  }
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={choose}
      position="bottom-end"
      width={320}
      shadow="md"
      radius="md"
      floatingStrategy="fixed"
      portalProps={{ target: '#menu-layer' }}
    >
      <Combobox.DropdownTarget>
        <search className="search search-settings">
          <Icon of={IconSearch} />
          <Combobox.EventsTarget withExpandedAttribute>
            <input
              type="search"
              role="combobox"
              aria-autocomplete="list"
              aria-expanded={combobox.dropdownOpened}
              aria-label={text.label}
              placeholder={text.label}
              value={query}
              onChange={(event) => {
                setQuery(event.currentTarget.value)
                combobox.openDropdown()
                combobox.selectFirstOption()
              }}
              onBlur={() => combobox.closeDropdown()}
              onKeyDown={(event) => {
                if (event.key !== 'Escape' || query === '') return
                event.preventDefault()
                setQuery('')
                combobox.closeDropdown()
              }}
              spellCheck={false}
              autoComplete="off"
            />
          </Combobox.EventsTarget>
        </search>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown hidden={query.trim() === ''}>
        <Combobox.Options aria-label={text.found}>
          {found.map(({ id, title, sectionTitle }) => (
            <Combobox.Option key={id} value={id} className="found-setting">
              <span>{title}</span>
              <span className="small t3">{sectionTitle}</span>
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>{text.nothing}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
