import { Menu } from '@mantine/core'
import { IconAlertTriangle, IconDots, IconPlus, IconShare3 } from '@tabler/icons-react'
import { useState } from 'react'
import type { Connection, ConnectionReport } from '../../../shared/model/connection.ts'
import { client } from '../../ipc/link.ts'
import { EnvironmentNotice } from '../../shell/environment-notice.tsx'
import { fetchConnections, showConnection, useConnections } from '../../state/connections.ts'
import { useHost } from '../../state/host.ts'
import { goTo } from '../../state/navigation.ts'
import { followPendingLink, forgetLink, usePendingLink } from '../../state/pending-link.ts'
import { connectionKind } from '../../text/connections.ts'
import { describeConnection } from '../../text/describe-connection.ts'
import { settingsText } from '../../text/settings.ts'
import { uiText } from '../../text/ui.ts'
import { BoneLines } from '../../ui/bones.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { connectionIcon } from '../../ui/connection-icon.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { FailureStrip } from '../../ui/failure-strip.tsx'
import { Icon } from '../../ui/icon.tsx'
import { type Fact, Facts } from '../../ui/inspector.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useAction } from '../../ui/use-action.ts'
import { forgetReport, stopTest, testConnection, useReport } from './connection-reports.ts'
import { ConnectionSheet } from './connection-sheet.tsx'
import { ShareSheet } from './share-sheet.tsx'
import { PolicyNote, SignedInLine, TestResults } from './test-results.tsx'

const text = settingsText.connections

/** With what the form of a new connection begins, where it isn't Amazon by a profile. */
const beginnings = ['other', 'shared'] as const

/** `new` as the item opens the form of a new connection, `new-other` with another store, `new-shared` with what a colleague gave. */
export function ConnectionsSection({ item }: { readonly item?: string }) {
  const { list, load, currentId } = useConnections()
  const [edited, setEdited] = useState<Connection>()
  const link = usePendingLink((state) => state.link)
  const shown = list.find(({ id }) => id === item) ?? list.find(({ id }) => id === currentId) ?? list[0]
  // A connection may be called New, or New team: what there is comes first.
  const isThere = list.some(({ id }) => id === item)
  const asksNew = !isThere && (item === 'new' || beginnings.some((each) => item === `new-${each}`))
  const show = (id: string) => goTo({ page: 'settings', section: 'connections', item: id }, { replace: true })
  if (load.kind === 'failed' && list.length === 0) {
    return (
      <div className="error-page">
        <ErrorPanel
          error={load.error}
          actions={<Button onClick={() => void fetchConnections()}>{settingsText.tryAgain}</Button>}
        />
      </div>
    )
  }
  return (
    <>
      <section className="conn-list" aria-label={settingsText.sections.connections}>
        <div className="section-title conn-title">
          {settingsText.sections.connections}
          <Button variant="link" className="small push" icon={IconPlus} onClick={() => show('new')}>
            {text.add}
          </Button>
        </div>
        {list.map((connection) => (
          <ConnectionItem
            key={connection.id}
            connection={connection}
            isShown={connection === shown}
            onShow={() => show(connection.id)}
          />
        ))}
      </section>
      <section className="scroll settings-scroll">
        <EnvironmentNotice />
        {shown === undefined ? (
          <BoneLines lines={5} />
        ) : (
          <ConnectionDetail
            key={shown.id}
            connection={shown}
            onEdit={() => setEdited(shown)}
            onGone={() => goTo({ page: 'settings', section: 'connections' }, { replace: true })}
          />
        )}
      </section>
      {(asksNew || edited !== undefined) && (
        <ConnectionSheet
          edited={edited}
          begin={beginnings.find((each) => item === `new-${each}`)}
          link={edited === undefined ? link : undefined}
          onClose={() => {
            setEdited(undefined)
            forgetLink()
            if (asksNew) goTo({ page: 'settings', section: 'connections' }, { replace: true })
          }}
          onSaved={(id) => {
            setEdited(undefined)
            if (edited === undefined) showConnection(id)
            if (followPendingLink()) return
            show(id)
            void testConnection(id)
          }}
        />
      )}
    </>
  )
}

interface ConnectionItemProps {
  readonly connection: Connection
  readonly isShown: boolean
  readonly onShow: () => void
}

function ConnectionItem({ connection, isShown, onShow }: ConnectionItemProps) {
  const { report } = useReport(connection.id)
  return (
    <button type="button" className="conn" aria-current={isShown} onClick={onShow}>
      <span className={isShown ? 'tile' : 'tile quiet'}>
        <Icon of={connectionIcon(connection)} />
      </span>
      <span className="conn-text">
        <span className="line1 strong">{connection.name}</span>
        <span className="line2">
          {report?.failure === undefined ? (
            `${connectionKind(connection)}${connection.isDefault ? `, ${text.default.toLowerCase()}` : ''}`
          ) : (
            <span className="status warn conn-state">
              <Icon of={IconAlertTriangle} size={14} />
              {text.failureWord(report.failure.code)}
            </span>
          )}
        </span>
      </span>
    </button>
  )
}

interface ConnectionDetailProps {
  readonly connection: Connection
  readonly onEdit: () => void
  readonly onGone: () => void
}

