/** Words as they must be typed into a POSIX shell to mean themselves. */
function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

export function quoteWords(words: readonly string[]): string {
  return words.map((word) => quoteWord(word)).join(' ')
}
