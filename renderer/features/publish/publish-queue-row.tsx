import { IconFileZip, IconFolder, IconX } from '@tabler/icons-react'
import { useRef } from 'react'
import { choosePath } from '../../state/publish-queue.ts'
import { nameOf, publishText as text } from '../../text/publish.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { leaveDraft } from './publish-drafts.ts'

/** What was dropped or chosen together, in its order: one is looked at, the others wait. */
export function PublishQueue({ paths, current }: { readonly paths: readonly string[]; readonly current: string }) {
  const list = useRef<HTMLUListElement>(null)
  const leave = (path: string) => {
    // Its button goes with it: the focus goes to the next one, else to the one before; with two the queue goes as well.
    const names = list.current?.querySelectorAll<HTMLElement>('.queue-name')
    const at = paths.indexOf(path)
    const next = names?.[at + 1] ?? names?.[at - 1]
    const target = paths.length > 2 ? next : document.querySelector<HTMLElement>('main [data-pane-focus]')
    target?.focus()
    leaveDraft(path)
  }
  return (
    <nav className="publish-queue" aria-label={text.queueLabel}>
      <ul ref={list}>
        {paths.map((path) => (
          <li key={path}>
            <button
              type="button"
              className="queue-name"
              title={path}
              aria-current={path === current ? 'true' : undefined}
              onClick={() => choosePath(path)}
            >
              <Icon of={/\.sputnik$/i.test(path) ? IconFileZip : IconFolder} size={14} />
              <span className="cut">{nameOf(path)}</span>
            </button>
            {path !== current && (
              <IconButton icon={IconX} label={text.leaveOne(nameOf(path))} onClick={() => leave(path)} />
            )}
          </li>
        ))}
      </ul>
    </nav>
  )
}
