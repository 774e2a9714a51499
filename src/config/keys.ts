/** Every setting: its key in the file, its variable, its shape, what was expected when it does not fit. */
import * as shapes from './shapes.ts'
import { COUNT, DURATION, HTTP, HTTP_PLAIN, PATH, PERCENT, TIME, WORDS, key } from './key.ts'
import type { Key } from './key.ts'
import { FLEET_KEYS } from './fleet-keys.ts'
import { WATCH_KEYS } from './watch-keys.ts'

export type { Key } from './key.ts'

const byCommas = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** `Name: value`, one a line. A line without a colon stays whole, so that the check refuses it. */
const headerLines = (value: string): unknown =>
  Object.fromEntries(
    value
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => {
        const colon = line.indexOf(':')
        return colon < 1
          ? ['(no name)', null]
          : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
      }),
  )

export const KEYS = {
  url: key({
    path: 'url',
    variable: 'MTS_URL',
    option: 'url',
    schema: shapes.httpUrl,
    expected: HTTP,
    about: { ko: '서비스 주소', en: 'the service' },
  }),
  token: key({
    path: 'token',
    variable: 'MTS_TOKEN',
    secret: true,
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: { ko: '인증 토큰(Bearer)', en: 'bearer token' },
  }),
  user: key({
    path: 'user',
    variable: 'MTS_USER',
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: { ko: '기본 인증 사용자', en: 'user of basic authentication' },
  }),
  password: key({
    path: 'password',
    variable: 'MTS_PASSWORD',
    secret: true,
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: { ko: '기본 인증 비밀번호', en: 'password of basic authentication' },
  }),
  headers: key({
    path: 'headers',
    variable: 'MTS_HEADERS',
    secret: true,
    schema: shapes.headers,
    expected: { ko: '"이름: 값" 목록', en: 'names with one-line values, Name: value' },
    fromVariable: headerLines,
    about: { ko: '요청에 붙일 헤더', en: 'headers sent with every request' },
  }),
  caFile: key({
    path: 'caFile',
    variable: 'MTS_CA_FILE',
    pathlike: true,
    schema: shapes.nonEmpty,
    expected: PATH,
    about: { ko: '추가로 신뢰할 인증기관(PEM)', en: 'a certificate authority to trust (PEM)' },
  }),
  stores: key({
    path: 'stores',
    variable: 'MTS_STORES',
    schema: shapes.stores,
    expected: {
      ko: '따옴표로 묶은 사업자번호 목록(숫자와 -)',
      en: 'a list of business numbers in quotes (digits and -)',
    },
    fromVariable: byCommas,
    about: { ko: '매출을 집계할 가맹점 사업자번호', en: 'stores whose sales are counted' },
  }),
  openingHours: key({
    path: 'openingHours',
    variable: 'MTS_OPENING_HOURS',
    schema: shapes.openingHours,
    expected: {
      ko: 'HH:MM-HH:MM, closed, 또는 요일별(sun~sat)',
      en: 'HH:MM-HH:MM, closed, or either by weekday (sun ... sat)',
    },
    about: {
      ko: '영업시간(자정을 넘길 수 있음). 그 밖의 시간에는 무매출을 알리지 않음',
      en: 'opening hours, may pass midnight; outside them no sale is no alarm',
    },
  }),
  holidays: key({
    path: 'holidays',
    schema: shapes.seoulDates,
    expected: { ko: 'YYYY-MM-DD 목록', en: 'a list of YYYY-MM-DD' },
    about: {
      ko: '휴무일: 매출이 없어도 정상, 경고는 보류(위험은 발송)',
      en: 'days off: no sale is no alarm, warnings wait, criticals page',
    },
  }),
  payoutDeadline: key({
    path: 'payoutDeadline',
    schema: shapes.timeOfDay,
    expected: TIME,
    about: { ko: '영업일 입금 파일 마감', en: 'when payouts are due on business days' },
  }),
  springBoot: key({
    path: 'springBoot',
    schema: shapes.nonEmpty,
    expected: {
      ko: '따옴표로 묶은 버전(예: "2.7.18")',
      en: 'a version in quotes such as "2.7.18"',
    },
    about: {
      ko: '서비스의 Spring Boot 버전(서비스가 보여 주지 않음)',
      en: 'the Spring Boot version of the service, which it does not show',
    },
  }),
  externals: key({
    path: 'externals',
    schema: shapes.externals,
    expected: {
      ko: '{id, url(주소 또는 host:port), statusPage, owner, phone} 목록',
      en: 'a list of {id, url (or host:port), statusPage, owner, phone}',
    },
    about: { ko: '의존하는 외부 시스템', en: 'systems of others that this one needs' },
  }),
  commands: key({
    path: 'commands',
    schema: shapes.commands,
    expected: {
      ko: '{id, argv, timeout, impact} 목록. argv는 프로그램과 인자의 목록',
      en: 'a list of {id, argv, timeout, impact}; argv is a program and its arguments',
    },
    about: { ko: '플레이북이 쓰는 운영자 명령', en: 'own commands for playbooks' },
  }),
  batchAt: key({
    path: 'batch.at',
    variable: 'MTS_BATCH_AT',
    schema: shapes.timeOfDay,
    expected: TIME,
    about: { ko: '야간 정산 배치 시각', en: 'when the nightly batch starts' },
  }),
  batchGraceMs: key({
    path: 'batch.grace',
    variable: 'MTS_BATCH_GRACE',
    schema: shapes.duration,
    expected: DURATION,
    about: { ko: '배치 완료까지의 여유', en: 'how long the batch may take' },
  }),
  verifyAfterMs: key({
    path: 'verifyAfter',
    variable: 'MTS_VERIFY_AFTER',
    schema: shapes.duration,
    expected: DURATION,
    about: { ko: '처리 후 재확인까지의 시간', en: 'when an action is read once more' },
  }),
  noSalesMinutes: key({
    path: 'thresholds.noSalesMinutes',
    schema: shapes.count,
    expected: COUNT,
    about: { ko: '위험: 매출이 없는 분', en: 'critical: minutes without a sale' },
  }),
  settlementFailurePercent: key({
    path: 'thresholds.settlementFailurePercent',
    schema: shapes.percent,
    expected: PERCENT,
    about: { ko: '위험: 정산 실패율(%)', en: 'critical: failed settlements, percent' },
  }),
  apiTimeMs: key({
    path: 'thresholds.apiTime',
    schema: shapes.positiveDuration,
    expected: DURATION,
    about: { ko: '경고: API 응답 시간', en: 'warning: time of an API call' },
  }),
  queueMessages: key({
    path: 'thresholds.queueMessages',
    schema: shapes.count,
    expected: COUNT,
    about: { ko: '경고: 매출 큐에 쌓인 건수', en: 'warning: messages waiting in the sales queue' },
  }),
  redisMemoryBytes: key({
    path: 'thresholds.redisMemory',
    schema: shapes.bytes,
    expected: { ko: '용량(예: 512MiB)', en: 'a size such as 512MiB' },
    about: { ko: '경고: Redis 메모리', en: 'warning: memory of Redis' },
  }),
  heapPercent: key({
    path: 'thresholds.heapPercent',
    schema: shapes.percent,
    expected: PERCENT,
    about: { ko: '경고: JVM 힙(%)', en: 'warning: JVM heap, percent' },
  }),
  cpuPercent: key({
    path: 'thresholds.cpuPercent',
    schema: shapes.percent,
    expected: PERCENT,
    about: { ko: '경고: CPU(%)', en: 'warning: CPU, percent' },
  }),
  cpuForMs: key({
    path: 'thresholds.cpuFor',
    schema: shapes.positiveDuration,
    expected: DURATION,
    about: { ko: 'CPU가 기준을 넘은 시간', en: 'how long the CPU must be above the line' },
  }),
  diskPercent: key({
    path: 'thresholds.diskPercent',
    schema: shapes.percent,
    expected: PERCENT,
    about: { ko: '경고: 디스크(%)', en: 'warning: disk, percent' },
  }),
  prometheusUrl: key({
    path: 'prometheus.url',
    variable: 'MTS_PROMETHEUS_URL',
    schema: shapes.plainHttpUrl,
    expected: HTTP_PLAIN,
    about: { ko: 'Prometheus 주소', en: 'Prometheus' },
  }),
  prometheusToken: key({
    path: 'prometheus.token',
    variable: 'MTS_PROMETHEUS_TOKEN',
    secret: true,
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: { ko: 'Prometheus 인증 토큰(Bearer)', en: 'bearer token for Prometheus' },
  }),
  prometheusUser: key({
    path: 'prometheus.user',
    variable: 'MTS_PROMETHEUS_USER',
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: { ko: 'Prometheus 기본 인증 사용자', en: 'user of basic authentication, Prometheus' },
  }),
  prometheusPassword: key({
    path: 'prometheus.password',
    variable: 'MTS_PROMETHEUS_PASSWORD',
    secret: true,
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: {
      ko: 'Prometheus 기본 인증 비밀번호',
      en: 'password of basic authentication, Prometheus',
    },
  }),
  prometheusHeaders: key({
    path: 'prometheus.headers',
    variable: 'MTS_PROMETHEUS_HEADERS',
    secret: true,
    schema: shapes.headers,
    expected: { ko: '"이름: 값" 목록', en: 'names with one-line values, Name: value' },
    fromVariable: headerLines,
    about: { ko: 'Prometheus 요청에 붙일 헤더', en: 'headers sent to Prometheus' },
  }),
  alertmanagerUrl: key({
    path: 'alertmanager.url',
    variable: 'MTS_ALERTMANAGER_URL',
    schema: shapes.plainHttpUrl,
    expected: HTTP_PLAIN,
    about: { ko: 'Alertmanager 주소', en: 'Alertmanager' },
  }),
  alertmanagerToken: key({
    path: 'alertmanager.token',
    variable: 'MTS_ALERTMANAGER_TOKEN',
    secret: true,
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: { ko: 'Alertmanager 인증 토큰(Bearer)', en: 'bearer token for Alertmanager' },
  }),
  alertmanagerUser: key({
    path: 'alertmanager.user',
    variable: 'MTS_ALERTMANAGER_USER',
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: {
      ko: 'Alertmanager 기본 인증 사용자',
      en: 'user of basic authentication, Alertmanager',
    },
  }),
  alertmanagerPassword: key({
    path: 'alertmanager.password',
    variable: 'MTS_ALERTMANAGER_PASSWORD',
    secret: true,
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: {
      ko: 'Alertmanager 기본 인증 비밀번호',
      en: 'password of basic authentication, Alertmanager',
    },
  }),
  alertmanagerHeaders: key({
    path: 'alertmanager.headers',
    variable: 'MTS_ALERTMANAGER_HEADERS',
    secret: true,
    schema: shapes.headers,
    expected: { ko: '"이름: 값" 목록', en: 'names with one-line values, Name: value' },
    fromVariable: headerLines,
    about: { ko: 'Alertmanager 요청에 붙일 헤더', en: 'headers sent to Alertmanager' },
  }),
  log: key({
    path: 'log',
    variable: 'MTS_LOG',
    pathlike: true,
    schema: shapes.nonEmpty,
    expected: PATH,
    about: { ko: '서비스 로그 파일', en: "the service's log file" },
  }),
  ...WATCH_KEYS,
  instances: key({
    path: 'instances',
    schema: shapes.count,
    expected: COUNT,
    about: { ko: '주소 뒤의 인스턴스 수', en: 'instances behind the url' },
  }),
  ...FLEET_KEYS,
  playbookDirs: key({
    path: 'playbooks',
    schema: shapes.names,
    expected: { ko: '디렉터리 목록', en: 'a list of directories' },
    pathlike: true,
    about: { ko: '추가 플레이북 디렉터리', en: 'directories of your own playbooks' },
  }),
  journal: key({
    path: 'journal',
    variable: 'MTS_JOURNAL',
    pathlike: true,
    schema: shapes.nonEmpty,
    expected: PATH,
    about: { ko: '기록 파일', en: "the journal's file" },
  }),
  lang: key({
    path: 'lang',
    variable: 'MTS_LANG',
    option: 'lang',
    schema: shapes.lang,
    expected: { ko: 'ko 또는 en', en: 'ko or en' },
    about: { ko: '표시 언어', en: 'language shown' },
  }),
  timeoutMs: key({
    path: 'timeout',
    variable: 'MTS_TIMEOUT',
    option: 'timeout',
    schema: shapes.positiveDuration,
    expected: DURATION,
    about: { ko: '조회 1건의 제한 시간', en: 'deadline of each read' },
  }),
} as const

export type KeyName = keyof typeof KEYS

/** The checked value of each key, where one was given. */
export type Values = {
  readonly [Name in KeyName]?: (typeof KEYS)[Name] extends Key<infer T> ? T : never
}
