import { Autocomplete, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconPlus, IconX } from '@tabler/icons-react'
import { useId, useState } from 'react'
import type { App } from '../../../shared/model/app.ts'
import { verdictFor } from '../../../shared/model/compatibility.ts'
import { explainConstraint, parseConstraint } from '../../../shared/model/constraint.ts'
import { isolate } from '../../../shared/text/isolate.ts'
import { useApps } from '../../state/settings.ts'
import { publishText } from '../../text/publish.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { type AppRow, mapOfRows, rowsOfMap } from './app-rows.ts'
import { compatibilityOf, originOf, problemsOf } from './publish-draft.ts'
import { type Draft, editDraft } from './publish-drafts.ts'

const text = publishText.app

/** Apps and the versions of them that can load the package, each explained in words. */
export function WorksWith({ draft }: { readonly draft: Draft }) {
  const { fields, plan, path } = draft
  const id = useId()
  const apps = useApps()
  // Half-typed rows (no name yet) live here; what the draft holds is a map.
  const [typed, setTyped] = useState<readonly AppRow[]>()
  const rows = typed ?? rowsOfMap(compatibilityOf(fields, plan))
  const set = (next: readonly AppRow[]) => {
    setTyped(next)
    editDraft(path, (before) => ({ ...before, compatibility: mapOfRows(next) }))
  }
  const change = (at: number, changes: Partial<AppRow>) =>
    set(rows.map((row, index) => (index === at ? { ...row, ...changes } : row)))
  const problems = problemsOf('compatibility', plan)
  return (
    <fieldset className="field works-with" data-publish-field="compatibility" aria-describedby={`${id}-help`}>
      <legend className="label">
        {publishText.fields.compatibility}
        <span className="opt">{publishText.origin(originOf('compatibility', fields, plan))}</span>
      </legend>
      {rows.map((row, at) => {
        const isTwice = row.app !== '' && rows.findIndex(({ app }) => app === row.app) < at
        const problem = isTwice
          ? text.twice
          : 'problem' in parseConstraint(row.constraint)
            ? text.unreadable
            : problems.find(({ field }) => field === `compatibility.${row.app}`)?.problem
        return (
          <div key={row.key}>
            <div className="app-row">
              <Autocomplete
                aria-label={text.name}
                placeholder={text.name}
                value={row.app}
                data={apps.map(({ name }) => name)}
                error={isTwice}
                onChange={(app) => change(at, { app })}
              />
              <TextInput
                aria-label={`${text.constraint}: ${isolate(row.app)}`}
                placeholder={text.every}
                classNames={{ input: 'mono' }}
                value={row.constraint}
                error={problem !== undefined && !isTwice}
                spellCheck={false}
                onChange={(event) => change(at, { constraint: event.currentTarget.value })}
              />
              <IconButton
                label={text.remove(row.app)}
                icon={IconX}
                onClick={() => set(rows.filter((_, index) => index !== at))}
              />
            </div>
            <div aria-live="polite">
              {problem !== undefined ? (
                <p className="help bad">
                  <Icon of={IconAlertTriangle} size={14} />
                  <span>{problem}</span>
                </p>
              ) : (
                row.app !== '' && <p className="help">{explain(row, apps)}</p>
              )}
            </div>
          </div>
        )
      })}
      {rows.length === 0 && (
        <p className="help" id={`${id}-help`}>
          {text.none}
        </p>
      )}
      <Button
        variant="link"
        className="small add-app"
        icon={IconPlus}
        onClick={() => set([...rows, { key: `new-${rows.length}-${Date.now()}`, app: '', constraint: '' }])}
      >
        {text.add}
      </Button>
    </fieldset>
  )
}

/** `1.8 and every later version. Yours is 1.9.` */
function explain({ app, constraint }: AppRow, apps: readonly App[]): string {
  const words = explainConstraint(constraint.trim() === '' ? null : constraint)
  const sentence = `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
  const own = apps.find(({ name }) => name === app)
  if (own === undefined) return sentence
  const { kind } = verdictFor({ [app]: constraint.trim() === '' ? null : constraint }, own)
  return `${sentence}${kind === 'compatible' ? text.yours(own.version) : text.yoursNot(own.version)}`
}
