/** Limits of wire formats are in characters; what is cut says so, and no character is cut in two. */

export function cut(words: string, maxCharacters: number): string {
  if (words.length <= maxCharacters) return words
  const kept = words.slice(0, maxCharacters - 1)
  // The first half of a surrogate pair is no character.
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`
}
