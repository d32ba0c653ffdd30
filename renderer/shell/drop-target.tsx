import { IconCloud, IconDeviceDesktop, IconFileZip, IconFolder } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { transport } from '../ipc/link.ts'
import { useCurrentConnection } from '../state/connections.ts'
import { publishPaths } from '../state/publish-queue.ts'
import { shellText } from '../text/shell.ts'
import { connectionIcon } from '../ui/connection-icon.ts'
import { Icon } from '../ui/icon.tsx'
import { isSheetOpen } from './keys.ts'
import { pickPath } from './pick-path.ts'

const text = shellText.drop

interface Dragged {
  readonly count: number
  /** Known only where the system tells it before the drop. */
  readonly packageFile: boolean
}

/** The whole window takes folders and package files while they are dragged over it. */
export function DropTarget() {
  const [dragged, setDragged] = useState<Dragged>()
  const connection = useCurrentConnection()

  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      if (!isSheetOpen()) setDragged(describe(event))
    }
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      // What is typed in a sheet would be lost by going to Publish.
      if (event.dataTransfer) event.dataTransfer.dropEffect = isSheetOpen() ? 'none' : 'copy'
    }
    const leave = (event: DragEvent) => {
      // From element to element it names the next one: without one it has left the window. (Counting enters and leaves would miss
      // elements that go away under the pointer.)
      if (event.relatedTarget === null) setDragged(undefined)
    }
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setDragged(undefined)
      if (isSheetOpen()) return
      void take([...(event.dataTransfer?.files ?? [])])
    }
    const cancel = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      setDragged(undefined)
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    window.addEventListener('keydown', cancel)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
      window.removeEventListener('keydown', cancel)
    }
  }, [])

  if (dragged === undefined) return null
  const { count, packageFile } = dragged
  const store = connection === undefined ? IconCloud : connectionIcon(connection)
  return (
    <div className="drop" role="presentation">
      <div className="drop-frame" />
      <div className="drop-card">
        <div className="drop-orbit" aria-hidden="true">
          <svg viewBox="0 0 200 200" aria-hidden="true">
            <circle className="o3" cx="100" cy="100" r="99" />
            <path className="o1" d="M110.6 32.8A68 68 0 1 0 167.2 89.4" />
          </svg>
          <span className="core">
            <Icon of={packageFile ? IconDeviceDesktop : store} size={32} />
          </span>
          <span className="sat">
            <Icon of={packageFile ? IconFileZip : IconFolder} size={20} />
          </span>
        </div>
        <h2>{packageFile ? text.install : text.publish(count)}</h2>
        <p className="t2">{packageFile ? text.installText : text.publishText}</p>
        <div className="row small t3 drop-hints">
          {!packageFile && connection !== undefined && <span>{text.to(connection.name)}</span>}
          <span className="row">
            <kbd>Esc</kbd>
            {text.cancel}
          </span>
        </div>
      </div>
    </div>
  )
}

function describe(event: DragEvent): Dragged {
  const items = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === 'file')
  // A folder has no type; a package file is a gzip in the system's eyes, where it knows one.
  return {
    count: items.length,
    packageFile: items.length > 0 && items.every(({ type }) => /gzip|x-tar|zip/.test(type)),
  }
}

async function take(files: readonly File[]): Promise<void> {
  const paths = files.map((file) => transport.pathOfDrop(file)).filter((path) => path !== '')
  // What a file is dropped for isn't known: Publish asks.
  if (paths.length > 0) return publishPaths(paths)
  // A browser tells only the name: the picker opens at it.
  for (const { name } of files) {
    const isPackage = name.toLowerCase().endsWith('.sputnik')
    const path = await pickPath(isPackage ? 'sputnik' : 'folder', shellText.pick.where(name), name)
    if (path === null) return
    publishPaths([path])
  }
}
