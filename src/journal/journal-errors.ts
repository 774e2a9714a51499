/** What can go wrong with the journal, in words: each says what failed and what to do next. */
import { isoSeoul } from '../core/dates.ts'
import { MtsError, messageOf, systemCodeOf } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import { text } from '../core/text.ts'
import type { Text } from '../core/text.ts'
import { sqliteCodeOf } from './driver.ts'
import type { ProcessHolder } from './process-identity.ts'

/** Who holds a run or a lock, since when. */
export interface Holding {
  readonly run: string
  readonly operator: string
  readonly holder: ProcessHolder
  readonly sinceMs: number
}

const ELSEWHERE: Text = text(
  '다른 위치를 쓰려면 설정의 journal이나 MTS_JOURNAL을 지정하세요',
  'to use another place, set journal in the configuration, or MTS_JOURNAL',
)

/** The journal cannot be used at all: CONFIG, before anything has been asked or sent. */
export function unusable(
  path: string,
  why: Text,
  options: { next?: Text; cause?: unknown } = {},
): MtsError {
  return new MtsError({
    code: 'CONFIG',
    exitCode: EXIT.config,
    message: text(
      `기록 파일을 쓸 수 없습니다: ${path}(${why.ko})`,
      `the journal cannot be used: ${path} (${why.en})`,
    ),
    next: options.next === undefined ? [ELSEWHERE] : [options.next, ELSEWHERE],
    ...(options.cause === undefined ? {} : { cause: options.cause }),
  })
}

/** What is there cannot be read as what was written; it is left as it is. */
export function damaged(path: string, cause: unknown): MtsError {
  const reason = messageOf(cause)
  const next = text(
    '파일을 지우지 마세요. 다른 곳에 보관하고 백업으로 되돌리세요',
    'do not delete the file: keep it aside and restore a backup',
  )
  return unusable(path, text(`손상됨: ${reason}`, `it is damaged: ${reason}`), { next, cause })
}

/** A file that is no journal; it is left as it is. */
export function notAJournal(path: string, cause?: unknown): MtsError {
  return unusable(path, text('mts의 기록 파일이 아님', 'it is not a journal of mts'), { cause })
}

export function madeByNewer(path: string, version: number, known: number): MtsError {
  return unusable(
    path,
    text(
      `더 새로운 mts가 만든 파일: 형식 ${version}, 이 mts는 ${known}까지`,
      `made by a newer mts: format ${version}, this one knows up to ${known}`,
    ),
    { next: text('mts를 업데이트하세요', 'update mts') },
  )
}

const UNWRITABLE = 'JOURNAL_UNWRITABLE'

/** An error while the journal is being opened: everything but "busy" is a matter of set-up. */
export function openingError(error: unknown, path: string): MtsError {
  const known = storageError(error, path)
  if (known instanceof MtsError && known.code !== UNWRITABLE) return known
  const cause = known instanceof MtsError ? known.cause : error
  const reason = reasonOf(cause)
  return unusable(path, reason, { cause })
}

/** An error of SQLite's while the journal is in use; anything that is not SQLite's stays what it is. */
export function storageError(error: unknown, path: string): unknown {
  const code = sqliteCodeOf(error)
  if (error instanceof MtsError || code === undefined) return error
  if (/^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code)) return lockedOut(path, error)
  if (code.startsWith('SQLITE_NOTADB')) return notAJournal(path, error)
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(path, error)
  if (!/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|PERM|NOLFS)/.test(code)) return error
  const reason = reasonOf(error)
  return new MtsError({
    code: UNWRITABLE,
    exitCode: EXIT.config,
    message: text(
      `기록 파일에 쓰지 못했습니다: ${path}(${reason.ko})`,
      `nothing could be written to the journal: ${path} (${reason.en})`,
    ),
    next: [
      text(
        '디스크 공간과 권한을 확인한 뒤 다시 실행하세요',
        'check disk space and permissions, then run it again',
      ),
    ],
    cause: error,
  })
}

