/** Every command of the program, in the order help lists them. */
import type { CommandSpec } from '../command.ts'
import { alertsCommand } from './alerts.ts'
import { checklistCommand } from './checklist.ts'
import { completionCommand } from './completion.ts'
import { configCommand } from './config.ts'
import { dashboardCommand } from './dashboard.ts'
import { demoCommand } from './demo.ts'
import { dlqCommand } from './dlq.ts'
import { doctorCommand } from './doctor.ts'
import { drillCommand } from './drill.ts'
import { healthCommand } from './health.ts'
import { metricsCommand } from './metrics.ts'
import { monitoringCommand } from './monitoring.ts'
import { notifyCommand } from './notify.ts'
import { logsCommand } from './logs.ts'
import { playbookCommand } from './playbook.ts'
import { reportCommand } from './report.ts'
import { runCommand } from './run.ts'
import { salesCommand } from './sales.ts'
import { settleCommand } from './settle.ts'
import { triageCommand } from './triage.ts'
import { watchCommand } from './watch.ts'
import { timelineCommand } from './timeline.ts'

export const COMMANDS: readonly CommandSpec[] = [
  healthCommand,
  watchCommand,
  triageCommand,
  playbookCommand,
  runCommand,
  checklistCommand,
  settleCommand,
  salesCommand,
  timelineCommand,
  reportCommand,
  dlqCommand,
  logsCommand,
  metricsCommand,
  dashboardCommand,
  alertsCommand,
  doctorCommand,
  monitoringCommand,
  notifyCommand,
  demoCommand,
  drillCommand,
  configCommand,
  completionCommand,
]
