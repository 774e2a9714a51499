/** `--remind` and `--if-due`: the schedule in Seoul time, for systemd and cron, and whether today is a day for it. */
import { koreanDate, seoulDateOf, type SeoulDate } from '../core/dates.ts'
import { EXIT } from '../core/exit-code.ts'
import { text } from '../core/text.ts'
import { dueOn, isBusinessDay, RHYTHMS } from '../checklist/schedule.ts'
import type { Document } from '../playbook/document.ts'
import type { CommandContext, Outcome } from './command.ts'

interface Reminder {
  readonly kind: 'ChecklistReminder'
  readonly checklist: string
  readonly timer: string
  readonly cron: string
}

interface NotDue {
  readonly kind: 'ChecklistNotDue'
  readonly checklist: string
  readonly today: SeoulDate
  readonly dueOn?: SeoulDate
}

const SAME_JOURNAL = text(
  '서명할 사람과 같은 기록을 쓰도록 User= 또는 Environment=MTS_JOURNAL= 지정',
  'set User= or Environment=MTS_JOURNAL= so that whoever signs has the same journal',
)

/** 09:00 unless the document's label `time` says otherwise. */
const DEFAULT_TIME = '09:00'

/**
 * Timers know no holidays: they go off on every weekday, and `--if-due` ends at once where the day
 * is not one for this checklist.
 */
export async function reminderOf(
  context: CommandContext,
  document: Document,
): Promise<Outcome<Reminder>> {
  const { id, labels } = document
  const time = /^([01]\d|2[0-3]):[0-5]\d$/.test(labels['time'] ?? '') ? labels['time'] : undefined
  const [hour = '09', minute = '00'] = (time ?? DEFAULT_TIME).split(':')
  const command = await context.commandLine(['mts', 'checklist', id, '--if-due', '-o', 'json'])
  const timer = [
    `# /etc/systemd/system/mts-checklist-${id}.service`,
    `# ${SAME_JOURNAL[context.lang]}`,
    '[Service]',
    'Type=oneshot',
    `ExecStart=/usr/bin/env ${command.replaceAll('%', '%%')}`,
    'SuccessExitStatus=0 1 2 3 4',
    '',
    `# /etc/systemd/system/mts-checklist-${id}.timer`,
    '[Timer]',
    `OnCalendar=Mon..Fri ${hour}:${minute} Asia/Seoul`,
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ].join('\n')
  const cron = [
    'CRON_TZ=Asia/Seoul',
    `${Number(minute)} ${Number(hour)} * * 1-5 ${command.replaceAll('%', '\\%')}`,
  ].join('\n')
  return {
    value: { kind: 'ChecklistReminder', checklist: id, timer, cron },
    exitCode: EXIT.ok,
    faces: { table: (value) => `${value.timer}\n\n# crontab\n${value.cron}` },
  }
}

/** Undefined when it is due today. */
export async function notDueToday(
  context: CommandContext,
  document: Document,
): Promise<Outcome<NotDue> | undefined> {
  const { holidays } = await context.settings()
  const today = seoulDateOf(context.ports.clock.now())
  const rhythm = RHYTHMS.find((candidate) => candidate === document.id)
  const due = rhythm === undefined ? undefined : dueOn(rhythm, today, holidays)
  const isDue = due === undefined ? isBusinessDay(today, holidays) : due === today
  if (isDue) return undefined
  return {
    value: {
      kind: 'ChecklistNotDue',
      checklist: document.id,
      today,
      ...(due === undefined ? {} : { dueOn: due }),
    },
    exitCode: EXIT.ok,
    faces: {
      table: (value, view) => {
        const words =
          value.dueOn === undefined
            ? text('오늘은 점검일이 아닙니다', 'not due today')
            : text(
                `오늘은 점검일이 아닙니다(점검일 ${koreanDate(value.dueOn)})`,
                `not due today (${value.dueOn})`,
              )
        return `${value.checklist}  ${words[view.lang]}`
      },
    },
  }
}