function lockedOut(path: string, cause: unknown): MtsError {
  return new MtsError({
    code: 'BUSY',
    exitCode: EXIT.busy,
    message: text(
      `다른 프로세스가 기록 파일을 쓰고 있습니다: ${path}`,
      `another process is writing to the journal: ${path}`,
    ),
    next: [text('잠시 뒤 다시 실행하세요', 'run it again in a moment')],
    cause,
  })
}

/** Why the disk refuses: the words for the usual reasons, the system's code or SQLite's words else. */
function reasonOf(error: unknown): Text {
  const code = sqliteCodeOf(error) ?? systemCodeOf(error)
  switch (code) {
    case 'SQLITE_FULL':
    case 'ENOSPC':
      return text('디스크 공간 부족', 'the disk is full')
    case 'EACCES':
    case 'EPERM':
      return text(`권한 없음: ${code}`, `no permission: ${code}`)
    case 'SQLITE_CANTOPEN':
      return text('열 수 없음', 'it cannot be opened')
    default: {
      const words = code?.startsWith('SQLITE_') === false ? code : messageOf(error)
      return text(words, words)
    }
  }
}

/** `PID 4211 · 담당자 kim · 2026-11-24 02:45:08부터`. */
function holdingWords({ holder, operator, sinceMs }: Holding): Text {
  const since = isoSeoul(sinceMs).slice(0, 19).replace('T', ' ')
  return text(
    `PID ${holder.pid} · 담당자 ${operator} · ${since}부터`,
    `pid ${holder.pid}, operator ${operator}, since ${since}`,
  )
}

function elsewhere(holding: Holding, ownHost: string): readonly Text[] {
  const { host } = holding.holder
  if (host === ownHost) return []
  return [
    text(
      `호스트 ${host}의 프로세스입니다. 그 호스트에서 확인하세요`,
      `the process is on host ${host}: look there`,
    ),
  ]
}

export function runBusy(holding: Holding, url: string, ownHost: string): MtsError {
  const words = holdingWords(holding)
  return new MtsError({
    code: 'BUSY',
    exitCode: EXIT.busy,
    message: text(
      `이미 진행 중인 실행입니다: ${holding.run}(${words.ko})`,
      `run ${holding.run} is being worked on already (${words.en})`,
    ),
    next: [`mts run status ${holding.run} --url ${url}`, ...elsewhere(holding, ownHost)],
  })
}

/** Given away: it goes on where it was imported. */
export function runExported(
  run: string,
  exported: { readonly atMs: number; readonly by: string; readonly host: string },
): MtsError {
  const at = isoSeoul(exported.atMs).slice(0, 19).replace('T', ' ')
  return new MtsError({
    code: 'RUN_EXPORTED',
    exitCode: EXIT.busy,
    message: text(
      `내보낸 실행입니다: ${run}(${at} · ${exported.by}@${exported.host}). 가져간 곳에서만 이어 할 수 있습니다`,
      `run ${run} was exported ${at} by ${exported.by}@${exported.host}: it goes on only where it was imported`,
    ),
    next: [
      text(
        '가져간 곳이 없으면 파일로 되돌리세요: mts run import <파일> --reopen',
        'if nobody has imported it, take it back by its file: mts run import <file> --reopen',
      ),
      text(
        `파일이 없으면 다시 만드세요(같은 내용): mts run export ${run}`,
        `without the file, make it again (the same copy): mts run export ${run}`,
      ),
    ],
  })
}

/** Another process has taken the run since: what this one wants to write is not written. */
export function fencedOff(run: string, url: string): MtsError {
  return new MtsError({
    code: 'BUSY',
    exitCode: EXIT.busy,
    message: text(
      `다른 프로세스가 실행 ${run}을 이어받아, 여기서는 더 기록할 수 없습니다`,
      `another process has taken over run ${run}: nothing more can be recorded here`,
    ),
    next: [`mts run status ${run} --url ${url}`],
  })
}

