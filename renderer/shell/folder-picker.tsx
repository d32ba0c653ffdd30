import { TextInput } from '@mantine/core'
import { IconArrowUp } from '@tabler/icons-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { type AppError, toAppError } from '../../shared/errors.ts'
import { client } from '../ipc/link.ts'
import { useHost } from '../state/host.ts'
import { shortErrorOf } from '../text/error-view.ts'
import { shellText } from '../text/shell.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { type FolderEntry, FolderList } from './folder-list.tsx'
import { type PickKind, type PickRequest, usePicker } from './pick-path.ts'

interface Listing {
  readonly path: string
  readonly parent: string | null
  readonly entries: readonly FolderEntry[]
  readonly more: number
}

const text = shellText.pick
const lastFolderKey = 'orbital.last-folder'

type EntryKind = FolderEntry['kind']
/** What is chosen; folders are shown for all, as the way there. */
const chosenKinds: { readonly [K in PickKind]: readonly EntryKind[] } = {
  folder: ['folder'],
  sputnik: ['sputnik'],
  either: ['folder', 'sputnik'],
  certificate: ['file'],
}
const isWanted = (kind: EntryKind, wanted: PickKind): boolean => chosenKinds[wanted].includes(kind)
const isFile = /\.(?:sputnik|pem|crt|cer)$/i

/** Browses the folders of the machine that Orbital runs on, where the system has no dialog for it; a path can be typed or pasted too. */
export function FolderPicker() {
  const request = usePicker((state) => state.request)
  return request === undefined ? null : <Picker key={request.title} request={request} />
}

interface ShowOptions {
  /** Shown where the other can't be. */
  readonly orElse?: string
  /** The folder one came from: chosen, if it is in this one. */
  readonly from?: string
  readonly isFirst?: boolean
}

/** Kinds come one after the other: what is left out may be none that is shown here. */
const isCut = ({ entries }: Listing, wanted: PickKind): boolean => {
  const last = entries.at(-1)?.kind ?? 'folder'
  return last === 'folder' || isWanted(last, wanted)
}

function Picker({ request }: { readonly request: PickRequest }) {
  const { homeFolder: home, platform } = useHost(({ facts }) => facts)
  const [fileName, setFileName] = useState(request.fileName ?? '')
  const [listing, setListing] = useState<Listing>()
  // The one that was chosen last may be gone; home is shown then.
  const [first] = useState(() => localStorage.getItem(lastFolderKey) ?? home)
  // In the field from the start: one that came later would undo a selection of what was there.
  const [typed, setTyped] = useState(first)
  const [chosen, setChosen] = useState<string>()
  const [error, setError] = useState<AppError>()
  // What is typed while a folder is still being read is not taken away.
  const isTyping = useRef(false)
  // A folder that is read slowly must not come in place of one that was asked for after it.
  const asked = useRef(0)

  const show = useCallback(
    async (path: string, { orElse, from, isFirst = false }: ShowOptions = {}) => {
      // Nobody asked for the first one: what was typed before it came stays.
      if (!isFirst) isTyping.current = false
      asked.current += 1
      const own = asked.current
      try {
        const next = await client.host.listFolder({ path })
        if (own !== asked.current) return
        setListing(next)
        if (!isTyping.current) setTyped(next.path)
        setError(undefined)
        const isNamed = ({ name, kind }: FolderEntry) => name === request.name && isWanted(kind, request.kind)
        setChosen(next.entries.find((entry) => (from === undefined ? isNamed(entry) : entry.path === from))?.path)
      } catch (caught) {
        if (own !== asked.current) return
        if (orElse === undefined) setError(toAppError(caught))
        else await show(orElse, { isFirst })
      }
    },
    [request],
  )
  useEffect(() => {
    void show(first, { orElse: home, isFirst: true })
  }, [show, first, home])

  const entries = listing?.entries.filter(({ kind }) => kind === 'folder' || isWanted(kind, request.kind)) ?? []
  const chosenKind = entries.find(({ path }) => path === chosen)?.kind ?? 'folder'
  const place = isWanted(chosenKind, request.kind) ? (chosen ?? listing?.path) : undefined
  const answerPath = place === undefined ? undefined : pathOf(place)
  function pathOf(folder: string): string | undefined {
    if (request.fileName === undefined) return folder
    const separator = platform === 'win' ? '\\' : '/'
    const name = fileName.trim()
    return name === '' ? undefined : `${folder}${folder.endsWith(separator) ? '' : separator}${name}`
  }
  const submit = () => {
    // Enter in the path field goes there first.
    if (listing === undefined || typed !== listing.path) {
      if (isFile.test(typed)) request.answer(typed)
      else void show(typed)
      return
    }
    if (answerPath === undefined) return
    localStorage.setItem(lastFolderKey, listing.path)
    request.answer(answerPath)
  }
  return (
    <Sheet
      opened
      hasFields
      width={560}
      title={request.title}
      subtitle={text.subtitles[request.kind]}
      onClose={() => request.answer(null)}
      onSubmit={submit}
      footer={
        <>
          <span className="cut small t3">{answerPath ?? ''}</span>
          <span className="push" />
          <Button onClick={() => request.answer(null)}>{text.cancel}</Button>
          <Button
            variant="primary"
            type="submit"
            disabled={answerPath === undefined && typed === listing?.path}
            hint="↵"
          >
            {listing !== undefined && typed !== listing.path
              ? text.goThere
              : request.fileName === undefined
                ? text.choose
                : text.save}
          </Button>
        </>
      }
    >
      <section>
        <div className="row picker-path">
          <IconButton
            icon={IconArrowUp}
            label={text.above}
            disabled={listing === undefined || listing.parent === null}
            onClick={() => listing?.parent != null && void show(listing.parent)}
          />
          <TextInput
            aria-label={text.path}
            value={typed}
            onChange={(event) => {
              isTyping.current = true
              setTyped(event.currentTarget.value)
            }}
            className="grow mono"
            spellCheck={false}
            data-autofocus
          />
        </div>
        {error !== undefined && <Message kind="danger">{shortErrorOf(error)}</Message>}
        <FolderList
          label={text.list[request.kind]}
          entries={entries}
          chosen={chosen}
          onChoose={setChosen}
          onOpen={({ kind, path }) => (kind === 'folder' ? void show(path) : request.answer(path))}
          onAbove={() => listing?.parent != null && void show(listing.parent, { from: listing.path })}
          empty={listing !== undefined && entries.length === 0 ? text.none[request.kind] : undefined}
        />
        {listing !== undefined && listing.more > 0 && isCut(listing, request.kind) && (
          <p className="small t2">{text.more(listing.more)}</p>
        )}
        {request.fileName !== undefined && (
          <TextInput
            label={text.fileName}
            value={fileName}
            onChange={(event) => setFileName(event.currentTarget.value)}
            spellCheck={false}
          />
        )}
      </section>
    </Sheet>
  )
}
