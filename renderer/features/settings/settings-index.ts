import { foldText } from '../../../shared/model/search.ts'
import { goTo } from '../../state/navigation.ts'
import { settingsText } from '../../text/settings.ts'

export const sections = ['connections', 'apps', 'libraries', 'network', 'appearance', 'updates', 'diagnostics'] as const
export type SectionName = (typeof sections)[number]

/** One thing that can be set or done in Settings. */
export interface SettingEntry {
  /** Marks its control: `data-setting`. */
  readonly id: string
  readonly section: SectionName
  readonly title: string
  readonly sectionTitle: string
}

const { connections, apps, libraries, network, appearance, updates, diagnostics, words } = settingsText

type Id = keyof typeof words
const titles: { readonly [K in Id]: readonly [SectionName, string] } = {
  new: ['connections', connections.addLong],
  apps: ['apps', apps.title],
  libraries: ['libraries', libraries.title],
  download: ['network', network.download],
  upload: ['network', network.upload],
  connections: ['network', network.connections],
  'at-once': ['network', network.atOnce],
  certificate: ['network', network.certificate],
  proxy: ['network', network.proxy],
  theme: ['appearance', appearance.theme],
  keys: ['appearance', appearance.keys],
  publisher: ['appearance', appearance.publisher],
  version: ['updates', updates.version],
  logs: ['diagnostics', diagnostics.openLogs],
  diagnostics: ['diagnostics', diagnostics.saveDiagnostics],
  home: ['diagnostics', diagnostics.home],
}
const entries: readonly SettingEntry[] = Object.entries(titles).map(([id, [section, title]]) => ({
  id,
  section,
  title,
  sectionTitle: settingsText.sections[section],
}))

/** Settings whose name, section or other words begin like each word that was typed; those whose name begins so first. */
export function findSettings(text: string): readonly SettingEntry[] {
  const wanted = foldText(text).trim()
  if (wanted === '') return []
  const each = wanted.split(/\s+/)
  return entries
    .map((entry) => {
      const title = foldText(entry.title)
      const all = ` ${foldText(`${entry.title} ${entry.sectionTitle} ${words[entry.id as Id]}`)}`
      const fits = each.every((word) => all.includes(` ${word}`))
      return { entry, score: !fits ? 0 : title.startsWith(wanted) ? 3 : title.includes(wanted) ? 2 : 1 }
    })
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ entry }) => entry)
}

export const goToSetting = ({ section, id }: SettingEntry): void => goTo({ page: 'settings', section, item: id })

/** Brings the control of a setting into view and gives it the focus. Answers whether it is there. */
export function showSetting(id: string): boolean {
  const marked = document.querySelector<HTMLElement>(`[data-setting="${CSS.escape(id)}"]`)
  if (marked === null) return false
  const focusable = 'input, button, textarea, [tabindex]'
  const control = marked.matches(focusable) ? marked : marked.querySelector<HTMLElement>(focusable)
  marked.scrollIntoView({ block: 'center' })
  // A group of radios has the focus on the one that is chosen.
  const chosen = marked.querySelector<HTMLElement>('input[type="radio"]:checked')
  ;(chosen ?? control)?.focus()
  return true
}
