/** A file of the rendered monitoring. */
export interface RenderedFile {
  /** Relative to the directory it is rendered into. */
  readonly path: string
  readonly content: string
}