function ConnectionDetail({ connection, onEdit, onGone }: ConnectionDetailProps) {
  const { id, name, origin, isDefault, location } = connection
  const [removing, setRemoving] = useState(false)
  const [sharing, setSharing] = useState(false)
  const action = useAction()
  const tested = useReport(id)
  const isOwn = origin === 'person'
  const remove = () => {
    setRemoving(false)
    void action.run(async () => {
      await client.connections.remove({ id })
      forgetReport(id)
      await fetchConnections()
      onGone()
    })
  }
  const makeDefault = () =>
    void action.run(async () => {
      await client.connections.setDefault({ id })
      await fetchConnections()
    })
  return (
    <div className="settings-column">
      <div className="row conn-head">
        <div className="grow">
          <h2 className="conn-name">
            <bdi>{name}</bdi> {isDefault && <Tag>{text.default}</Tag>}
          </h2>
          <p className="t2 prose-break">{describeConnection(connection, tested.report)}</p>
        </div>
        {isOwn && <Button onClick={onEdit}>{text.edit}</Button>}
        <Menu position="bottom-end" width={240}>
          <Menu.Target>
            <IconButton label={text.more(name)} icon={IconDots} />
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              onClick={() => {
                showConnection(id)
                goTo({ page: 'browse' })
              }}
            >
              {text.browse}
            </Menu.Item>
            {isOwn && <Menu.Item onClick={() => setSharing(true)}>{text.share}</Menu.Item>}
            {!isDefault && <Menu.Item onClick={makeDefault}>{text.makeDefault}</Menu.Item>}
            {isOwn && (
              <Menu.Item data-danger onClick={() => setRemoving(true)}>
                {text.remove}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </div>
      <FailureStrip failure={action.failure} onDismiss={action.dismiss} />
      <TestResults
        state={tested}
        onTest={() => void testConnection(id)}
        onStop={() => stopTest(id)}
        isFolder={location.kind === 'folder'}
      />
      {location.kind === 's3' && <PolicyNote report={tested.report} />}
      <ConnectionFacts connection={connection} report={tested.report} />
      <div className="row conn-foot">
        {isOwn && (
          <Button icon={IconShare3} onClick={() => setSharing(true)}>
            {text.share}
          </Button>
        )}
        {isDefault ? (
          <p className="small t3">{text.isDefault}</p>
        ) : (
          <Button onClick={makeDefault}>{text.makeDefault}</Button>
        )}
        <span className="push" />
        {isOwn ? (
          <Button variant="quiet" danger onClick={() => setRemoving(true)}>
            {text.remove}
          </Button>
        ) : (
          <p className="small t3">{origin === 'built-in' ? text.builtIn : text.environment}</p>
        )}
      </div>
      {sharing && <ShareSheet connection={connection} onClose={() => setSharing(false)} />}
      {removing && (
        <Sheet
          opened
          onClose={() => setRemoving(false)}
          title={text.removeSheet.title(name)}
          footer={
            <>
              <span className="push" />
              <Button onClick={() => setRemoving(false)} data-autofocus>
                {text.removeSheet.keep}
              </Button>
              <Button danger onClick={remove}>
                {text.removeSheet.button}
              </Button>
            </>
          }
        >
          <section>
            <p className="t2">{text.removeSheet.text}</p>
          </section>
        </Sheet>
      )}
    </div>
  )
}

interface ConnectionFactsProps {
  readonly connection: Connection
  /** Of the newest test: what it found out by itself. */
  readonly report?: ConnectionReport
}

function ConnectionFacts({ connection, report }: ConnectionFactsProps) {
  const { id, location } = connection
  const secretsKept = useHost((state) => state.secretsKept)
  const { facts, signIn, secret } = text
  const own: readonly Fact[] =
    location.kind === 'folder'
      ? [{ label: facts.path, value: <PathFact path={location.path} /> }]
      : [
          { label: facts.bucket, value: <code>{location.bucket}</code> },
          { label: facts.root, value: location.root !== '' && <code>{location.root}</code> },
          { label: facts.endpoint, value: location.endpoint && <code>{location.endpoint}</code> },
          {
            label: facts.region,
            // Compatible stores have none of their own.
            value: (location.endpoint === undefined || location.region !== undefined) && (
              <Region given={location.region} found={report?.region} />
            ),
          },
          { label: facts.addressing, value: location.addressing && text.addressing[location.addressing] },
          {
            label: facts.certificate,
            value: location.certificateFile && <PathFact path={location.certificateFile} />,
          },
          {
            label: facts.signIn,
            value:
              location.signIn.kind === 'keys' ? (
                <>
                  {signIn.keys} <code>{location.signIn.accessKeyId}</code>
                </>
              ) : location.signIn.kind === 'anonymous' ? (
                signIn.anonymous
              ) : location.signIn.profile === undefined ? (
                signIn.chain
              ) : (
                <>
                  {signIn.profile} <code>{location.signIn.profile}</code>
                </>
              ),
          },
          {
            label: facts.signedIn,
            // Of keys that were typed, the line above says it all.
            value: report?.signedIn !== undefined && report.signedIn.by !== 'keys' && (
              <SignedInLine signedIn={report.signedIn} />
            ),
          },
          {
            label: facts.secret,
            value:
              location.signIn.kind === 'anonymous'
                ? undefined
                : location.signIn.kind === 'chain'
                  ? secret.nowhere
                  : secret[secretsKept],
          },
        ]
  return (
    <div className="conn-facts">
      <Facts facts={[...own.filter(({ value }) => value !== false), { label: facts.id, value: <code>{id}</code> }]} />
    </div>
  )
}

function Region({ given, found }: { readonly given?: string; readonly found?: string }) {
  if (given !== undefined) return <code>{given}</code>
  return (
    <>
      {found !== undefined && <code>{found}</code>} <span className="t3">{text.foundByItself}</span>
    </>
  )
}

const PathFact = ({ path }: { readonly path: string }) => (
  <span className="row path-fact">
    <code className="cut" title={path}>
      {path}
    </code>
    <CopyButton text={path} label={uiText.copy(path)} />
  </span>
)
