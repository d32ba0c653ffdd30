import { Autocomplete, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { publishText as text } from '../../text/publish.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { originOf, problemsOf, type TextField, tagsOf, textOf } from './publish-draft.ts'
import type { Draft } from './publish-drafts.ts'
import { editDraft } from './publish-drafts.ts'
import { WorksWith } from './works-with-field.tsx'

const licences = ['Proprietary', 'Apache-2.0', 'MIT', 'BSD-3-Clause', 'CC-BY-4.0', 'CC-BY-NC-4.0', 'CC0-1.0', 'GPL-3.0']

/** What a person may say of the package. Every field says where its value comes from, and what is wrong with it. */
export function PublishForm({ draft }: { readonly draft: Draft }) {
  return (
    <div className="publish-form">
      <TextRow draft={draft} field="name" />
      <div className="two">
        <TextRow draft={draft} field="version" className="num" />
        <TextRow draft={draft} field="license" suggestions={licences} />
      </div>
      <TextRow draft={draft} field="description" />
      <TextRow draft={draft} field="notes" caption={text.hints.notes} isLong />
      <WorksWith draft={draft} />
      <TextRow draft={draft} field="title" caption={text.hints.title} />
      <TagsRow draft={draft} />
    </div>
  )
}

interface TextRowProps {
  readonly draft: Draft
  readonly field: TextField
  /** Said where no origin is known. */
  readonly caption?: string
  readonly isLong?: boolean
  readonly suggestions?: readonly string[]
  readonly className?: string
}

function TextRow({ draft, field, caption, isLong = false, suggestions, className }: TextRowProps) {
  const { fields, plan, path } = draft
  const value = textOf(field, fields, plan)
  const origin = text.origin(originOf(field, fields, plan), field, value)
  const set = (typed: string) => editDraft(path, (before) => ({ ...before, [field]: typed }))
  return (
    <FieldOf draft={draft} field={field} label={text.fields[field]} caption={origin === '' ? caption : origin}>
      {(wiring) =>
        suggestions !== undefined ? (
          <Autocomplete {...wiring} value={value} onChange={set} data={[...suggestions]} />
        ) : isLong ? (
          <Textarea {...wiring} value={value} onChange={(event) => set(event.currentTarget.value)} rows={3} />
        ) : (
          <TextInput
            {...wiring}
            classNames={className === undefined ? {} : { input: className }}
            value={value}
            onChange={(event) => set(event.currentTarget.value)}
            spellCheck={field === 'description'}
            data-pane-focus={field === 'version' ? 'form' : undefined}
          />
        )
      }
    </FieldOf>
  )
}

interface FieldOfProps {
  readonly draft: Draft
  readonly field: string
  readonly label: string
  readonly caption?: ReactNode
  readonly children: Parameters<typeof Field>[0]['children']
}

/** A field with its problem, and the fix as a button. */
function FieldOf({ draft, field, label, caption, children }: FieldOfProps) {
  const [problem] = problemsOf(field, draft.plan)
  const fix = problem?.fix
  return (
    <Field
      anchor={field}
      label={label}
      caption={caption}
      problem={problem?.problem}
      fix={
        fix !== undefined && (
          <>
            <Button
              variant="link"
              className="small"
              onClick={() => editDraft(draft.path, (before) => ({ ...before, [field]: fix }), { now: true })}
            >
              {text.use(fix)}
            </Button>
            {field === 'version' && <span className="t2"> {text.reasonToUse(draft.plan?.previous)}</span>}
          </>
        )
      }
    >
      {children}
    </Field>
  )
}

/** Tags as one line with commas; what is typed stays as typed. */
function TagsRow({ draft }: { readonly draft: Draft }) {
  const { fields, plan, path } = draft
  const [typed, setTyped] = useState<string>()
  const origin = text.origin(originOf('tags', fields, plan))
  const set = (value: string) => {
    setTyped(value)
    const tags = value
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean)
    editDraft(path, (before) => ({ ...before, tags: [...new Set(tags)] }))
  }
  return (
    <FieldOf draft={draft} field="tags" label={text.fields.tags} caption={origin === '' ? text.hints.tags : origin}>
      {(wiring) => (
        <TextInput
          {...wiring}
          value={typed ?? tagsOf(fields, plan).join(', ')}
          onChange={(event) => set(event.currentTarget.value)}
        />
      )}
    </FieldOf>
  )
}
