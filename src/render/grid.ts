/** Rows of cells in columns: words flush left, numbers flush right, measured in cells of the terminal. */
import { cellsOf, padCells } from './columns.ts'

/** `leftColumns` first columns hold words, the others numbers. */
export function renderGrid(
  rows: readonly (readonly string[])[],
  leftColumns: number,
  indent = '',
): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cellsOf(cell))
    }
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return column < leftColumns ? padCells(cell, width) : ' '.repeat(width - cellsOf(cell)) + cell
    })
    return (indent + cells.join('  ')).trimEnd()
  })
}
