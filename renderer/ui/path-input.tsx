import { TextInput, type TextInputProps } from '@mantine/core'
import type { ReactNode } from 'react'

interface PathInputProps extends Omit<TextInputProps, 'onChange'> {
  readonly onChange: (path: string) => void
  /** The button beside it. */
  readonly children: ReactNode
}

/** A path that is typed, and a button that chooses or takes it. */
export function PathInput({ onChange, children, ...input }: PathInputProps) {
  return (
    <div className="row">
      <TextInput
        autoComplete="off"
        {...input}
        className="grow"
        classNames={{ input: 'mono' }}
        spellCheck={false}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {children}
    </div>
  )
}
