import { useMediaQuery } from '@mantine/hooks'
import { IconChecks } from '@tabler/icons-react'
import { useMemo, useRef, useState } from 'react'
import type { InstalledVersion, TrashEntry } from '../../../shared/model/installed.ts'
import { specOf } from '../../../shared/model/package-ref.ts'
import type { Library } from '../../../shared/model/settings.ts'
import { hasSelectedText } from '../../shell/reveal-path.ts'
import { fetchLibraries, fetchLibrary, useInstalled } from '../../state/installed.ts'
import { useSettings } from '../../state/settings.ts'
import { installedText as text } from '../../text/installed.ts'
import { BoneRows } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Foot } from '../../ui/foot.tsx'
import { Inspector } from '../../ui/inspector.tsx'
import type { ListHandle } from '../../ui/list.tsx'
import { Message } from '../../ui/message.tsx'
import { Page } from '../../ui/page.tsx'
import { type RowCommand, rowCommandOf } from '../../ui/row-keys.ts'
import { useSelection } from '../../ui/selection.ts'
import { SelectionBar, SelectionPanel } from '../../ui/selection-panel.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useEscape } from '../../ui/use-escape.ts'
import { useNextOfGone } from '../../ui/use-next-of-gone.ts'
import { useSteady } from '../../ui/use-steady.ts'
import { choosePackages } from './chosen-packages.ts'
import { CleanUpFoot, Proposals, sayOf, useCleanUp } from './free-up-space.tsx'
import { askUpdate, copyPathOf, keepAll, openFolder, removeVersions, type Update } from './installed-actions.ts'
import { cells, InstalledList } from './installed-list.tsx'
import { groupInstalled, type InstalledPackage, type PackageOrder, versionsOf } from './installed-packages.ts'
import type { RowActs } from './installed-row.tsx'
import { LibrarySwitcher } from './library-switcher.tsx'
import { MovingStrip } from './moving-strip.tsx'
import { NothingInstalled } from './nothing-installed.tsx'
import { useUnderWay } from './one-by-one.ts'
import { PackageDetails } from './package-details.tsx'
import { RemoveSheet } from './remove-sheet.tsx'
import { TrashList } from './trash-list.tsx'
import { UnreadableStrip } from './unreadable-strip.tsx'
import { UpdateSheet } from './update-sheet.tsx'
import { hasBytes, UsageHead, UsageMap } from './usage-map.tsx'
import { useCare } from './use-care.ts'
import { useDiffering } from './use-differing.ts'
import { useLookAgain } from './use-look-again.ts'
import { usePageAnswers } from './use-page-answers.ts'
import { useUpdates } from './use-updates.ts'

const noVersions: readonly InstalledVersion[] = []
const nameOfPackage = ({ name }: InstalledPackage): string => name
const noTrash: readonly TrashEntry[] = []

interface LibraryPageProps {
  readonly library: Library
  readonly libraries: readonly Library[]
  readonly onChoose: (id: string) => void
}

