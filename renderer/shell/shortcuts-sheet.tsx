import './shortcuts.css'
import { useHost } from '../state/host.ts'
import { goTo } from '../state/navigation.ts'
import { useSettings } from '../state/settings.ts'
import { shortcutsText as text } from '../text/shortcuts.ts'
import { Button } from '../ui/button.tsx'
import { SectionTitle } from '../ui/inspector.tsx'
import { Keys } from '../ui/keys.tsx'
import { commandsOf, type RowCommand, rowCommands, rowKeysOf } from '../ui/row-keys.ts'
import { Sheet } from '../ui/sheet.tsx'
import { keysOf, windowCommands } from './key-map.ts'
import { closeShortcuts, useShortcuts } from './shortcuts-store.ts'

const { browse, installed, transfers } = commandsOf
const inBoth = rowCommands.filter((command) => browse.has(command) && installed.has(command))
const inBrowse = rowCommands.filter((command) => browse.has(command) && !installed.has(command))
const inInstalled = rowCommands.filter((command) => installed.has(command) && !browse.has(command))

interface Line {
  readonly does: string
  readonly keys: readonly (readonly string[])[]
}

/** Every key that does something, as they are here: without those that the browser keeps, or that are turned off. */
export function ShortcutsSheet() {
  const opened = useShortcuts((state) => state.opened)
  return opened ? <Shortcuts /> : null
}

function Shortcuts() {
  const browser = useHost(({ facts }) => facts.kind === 'browser')
  const singleKeys = useSettings(({ settings }) => settings.singleKeys)
  const everywhere = windowCommands.map((command) => ({
    does: text.window[command],
    keys: keysOf(command, { browser, singleKeys }),
  }))
  const linesOf = (commands: readonly RowCommand[]): readonly Line[] =>
    commands.map((command) => {
      const keys = rowKeysOf(command, singleKeys)
      return { does: text.rows[command], keys: keys === undefined ? [] : [keys] }
    })
  const moves: readonly Line[] = [
    { does: text.move, keys: [['↑', '↓']] },
    { does: text.jump, keys: [['Home'], ['End'], ['PgUp'], ['PgDn']] },
    { does: text.openRow, keys: [['↵']] },
    { does: text.several, keys: [['Shift', '↑', '↓']] },
    { does: text.all, keys: [['Mod', 'A']] },
    { does: text.goOn, keys: [['Mod', '↑', '↓']] },
    { does: text.toggle, keys: [['Ctrl', 'Space']] },
  ]
  return (
    <Sheet
      opened
      width={720}
      title={text.title}
      subtitle={singleKeys ? text.subtitle : text.subtitleOff}
      onClose={closeShortcuts}
      footer={
        <>
          <Button
            variant="link"
            className="small"
            onClick={() => {
              closeShortcuts()
              goTo({ page: 'settings', section: 'appearance' })
            }}
          >
            {text.change}
          </Button>
          <span className="push" />
          <Button onClick={closeShortcuts} data-autofocus>
            {text.close}
          </Button>
        </>
      }
    >
      <section className="shortcuts">
        <div>
          <Lines title={text.everywhere} lines={[...everywhere, { does: text.escape, keys: [['Esc']] }]} />
          <Lines title={text.transfers} lines={linesOf(rowCommands.filter((command) => transfers.has(command)))} />
        </div>
        <div>
          <Lines title={text.lists} lines={[...moves, ...linesOf(inBoth)]} />
          <Lines title={text.browse} lines={linesOf(inBrowse)} />
          <Lines title={text.installed} lines={linesOf(inInstalled)} />
        </div>
      </section>
    </Sheet>
  )
}

const Lines = ({ title, lines }: { readonly title: string; readonly lines: readonly Line[] }) =>
  lines.some(({ keys }) => keys.length > 0) && (
    <div>
      <SectionTitle>{title}</SectionTitle>
      <dl className="shortcut-list">
        {lines
          .filter(({ keys }) => keys.length > 0)
          .map(({ does, keys }) => (
            <div key={does}>
              <dt>{does}</dt>
              <dd>
                {keys.map((each) => (
                  <Keys key={each.join()} keys={each} />
                ))}
              </dd>
            </div>
          ))}
      </dl>
    </div>
  )
