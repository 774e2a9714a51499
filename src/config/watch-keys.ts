/** Settings of `mts watch`, and of who is told. */
import { COUNT, DURATION, HTTP, HTTP_PLAIN, WORDS, key } from './key.ts'
import * as shapes from './shapes.ts'

export const WATCH_KEYS = {
  slackWebhookUrl: key({
    path: 'slack.webhookUrl',
    variable: 'MTS_SLACK_WEBHOOK_URL',
    secret: true,
    schema: shapes.httpUrl,
    expected: HTTP,
    about: { ko: 'Slack 웹훅', en: 'Slack webhook' },
  }),
  slackFinanceUrl: key({
    path: 'slack.financeWebhookUrl',
    variable: 'MTS_SLACK_FINANCE_WEBHOOK_URL',
    secret: true,
    schema: shapes.httpUrl,
    expected: HTTP,
    about: { ko: '정산 완료를 받을 재무팀 Slack 웹훅', en: "finance's Slack webhook" },
  }),
  pagerdutyRoutingKey: key({
    path: 'pagerduty.routingKey',
    variable: 'MTS_PAGERDUTY_ROUTING_KEY',
    secret: true,
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: { ko: 'PagerDuty 라우팅 키', en: 'PagerDuty routing key' },
  }),
  pagerdutyUrl: key({
    path: 'pagerduty.url',
    variable: 'MTS_PAGERDUTY_URL',
    schema: shapes.plainHttpUrl,
    expected: HTTP_PLAIN,
    about: { ko: 'PagerDuty 이벤트 주소', en: 'PagerDuty events address' },
  }),
  heartbeatUrl: key({
    path: 'heartbeat.url',
    variable: 'MTS_HEARTBEAT_URL',
    secret: true,
    schema: shapes.pingUrl,
    expected: HTTP,
    about: { ko: '감시 회차마다 호출할 주소', en: 'asked for at every round of mts watch' },
  }),
  notifyRoutes: key({
    path: 'notify.routes',
    schema: shapes.routes,
    expected: {
      ko: '항목 또는 critical, warning별 [slack, pagerduty]',
      en: '[slack, pagerduty] by check, or by critical and warning',
    },
    about: { ko: '알림 보낼 곳(항목별, 심각도별)', en: 'who is told, by check or severity' },
  }),
  notifyRuns: key({
    path: 'notify.runs',
    schema: shapes.yesNo,
    expected: { ko: 'true 또는 false', en: 'true or false' },
    about: {
      ko: '플레이북 시작 · 대기 · 종료 알림',
      en: 'tell when a playbook starts, waits, ends',
    },
  }),
  quietHours: key({
    path: 'notify.quietHours',
    variable: 'MTS_QUIET_HOURS',
    schema: shapes.timeSpan,
    expected: { ko: 'HH:MM-HH:MM', en: 'HH:MM-HH:MM' },
    about: { ko: '경고를 보내지 않는 시간', en: 'warnings wait for its end' },
  }),
  notifyTimeoutMs: key({
    path: 'notify.timeout',
    schema: shapes.positiveDuration,
    expected: DURATION,
    about: { ko: '알림 한 건의 응답 제한 시간', en: 'deadline of one message' },
  }),
  watchLevel1Ms: key({
    path: 'watch.level1',
    schema: shapes.positiveDuration,
    expected: DURATION,
    about: { ko: '1단계 감시 주기', en: 'how often level 1 is judged' },
  }),
  watchLevel2Ms: key({
    path: 'watch.level2',
    schema: shapes.positiveDuration,
    expected: DURATION,
    about: { ko: '2단계 감시 주기', en: 'how often level 2 is judged' },
  }),
  watchLevel3Ms: key({
    path: 'watch.level3',
    schema: shapes.positiveDuration,
    expected: DURATION,
    about: { ko: '3단계 감시 주기', en: 'how often level 3 is judged' },
  }),
  watchFailures: key({
    path: 'watch.failures',
    schema: shapes.count,
    expected: COUNT,
    about: { ko: '장애로 볼 연속 실패 횟수', en: 'failures in a row that count' },
  }),
  watchRecoveries: key({
    path: 'watch.recoveries',
    schema: shapes.count,
    expected: COUNT,
    about: { ko: '복구로 볼 연속 정상 횟수', en: 'good answers in a row that end it' },
  }),
  watchRemindAfterMs: key({
    path: 'watch.remindAfter',
    schema: shapes.positiveDuration,
    expected: DURATION,
    about: { ko: '지속 중인 장애를 다시 알리는 간격', en: 'when a trouble is told again' },
  }),
  watchNoEvidenceAfterMs: key({
    path: 'watch.noEvidenceAfter',
    schema: shapes.positiveDuration,
    expected: DURATION,
    about: { ko: '확인 불가를 알리기까지의 시간', en: 'when missing evidence is an alarm' },
  }),
  watchMaintenance: key({
    path: 'watch.maintenance',
    schema: shapes.maintenance,
    expected: {
      ko: '"[요일 또는 날짜] HH:MM-HH:MM [사유]" 목록',
      en: 'a list of "[weekday or date] HH:MM-HH:MM [reason]"',
    },
    about: { ko: '정기 점검 시간(측정하되 보내지 않음)', en: 'works: measured, not told' },
  }),
  watchPrepareRuns: key({
    path: 'watch.prepareRuns',
    schema: shapes.yesNo,
    expected: { ko: 'true 또는 false', en: 'true or false' },
    about: { ko: '장애 시 플레이북을 미리 준비', en: "prepare a run of an incident's playbook" },
  }),
} as const
