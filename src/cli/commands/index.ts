/** Every command of the program, in the order help lists them. */
import type { CommandSpec } from '../command.ts'
import { settleCommand } from './settle.ts'

export const COMMANDS: readonly CommandSpec[] = [settleCommand]