export function dateBusy(holding: Holding, date: string, url: string, ownHost: string): MtsError {
  const words = holdingWords(holding)
  return new MtsError({
    code: 'BUSY',
    exitCode: EXIT.busy,
    message: text(
      `${date} 정산은 다른 작업이 진행 중입니다(실행 ${holding.run} · ${words.ko})`,
      `the settlement of ${date} is being worked on (run ${holding.run}, ${words.en})`,
    ),
    next: [`mts run status ${holding.run} --url ${url}`, ...elsewhere(holding, ownHost)],
  })
}

export function intentOpen(open: {
  readonly run: string
  readonly date: string
  readonly url: string
  readonly sentAtMs: number
}): MtsError {
  const sentAt = isoSeoul(open.sentAtMs).slice(0, 19).replace('T', ' ')
  return new MtsError({
    code: 'INTENT_OPEN',
    exitCode: EXIT.busy,
    message: text(
      `${open.date} 정산에 결과를 모르는 요청이 있습니다(실행 ${open.run} · ${sentAt} 전송). 결과부터 확인하세요`,
      `a request on the settlement of ${open.date} has an outcome that is not known (run ${open.run}, sent ${sentAt}): reconcile it first`,
    ),
    next: [`mts run resume ${open.run} --url ${open.url}`],
  })
}

export type ConfirmCode = 'CONFIRM_UNKNOWN' | 'CONFIRM_USED' | 'CONFIRM_EXPIRED'

const CONFIRM_WORDS: Readonly<Record<ConfirmCode, Text>> = {
  CONFIRM_UNKNOWN: text(
    '이 작업에서 발급한 확인 코드가 아닙니다',
    'this confirmation was not asked for by this action of this run',
  ),
  CONFIRM_USED: text(
    '이미 사용한 확인 코드입니다. 한 번만 쓸 수 있습니다',
    'this confirmation has been used: it is good once',
  ),
  CONFIRM_EXPIRED: text('확인 코드의 유효 시간이 지났습니다', 'this confirmation has expired'),
}

export function confirmRefused(code: ConfirmCode): MtsError {
  return new MtsError({ code, exitCode: EXIT.waiting, message: CONFIRM_WORDS[code] })
}

export function runNotFound(run: string): MtsError {
  return new MtsError({
    code: 'NOT_FOUND',
    exitCode: EXIT.notFound,
    message: text(`없는 실행입니다: ${run}`, `there is no run ${run}`),
    next: ['mts run list'],
  })
}

/** A mistake in our own code: the journal refuses rather than record something that cannot be true. */
export function defect(en: string): MtsError {
  return new MtsError({
    code: 'DEFECT',
    exitCode: EXIT.defect,
    message: text(`mts 내부 오류(기록): ${en}`, `a defect of mts (journal): ${en}`),
  })
}

/** Somebody watches with this journal already: who, where, since when. */
export function watchBusy(holder: ProcessHolder, sinceMs: number, ownHost: string): MtsError {
  const since = isoSeoul(sinceMs)
  const host = holder.host === ownHost ? '' : `, ${holder.host}`
  return new MtsError({
    code: 'BUSY',
    exitCode: EXIT.busy,
    message: text(
      `이미 감시 중입니다: pid ${holder.pid}${host}, ${since}부터`,
      `a watch is running already: pid ${holder.pid}${host}, since ${since}`,
    ),
    next: [
      text(
        '다른 서비스를 감시하려면 기록 파일을 따로 두세요(MTS_JOURNAL)',
        'to watch another service, give it a journal of its own (MTS_JOURNAL)',
      ),
    ],
  })
}

export function watchLost(): MtsError {
  return new MtsError({
    code: 'BUSY',
    exitCode: EXIT.busy,
    message: text(
      '다른 프로세스가 감시를 이어받았습니다',
      'another process has taken over the watch',
    ),
  })
}
