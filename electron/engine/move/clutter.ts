const clutter: readonly string[] = ['.DS_Store', 'desktop.ini', 'Thumbs.db']

/** A file that a file manager puts into any folder that somebody looks at, and makes anew. */
export const isClutter = (name: string): boolean => clutter.includes(name)
