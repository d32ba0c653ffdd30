import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { uiText } from '../text/ui.ts'
import { Button, IconButton } from './button.tsx'
import { copyText } from './copy-text.ts'

/** Copies a text; says so on itself. With `words` it is a button with its label, else an icon. */
export function CopyButton({
  text,
  label,
  words = false,
  variant = 'quiet',
}: {
  readonly text: string
  readonly label: string
  readonly words?: boolean
  /** Of the button with words. */
  readonly variant?: 'quiet' | 'default' | 'link'
}) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    if (!(await copyText(text))) return
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  const icon = copied ? IconCheck : IconCopy
  return words ? (
    <Button small={variant !== 'link'} variant={variant} icon={variant === 'link' ? undefined : icon} onClick={copy}>
      {copied ? uiText.copied : label}
    </Button>
  ) : (
    <IconButton icon={icon} label={copied ? uiText.copied : label} onClick={copy} />
  )
}
