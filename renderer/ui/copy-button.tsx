import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { Button, IconButton } from './button.tsx'

/** Copies a text; says so on itself. With children it is a quiet button with words, else an icon. */
export function CopyButton({
  text,
  label,
  words = false,
}: {
  readonly text: string
  readonly label: string
  readonly words?: boolean
}) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  const icon = copied ? IconCheck : IconCopy
  return words ? (
    <Button small variant="quiet" icon={icon} onClick={copy}>
      {copied ? 'Copied' : label}
    </Button>
  ) : (
    <IconButton icon={icon} label={copied ? 'Copied' : label} onClick={copy} />
  )
}
