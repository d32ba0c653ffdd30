interface ExampleVersion {
  readonly version: string
  readonly hoursAgo: number
  readonly by: string
  readonly notes?: string
}

export interface ExamplePackage {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  readonly license: string
  readonly compatibility?: Readonly<Record<string, string>>
  readonly files: readonly (readonly [path: string, kilobytes: number])[]
  readonly readme?: string
  /** Newest first. */
  readonly versions: readonly ExampleVersion[]
}
