import { beforeAll, describe, expect, it } from 'vitest'
import type { LogPatterns } from '../../src/core/log-patterns.ts'
import { mine, noted, recorded, shippedPatterns } from './mined.ts'

/**
 * Found by hand with grep, sed and sort in the recorded log: lines from ` : ` on, numbers struck
 * out, sorted and counted; then each stack trace read below its line.
 */
const BY_HAND = {
  errors: [
    '312 ERROR Failed to check/redeclare auto-delete queue(s). < AmqpConnectException < ConnectException',
    '9 ERROR 매출 등록 중 오류 발생 < StoreNotFoundException @ SalesService.createSale',
    '3 ERROR 예상치 못한 오류 발생 < InvalidDataAccessApiUsageException < IllegalArgumentException @ SettlementBatchService.getUnsettledSales',
    '2 ERROR 예상치 못한 오류 발생 < HttpMessageNotReadableException < InvalidFormatException',
    '2 ERROR 예상치 못한 오류 발생 < MissingServletRequestParameterException',
  ],
  once: [
    '=== 일일 정산 배치 실패: <date> === < RuntimeException < AmqpConnectException < ConnectException @ SettlementBatchService.processSettlement',
    'RabbitMQ Health Check Failed < AmqpConnectException @ RabbitMQHealthIndicator.health',
    'Unexpected error occurred in scheduled task < AmqpConnectException < ConnectException @ SettlementBatchService.sendFailureNotification',
    '긴급 알림 발송 실패: <date> < AmqpConnectException < ConnectException @ SettlementFailureService.sendUrgentNotification',
    '대시보드 조회 중 오류 발생 < StoreNotFoundException @ SalesService.getDashboard',
    '매출 등록 중 오류 발생 < InvalidRequestException @ SalesService.createSale',
    '예상치 못한 오류 발생 < AbstractWebMvcEndpointHandlerMapping.InvalidEndpointBadRequestException < InvalidEndpointRequestException',
    '예상치 못한 오류 발생 < HttpMessageNotWritableException < JsonMappingException',
    '예상치 못한 오류 발생 < HttpRequestMethodNotSupportedException',
    '월별 리포트 조회 중 오류 발생 < StoreNotFoundException @ SalesService.getMonthlyReport',
    '정산 실패 이벤트 발행 중 오류: <n> < AmqpConnectException < ConnectException @ SettlementFailureService.publishFailureEvent',
    '정산 처리 중 오류 발생: <date> < AmqpConnectException < ConnectException @ SettlementBatchService.publishSettlementEvent',
  ],
  warnings: [
    '288 WARN Consumer raised exception, processing can restart if the connection factory supports it.',
    '3 WARN spring.jpa.open-in-view is enabled by default.',
    "3 WARN 타입 불일치 오류: '<v>' 파라미터의 값 '<v>'이(가) 올바르지 않습니다",
    '1 WARN 정산 실패 메트릭 기록: 오류타입=AmqpConnectException, 메시지=java.net.ConnectException: Connection refused',
  ],
  ordinary: [
    '640 INFO Attempting to connect to: localhost:<n>',
    '288 INFO Restarting Consumer@<hex>: tags=[[]], channel=null, acknowledgeMode=MANUAL local queue size=<n>',
    '23 INFO Restarting Consumer@<hex>: tags=[[amq.ctag-',
    '14 INFO 매출 데이터 수신: ORD-<n>',
  ],
} as const

