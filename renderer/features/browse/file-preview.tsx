import { useState } from 'react'
import type { FilePreview as Preview } from '../../../shared/model/file-preview.ts'
import { visibleName } from '../../../shared/text/visible-name.ts'
import { client } from '../../ipc/link.ts'
import { openLink } from '../../shell/open-link.ts'
import { pickSavePath } from '../../shell/pick-save-path.ts'
import { browseText } from '../../text/browse.ts'
import { publishText } from '../../text/publish.ts'
import { formatExactBytes, formatSize } from '../../text/units.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Markdown } from '../../ui/markdown.tsx'
import { Message } from '../../ui/message.tsx'
import { showToast } from '../../ui/toast.tsx'
import { useAction } from '../../ui/use-action.ts'
import { savePublishedFile } from '../installed/care-calls.ts'
import { CsvView } from './csv-view.tsx'
import type { FileNode } from './file-nodes.ts'
import { ModelHeaderView } from './model-header-view.tsx'
import { faultOf, type PreviewFault } from './preview-faults.ts'
import { useFetched } from './use-version.ts'

const text = browseText.files

interface FilePreviewProps {
  readonly connectionId?: string
  readonly name: string
  readonly version: string
  readonly file: FileNode
}

/** Files above this are only looked at when a person asks. */
const askAboveBytes = 8_000_000
const shortBytes = 65_536
const weightsName = /\.(?:safetensors|gguf|pkl|pickle|joblib|pt|pth|ckpt)$/i
const pictureName = /\.(?:png|jpe?g|gif|webp)$/i
const textName =
  /\.(?:md|txt|json|csv|tsv|ya?ml|toml|py|cfg|ini|log|xml|html|js|ts|sh|vocab|merges)$|^(?:license|readme|vocab)/i

export const isShortText = ({ name, sizeBytes }: FileNode): boolean => textName.test(name) && sizeBytes <= shortBytes

/** Of weights and pickles only what is told at their start is read, however large they are. */
const looksAtOnce = ({ name, sizeBytes }: FileNode): boolean =>
  weightsName.test(name) ||
  (sizeBytes <= askAboveBytes && (textName.test(name) || pictureName.test(name) || sizeBytes <= shortBytes))

/** One file of a published version, without installing it. */
export function FilePreview({ connectionId, name, version, file }: FilePreviewProps) {
  const [asked, setAsked] = useState(false)
  const action = useAction()
  const isLooking = asked || looksAtOnce(file)
  const save = async () => {
    const out = await pickSavePath(text.saveTitle, file.name)
    if (out === null) return
    const abort = new AbortController()
    const { saving, stop } = browseText.versions
    showToast({ text: saving(file.name), action: { label: stop, run: () => abort.abort() } })
    const saved = await savePublishedFile(connectionId, { name, version }, { path: file.path, out }, abort.signal)
    showToast({ text: publishText.bar.saved(saved.path) })
  }
  return (
    <>
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      <div className="row">
        <h2 className="cut">{visibleName(file.name)}</h2>
        <span className="t3 num" title={formatExactBytes(file.sizeBytes)}>
          {formatSize(file.sizeBytes)}
        </span>
        <span className="push" />
        {file.checksum !== undefined && <CopyButton words text={file.checksum} label={text.copyChecksum} />}
        <Button small onClick={() => void action.run(save)} disabled={action.busy}>
          {text.save}
        </Button>
      </div>
      {file.sizeBytes === 0 ? (
        <p className="t2">{text.empty}</p>
      ) : isLooking ? (
        <Fetched connectionId={connectionId} name={name} version={version} file={file} />
      ) : (
        <div className="preview-ask">
          <p className="t2">{text.ask}</p>
          <Button onClick={() => setAsked(true)}>{text.fetch(file.sizeBytes)}</Button>
        </div>
      )}
    </>
  )
}

function Fetched({ connectionId, name, version, file }: FilePreviewProps) {
  const preview = useFetched(`${connectionId} ${name} ${version} ${file.path}`, (signal) =>
    client.catalog.preview({ connectionId, ref: { name, version }, path: file.path }, { signal }),
  )
  if (preview.kind === 'loading') return <BoneLines lines={5} />
  if (preview.kind === 'failed') {
    return (
      <ErrorPanel
        error={preview.error}
        title={text.fileFailed}
        actions={
          <Button variant="primary" onClick={preview.retry}>
            {browseText.tryAgain}
          </Button>
        }
      />
    )
  }
  return (
    <>
      <p className="small t3 preview-note num">{noteOf(preview.value)}</p>
      <Content name={file.name} preview={preview.value} />
    </>
  )
}

function noteOf({ content }: Preview): string {
  if (content.kind === 'model') return text.fromBeginning(content.header.headerBytes)
  if ('truncated' in content ? content.truncated : content.kind === 'pickle') return text.onlyBeginning
  return text.fromStore
}

/** What its name promises; where it isn't that, this is said, and the text that it may be is shown as it is. */
function Content({ name, preview }: { readonly name: string; readonly preview: Preview }) {
  const { content } = preview
  const fault = faultOf(name, preview)
  if (fault === undefined) return <Sound name={name} content={content} />
  return (
    <>
      <Fault of={fault} />
      {content.kind === 'text' && <pre className="preview-text selectable">{content.text}</pre>}
      {content.kind === 'model' && <ModelHeaderView header={content.header} />}
    </>
  )
}

const Fault = ({ of }: { readonly of: PreviewFault }) => <Message kind="warn">{text.faults[of]}</Message>

function Sound({ name, content }: { readonly name: string; readonly content: Preview['content'] }) {
  switch (content.kind) {
    case 'binary':
      return <p className="t2">{text.noText}</p>
    case 'model':
      return <ModelHeaderView header={content.header} />
    case 'pickle':
      return <PickleView imports={content.imports} isWhole={content.isWhole} />
    case 'picture':
      return <Picture name={name} source={`data:${content.type};base64,${content.base64}`} />
    case 'text':
      if (/\.md$/i.test(name)) return <Markdown source={content.text} onLink={(url) => void openLink(url)} />
      if (/\.[ct]sv$/i.test(name)) return <CsvView source={content.text} truncated={content.truncated} />
      return <pre className="preview-text selectable">{readable(name, content.text, content.truncated)}</pre>
  }
}

/** It may begin as a picture and be none: only drawing it tells. */
function Picture({ name, source }: { readonly name: string; readonly source: string }) {
  const [broken, setBroken] = useState<string>()
  if (broken === source) return <Fault of="picture" />
  return <img className="preview-picture" src={source} alt={name} onError={() => setBroken(source)} />
}

/** What a pickle asks for when it is loaded: for people to judge. */
function PickleView({ imports, isWhole }: { readonly imports: readonly string[]; readonly isWhole: boolean }) {
  return (
    <>
      <Message kind="warn">{text.pickle.runs}</Message>
      <h3 className="section-title">{text.pickle.asksFor}</h3>
      {imports.length === 0 ? (
        <p className="t2">{text.pickle.nothing}</p>
      ) : (
        <ul className="selectable">
          {imports.map((name) => (
            <li key={name}>
              <code>{name}</code>
            </li>
          ))}
        </ul>
      )}
      {!isWhole && <p className="small t3 preview-rest">{text.pickle.onlyBeginning}</p>}
    </>
  )
}

/** JSON in one long line is broken into lines; anything else is as it is. */
function readable(name: string, content: string, truncated: boolean): string {
  if (truncated || !/\.json$/i.test(name) || content.trim().includes('\n')) return content
  try {
    return JSON.stringify(JSON.parse(content), null, 2)
  } catch {
    return content
  }
}
