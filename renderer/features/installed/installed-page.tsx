import './installed.css'
import { fetchLibraries, showLibrary, useInstalled, useShownLibrary } from '../../state/installed.ts'
import { useRequestsEnd } from '../../state/page-request.ts'
import { installedText as text } from '../../text/installed.ts'
import { BoneRows } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { showToast } from '../../ui/toast.tsx'
import { LibraryPage } from './library-page.tsx'

/** One library at a time: the default one, until another is chosen. */
export function InstalledPage() {
  const libraries = useInstalled((state) => state.libraries)
  const load = useInstalled((state) => state.load)
  const library = useShownLibrary()
  useRequestsEnd((request) => showToast({ text: text.refused(request, text.leftBefore) }))
  if (library === undefined) {
    return (
      <Page label={text.title} bar={<h1>{text.title}</h1>}>
        <div className="body">
          {load.kind === 'failed' ? (
            <div className="error-page">
              <ErrorPanel
                error={load.error}
                actions={<Button onClick={() => void fetchLibraries()}>{text.tryAgain}</Button>}
              />
            </div>
          ) : (
            <section className="main">
              <BoneRows columns="cols-installed" cells={['c-version', 'end', 'c-used', 'c-verified']} />
            </section>
          )}
        </div>
      </Page>
    )
  }
  return <LibraryPage key={library.id} library={library} libraries={libraries} onChoose={showLibrary} />
}