describe('the recorded log', () => {
  let found: LogPatterns
  beforeAll(async () => {
    found = await mine(recorded(), { known: shippedPatterns() })
  })
  const of = (level: string): readonly string[] =>
    found.patterns.filter((pattern) => pattern.level === level).map(noted)

  it('has the patterns a person finds by hand, most severe and most frequent first', () => {
    const errors = of('ERROR')
    expect(errors.slice(0, BY_HAND.errors.length - 2)).toEqual(BY_HAND.errors.slice(0, 3))
    expect([...errors.slice(3, 5)].sort()).toEqual([...BY_HAND.errors.slice(3)].sort())
    expect([...errors.slice(5)].sort()).toEqual(
      BY_HAND.once.map((rest) => `1 ERROR ${rest}`).sort(),
    )
    for (const [level, wanted] of [
      ['WARN', BY_HAND.warnings],
      ['INFO', BY_HAND.ordinary],
    ] as const) {
      const top = of(level).slice(0, wanted.length)
      expect(wanted.filter((one) => !top.some((told) => told.startsWith(one)))).toEqual([])
    }
    expect(found.patterns.map(({ level }) => level)).toEqual([
      ...of('ERROR').map(() => 'ERROR'),
      ...of('WARN').map(() => 'WARN'),
      ...of('INFO').map(() => 'INFO'),
    ])
  })

  it('loses no line and no event on the way', () => {
    expect(found).toMatchObject({
      lines: 5133,
      events: 382 + 307 + 1164,
      levels: { ERROR: 382, WARN: 307, INFO: 1164 },
      dropped: { patterns: 0, events: 0 },
      undated: 0,
    })
    const all = [...found.patterns, ...(found.noise?.patterns ?? [])]
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(found.events)
  })

  it('tells when: the whole, each pattern, and over time', () => {
    expect(found.span).toEqual({
      from: '2026-11-24T02:45:03+09:00',
      to: '2026-11-24T02:55:11+09:00',
    })
    const [broker] = found.patterns
    expect(broker).toMatchObject({
      firstSeen: '2026-11-24T02:54:08+09:00',
      lastSeen: '2026-11-24T02:55:08+09:00',
    })
    expect(broker?.trend).toHaveLength(24)
    expect(broker?.trend?.reduce((sum, count) => sum + count, 0)).toBe(312)
    // Ten minutes; the broker was down in the last of them.
    expect(broker?.trend?.slice(0, 20).every((count) => count === 0)).toBe(true)
  })

  it('finds the service’s own package', () => {
    expect(found.ownPackage).toBe('com.okpos.todaysales')
  })

  it('knows the dead letters of healthy sales as noise, and counts them per sale', () => {
    expect(found.noise).toMatchObject({ status: 'usual', sales: 9, perSale: 9, events: 54 })
    expect(found.noise?.patterns.map(({ count }) => count)).toEqual(
      Array.from({ length: 9 }, () => 6),
    )
    const listed = found.patterns.map(({ template }) => template).join('\n')
    expect(listed).not.toMatch(/DLQ|Queue Type|Rabbit message listener|message conversion/)
  })

  it('names what is known, and the playbook that treats it', () => {
    const known = new Map(found.patterns.map(({ template, known: name }) => [template, name]))
    expect(known.get('=== 일일 정산 배치 실패: <date> ===')).toMatchObject({
      id: 'batch-failed',
      playbook: 'settlement-failure',
    })
    // Of those that were seen once, what a playbook treats comes first, the batch before all.
    const once = found.patterns.filter(({ count, level }) => level === 'ERROR' && count === 1)
    expect(once[0]?.known?.id).toBe('batch-failed')
    expect(known.get('RabbitMQ Health Check Failed')).toMatchObject({
      id: 'broker-unreachable',
      playbook: 'dependency-outage',
    })
    const duplicate = found.patterns.find(
      ({ exceptions }) => exceptions?.[0] === 'InvalidRequestException',
    )
    expect(duplicate?.known?.id).toBe('duplicate-order')
    expect(known.get('Attempting to connect to: localhost:<n>')).toBeUndefined()
  })

  it('shows one example each, in which stores and their numbers are masked', () => {
    const texts = JSON.stringify(found)
    expect(texts).not.toContain('storeName=테스트')
    expect(texts).not.toMatch(/\d{3}-\d{2}-\d{5}/)
    const [, unknownStore] = found.patterns
    expect(unknownStore?.example).toBe(
      '매출 등록 중 오류 발생 | StoreNotFoundException: 가맹점을 찾을 수 없습니다: ***',
    )
  })
})
