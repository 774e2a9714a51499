/** The parts of a document that hold steps, read as one list. */

/** All steps, in the order in which they can come. */
export function everyStep<S>({
  steps,
  onCancel = [],
  finally: last,
}: {
  readonly steps: readonly S[]
  readonly onCancel?: readonly S[]
  readonly finally: readonly S[]
}): readonly S[] {
  return [...steps, ...onCancel, ...last]
}