/** A library: what is installed in it, what that takes, and what can be done about it. */
export function LibraryPage({ library, libraries, onChoose }: LibraryPageProps) {
  const { id: libraryId } = library
  const listed = useInstalled(({ versionsByLibrary }) => versionsByLibrary[libraryId])
  const installed = listed ?? noVersions
  const trash = useInstalled(({ trashByLibrary }) => trashByLibrary[libraryId]) ?? noTrash
  const usage = useInstalled(({ usageByLibrary }) => usageByLibrary[libraryId])
  const failure = useInstalled(({ failureByLibrary }) => failureByLibrary[libraryId])
  const singleKeys = useSettings(({ settings }) => settings.singleKeys)
  const narrow = useMediaQuery('(max-width: 1080px)', undefined, { getInitialValueInEffect: false }) ?? false

  const [order, setOrder] = useState<PackageOrder>('bytes')
  const [selected, setSelected] = useState<string>()
  const [opened, setOpened] = useState<string>()
  const [asking, setAsking] = useState<readonly InstalledPackage[]>()
  const [freeing, setFreeing] = useState(false)
  const [updating, setUpdating] = useState<readonly Update[]>()
  const select = (name: string) => {
    setSelected(name)
    if (opened !== undefined && !narrow) setOpened(name)
  }
  useLookAgain(libraryId)
  const list = useRef<ListHandle>(null)
  const action = useAction()
  const cleaningAction = useAction()
  const run = (work: () => Promise<unknown>) => void action.run(work)
  const care = useCare(libraryId, installed, run, opened)
  const { busy, verifyingAll, verifySome, verifyEverything } = care
  const underWay = useUnderWay((state) => state[libraryId])
  const differing = useDiffering(installed)

  const packages = useMemo(() => groupInstalled(installed, usage, order), [installed, usage, order])
  const updates = useUpdates(libraryId, installed)
  const cleaning = useCleanUp(usage, installed, trash)
  const freed = useMemo(() => new Map(usage?.packages.map(({ ref, freedBytes }) => [specOf(ref), freedBytes])), [usage])
  const sizes = useMemo(() => new Map(installed.map(({ ref, diskBytes }) => [specOf(ref), diskBytes])), [installed])
  const bytesOf = (spec: string): number => freed.get(spec) ?? sizes.get(spec) ?? 0
  const changedOf = useMemo(() => {
    const found = new Map(usage?.packages.map(({ ref, changedFiles = [] }) => [specOf(ref), changedFiles]))
    return (spec: string): readonly string[] => found.get(spec) ?? []
  }, [usage])
  const namesInOrder = useMemo(() => packages.map(nameOfPackage), [packages])
  useNextOfGone(namesInOrder, selected, setSelected)
  const selection = useSelection(namesInOrder, selected, select)
  const { keys } = selection
  const several = useMemo(() => packages.filter(({ name }, at) => keys.hasAt(at, name)), [packages, keys])
  const chosen =
    several.length > 1
      ? choosePackages(several, { updates, care, run, askUpdates: setUpdating, askRemove: setAsking })
      : undefined
  const details = packages.find(({ name }) => name === opened)

  const isKept = (each: InstalledPackage): boolean => versionsOf(each).some(({ kept }) => kept)
  const asksWhich = (each: InstalledPackage): boolean => each.older.length > 0 || isKept(each)
  const removeOf = (each: InstalledPackage) => {
    if (asksWhich(each)) setAsking([each])
    else run(() => removeVersions([each.newest], () => each.bytes))
  }
  const keepOf = (each: InstalledPackage, kept: boolean) => run(() => keepAll(versionsOf(each), kept))

  const act = (command: RowCommand | undefined, each: InstalledPackage | undefined): boolean => {
    if (each === undefined) return false
    if (chosen !== undefined) return chosen.act(command)
    const { newest } = each
    const update = updates.get(each.name)
    switch (command) {
      case 'copy-path':
        if (hasSelectedText()) return false
        run(() => copyPathOf(newest))
        return true
      case 'remove':
        removeOf(each)
        return true
      case 'inspect':
        setOpened((before) => (before === each.name ? undefined : each.name))
        return true
      case 'open-folder':
        run(() => openFolder(newest))
        return true
      case 'verify':
        verifySome(versionsOf(each))
        return true
      case 'keep':
        keepOf(each, !isKept(each))
        return true
      case 'update':
        if (update !== undefined) askUpdate(update)
        return update !== undefined
      default:
        return false
    }
  }
  useEscape(() => {
    if (opened === undefined) return false
    closeDetails()
    return true
  })

  usePageAnswers(library, {
    hasUpdates: updates.size > 0,
    verifyEverything,
    showUpdates: () => setUpdating([...updates.values()]),
    showFreeUp() {
      setOpened(undefined)
      setFreeing(narrow)
    },
    showDetails: (name) => open(name),
  })

  const open = (name: string) => {
    setSelected(name)
    setOpened(name)
  }
  const acts = useSteady<RowActs>({
    verify: (each) => verifySome(versionsOf(each)),
    repair: ({ newest }) => care.repairOne(newest),
    save: ({ newest }) => care.saveOne(newest),
    keep: keepOf,
    remove: removeOf,
    open: ({ name }) => open(name),
    run,
  })
  const versionCount = installed.length
  const freeUp = cleaning && usage && (
    <CleanUpFoot
      libraryId={libraryId}
      usage={usage}
      cleaning={cleaning}
      busy={cleaningAction.busy}
      run={(work) => void cleaningAction.run(work)}
      onDone={() => setFreeing(false)}
    />
  )
  const closeDetails = () => {
    setOpened(undefined)
    list.current?.focus()
  }
  const detailsPane = details && (
    <PackageDetails
      each={details}
      bytesOf={bytesOf}
      changedOf={changedOf}
      care={care}
      onClose={narrow ? undefined : closeDetails}
      onRemove={removeOf}
      run={run}
    />
  )

  const inSheet = narrow && (freeing || details !== undefined)
  /** Over the sheet while it is open: it hides the page. */
  const failures = (
    <>
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      <FailureStrip failure={cleaningAction.failure} onDismiss={cleaningAction.dismiss} />
    </>
  )

  return (
    <Page
      label={text.title}
      bar={
        <>
          <h1>{text.title}</h1>
          <LibrarySwitcher library={library} libraries={libraries} onChoose={onChoose} />
          <span className="push" />
          {underWay !== undefined && <UnderWay said={underWay.said} onStop={underWay.stop} />}
          {verifyingAll !== undefined ? (
            <UnderWay said={text.verifyingAll(verifyingAll.left)} onStop={() => verifyingAll.abort.abort()} />
          ) : (
            versionCount > 0 && (
              <Button small variant="quiet" icon={IconChecks} className="narrow-hide" onClick={verifyEverything}>
                {text.verifyAll}
              </Button>
            )
          )}
          {narrow && (
            <Button small onClick={() => setFreeing(true)}>
              {text.freeUp.button}
            </Button>
          )}
          {updates.size > 0 && (
            <Button small variant="soft" onClick={() => setUpdating([...updates.values()])}>
              {text.updateAll(updates.size)}
            </Button>
          )}
        </>
      }
    >
      {!inSheet && failures}
      <MovingStrip library={library} />
      <UnreadableStrip libraryId={libraryId} />
      <div className="body">
        <section className="main">
          {!library.available ? (
            <div className="strip">
              <Message
                kind="warn"
                title={text.unavailable(library.path)}
                action={
                  <Button small onClick={() => void fetchLibraries()}>
                    {text.tryAgain}
                  </Button>
                }
              >
                {text.unavailableWhy}
              </Message>
            </div>
          ) : failure?.kind === 'failed' && listed === undefined ? (
            <div className="error-page">
              <ErrorPanel
                error={failure.error}
                actions={<Button onClick={() => void fetchLibrary(libraryId)}>{text.tryAgain}</Button>}
              />
            </div>
          ) : listed === undefined ? (
            <BoneRows columns="cols-installed" cells={cells} />
          ) : (
            <>
              <UsageHead usage={usage} />
              {usage !== undefined && hasBytes(usage) && (
                <div className="usage-map">
                  <UsageMap usage={usage} selected={selected} selection={selection} onOpen={open} />
                </div>
              )}
              {packages.length === 0 ? (
                <NothingInstalled />
              ) : (
                <InstalledList
                  handle={list}
                  packages={packages}
                  order={order}
                  onSort={setOrder}
                  selected={selected}
                  onSelect={select}
                  selection={selection}
                  onKey={(event, each) => act(rowCommandOf(event, singleKeys), each)}
                  updates={updates}
                  busy={busy}
                  changedOf={changedOf}
                  differing={differing}
                  acts={acts}
                />
              )}
            </>
          )}
          {narrow && chosen !== undefined && <SelectionBar title={chosen.title} actions={chosen.actions} />}
          <Foot
            hints={
              packages.length === 0
                ? []
                : [
                    ...(singleKeys
                      ? [
                          ...(chosen === undefined ? [{ keys: ['O'], does: text.hints.open }] : []),
                          { keys: ['V'], does: text.hints.verify },
                          { keys: ['K'], does: text.hints.keep },
                        ]
                      : []),
                    { keys: ['Del'], does: text.hints.remove },
                  ]
            }
          >
            {chosen !== undefined ? chosen.title : listed !== undefined && text.count(packages.length, versionCount)}
          </Foot>
        </section>
        {!narrow && library.available && (
          <Inspector label={chosen?.title ?? details?.title ?? text.freeUp.title}>
            {chosen !== undefined ? (
              <SelectionPanel {...chosen} more={text.chosenMore} />
            ) : (
              (detailsPane ?? (
                <>
                  <div>
                    <h2 className="aside-title">{text.freeUp.title}</h2>
                    <p className="t2">{sayOf(cleaning)}</p>
                  </div>
                  {cleaning && <Proposals cleaning={cleaning} />}
                  <TrashList entries={trash} run={run} />
                  {freeUp}
                </>
              ))
            )}
          </Inspector>
        )}
      </div>
      {narrow && (
        <Sheet
          opened={inSheet}
          onClose={() => {
            setFreeing(false)
            setOpened(undefined)
          }}
          title={details === undefined ? text.freeUp.title : details.title}
          subtitle={details === undefined ? sayOf(cleaning) : details.newest.description}
          footer={details === undefined ? freeUp : null}
        >
          {inSheet && failures}
          <section className="sheet-stack">
            {detailsPane ?? (
              <>
                {cleaning && <Proposals cleaning={cleaning} />}
                <TrashList entries={trash} run={run} />
              </>
            )}
          </section>
        </Sheet>
      )}
      {updating !== undefined && <UpdateSheet updates={updating} onClose={() => setUpdating(undefined)} run={run} />}
      {asking !== undefined && (
        <RemoveSheet packages={asking} bytesOf={bytesOf} onClose={() => setAsking(undefined)} run={run} />
      )}
    </Page>
  )
}

/** What goes on with many versions, and how to stop it. */
const UnderWay = ({ said, onStop }: { readonly said: string; readonly onStop: () => void }) => (
  <>
    <span className="t2 num" role="status">
      {said}
    </span>
    <Button small variant="quiet" onClick={onStop}>
      {text.stop}
    </Button>
  </>
)
