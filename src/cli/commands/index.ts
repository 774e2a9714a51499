/** Every command of the program, in the order help lists them. */
import type { CommandSpec } from '../command.ts'
import { configCommand } from './config.ts'
import { demoCommand } from './demo.ts'
import { healthCommand } from './health.ts'
import { playbookCommand } from './playbook.ts'
import { settleCommand } from './settle.ts'

export const COMMANDS: readonly CommandSpec[] = [
  healthCommand,
  playbookCommand,
  settleCommand,
  demoCommand,
  configCommand,
]
