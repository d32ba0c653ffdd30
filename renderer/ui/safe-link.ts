/** Links of texts from anybody: the app follows these, after a question. */
export const isSafeLink = (url: string): boolean => /^(?:https:\/\/|mailto:)[^\s]+$/i.test(url)
