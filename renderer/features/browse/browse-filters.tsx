import { Menu } from '@mantine/core'
import { IconChevronDown, IconTag } from '@tabler/icons-react'
import { browseText as text } from '../../text/browse.ts'
import { formatCount } from '../../text/units.ts'
import { Icon } from '../../ui/icon.tsx'
import { useBrowseView } from './browse-view.ts'
import type { BrowseFilter, countRows, countTags } from './rows.ts'

const filters: readonly BrowseFilter[] = ['all', 'for-my-apps', 'installed', 'updates']

interface BrowseFiltersProps {
  readonly filter: BrowseFilter
  readonly tag?: string
  readonly tags: ReturnType<typeof countTags>
  /** Absent until the list is all here. */
  readonly counts?: ReturnType<typeof countRows>
}

/** Which of the packages are shown. */
export const BrowseFilters = ({ filter, tag, tags, counts }: BrowseFiltersProps) => (
  <div className="filters" role="toolbar" aria-label={text.filtersLabel}>
    {filters.map((each) => (
      <button
        type="button"
        key={each}
        className="chip"
        aria-pressed={filter === each}
        onClick={() => useBrowseView.setState({ filter: each })}
      >
        {text.filters[each]}
        {counts !== undefined && <span className="n">{formatCount(counts[each])}</span>}
      </button>
    ))}
    {tags.length > 0 && <span className="divider-v" />}
    {tags.length > 0 && <TagChip tags={tags} tag={tag} />}
  </div>
)

function TagChip({ tags, tag }: Pick<BrowseFiltersProps, 'tags' | 'tag'>) {
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <button type="button" className="chip" aria-pressed={tag !== undefined} aria-label={text.tag.label(tag)}>
          <Icon of={IconTag} size={14} />
          {tag ?? text.tag.chip}
          <Icon of={IconChevronDown} size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown className="menu-scroll">
        <Menu.Item onClick={() => useBrowseView.setState({ tag: undefined })}>{text.tag.every}</Menu.Item>
        <Menu.Divider />
        {tags.slice(0, 100).map(([each, count]) => (
          <Menu.Item
            key={each}
            aria-current={each === tag ? 'true' : undefined}
            rightSection={<span className="small t3 num">{formatCount(count)}</span>}
            onClick={() => useBrowseView.setState({ tag: each })}
          >
            {each}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
