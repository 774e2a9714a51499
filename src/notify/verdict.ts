/** What an answer means for a notice: over, or worth another try. */
export type Verdict =
  | { readonly kind: 'sent' }
  | {
      readonly kind: 'again'
      readonly problem: string
      readonly maybeSent: boolean
      readonly retryAfterMs?: number
    }
  | { readonly kind: 'failed'; readonly problem: string }
