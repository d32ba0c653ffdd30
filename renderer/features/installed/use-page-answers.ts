import type { Library } from '../../../shared/model/settings.ts'
import { useCurrentConnection } from '../../state/connections.ts'
import { useInstalled } from '../../state/installed.ts'
import { useCatalog } from '../../state/packages.ts'
import { type PageRequest, usePageRequest } from '../../state/page-request.ts'
import { shortErrorOf } from '../../text/error-view.ts'
import { installedText as text } from '../../text/installed.ts'
import { showToast } from '../../ui/toast.tsx'

interface Answers {
  /** Whether there is a newer version of anything. */
  readonly hasUpdates: boolean
  verifyEverything(): void
  showUpdates(): void
  showFreeUp(): void
  showDetails(name: string): void
}

/** Does what was asked of the page from elsewhere once enough is known of the library and of the store, or says why it can't. */
export function usePageAnswers(library: Library, { hasUpdates, ...answers }: Answers): void {
  const isListed = useInstalled(({ versionsByLibrary }) => versionsByLibrary[library.id] !== undefined)
  const failure = useInstalled(({ failureByLibrary }) => failureByLibrary[library.id])
  const connection = useCurrentConnection()
  const { load, refreshing } = useCatalog(connection?.id)
  const problem = !library.available
    ? text.unavailable(library.path)
    : failure?.kind === 'failed' && !isListed
      ? shortErrorOf(failure.error)
      : undefined
  const knowsUpdates = hasUpdates || (load.kind !== 'loading' && !refreshing)
  const refuse = (request: PageRequest, why: string) => showToast({ text: text.refused(request, why) })
  usePageRequest(
    (request) => problem !== undefined || (isListed && (request !== 'update-all' || knowsUpdates)),
    (request) => {
      if (problem !== undefined) refuse(request, problem)
      else if (typeof request === 'object') answers.showDetails(request.name)
      else if (request === 'verify-all') answers.verifyEverything()
      else if (request === 'free-up') answers.showFreeUp()
      else if (hasUpdates) answers.showUpdates()
      else if (load.kind === 'failed') refuse(request, shortErrorOf(load.error))
      else showToast({ text: text.nothingToUpdate(connection?.name ?? '') })
    },
  )
}
