import { IconFileZip, IconFolder, IconX } from '@tabler/icons-react'
import { choosePath } from '../../state/publish-queue.ts'
import { nameOf, publishText as text } from '../../text/publish.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { dropDraft } from './publish-drafts.ts'

/** What was dropped or chosen together, in its order: one is looked at, the others wait. */
export const PublishQueue = ({ paths, current }: { readonly paths: readonly string[]; readonly current: string }) => (
  <nav className="publish-queue" aria-label={text.queueLabel}>
    <ul>
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
            <IconButton icon={IconX} label={text.leaveOne(nameOf(path))} onClick={() => dropDraft(path)} />
          )}
        </li>
      ))}
    </ul>
  </nav>
)
