export const EXECUTABLES: Readonly<Record<string, { readonly bun: string }>>
export function executableFor(target: string): string
export function hostTarget(): string | undefined
export function bunBinary(): string | undefined
