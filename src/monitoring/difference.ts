/** What changed between two texts, line by line, with a little of what is around it. */
export interface DifferenceLine {
  readonly kind: 'same' | 'removed' | 'added' | 'gap'
  readonly text: string
}

const CONTEXT = 2
/** Beyond it only the ends are compared: a table of lines times lines would not fit. */
const MOST_LINES = 3000

export function differenceOf(before: string, after: string): readonly DifferenceLine[] {
  const left = before.split('\n')
  const right = after.split('\n')
  let head = 0
  while (head < left.length && head < right.length && left[head] === right[head]) head++
  let tail = 0
  while (
    tail < left.length - head &&
    tail < right.length - head &&
    left[left.length - 1 - tail] === right[right.length - 1 - tail]
  ) {
    tail++
  }
  const middle = changes(
    left.slice(head, left.length - tail),
    right.slice(head, right.length - tail),
  )
  const same = (text: string): DifferenceLine => ({ kind: 'same', text })
  return shortened([
    ...left.slice(0, head).map(same),
    ...middle,
    ...left.slice(left.length - tail).map(same),
  ])
}

/** The longest common subsequence, read backwards. */
function changes(left: readonly string[], right: readonly string[]): readonly DifferenceLine[] {
  const removed = (text: string): DifferenceLine => ({ kind: 'removed', text })
  const added = (text: string): DifferenceLine => ({ kind: 'added', text })
  if (left.length > MOST_LINES || right.length > MOST_LINES) {
    return [...left.map(removed), ...right.map(added)]
  }
  const width = right.length + 1
  const common = new Uint16Array((left.length + 1) * width)
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i * width + j] =
        left[i] === right[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
    }
  }
  const lines: DifferenceLine[] = []
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    const down = common[(i + 1) * width + j] ?? 0
    const across = common[i * width + j + 1] ?? 0
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push({ kind: 'same', text: left[i] ?? '' })
      i++
      j++
    } else if (i < left.length && (j === right.length || down >= across)) {
      lines.push(removed(left[i++] ?? ''))
    } else lines.push(added(right[j++] ?? ''))
  }
  return lines
}

function shortened(lines: readonly DifferenceLine[]): readonly DifferenceLine[] {
  const near = lines.map((_line, index) =>
    lines
      .slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1)
      .some(({ kind }) => kind !== 'same'),
  )
  const shown: DifferenceLine[] = []
  for (const [index, line] of lines.entries()) {
    if (near[index] === true) shown.push(line)
    else if (shown.at(-1)?.kind !== 'gap') shown.push({ kind: 'gap', text: '' })
  }
  return shown
}
