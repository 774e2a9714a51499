import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, line, lines, mine, noted, recorded, sourceOf } from './mined.ts'

const STORE_TRACE = [
  'com.okpos.todaysales.exception.StoreNotFoundException: 가맹점을 찾을 수 없습니다: 999-99-99999',
  '\tat com.okpos.todaysales.service.SalesService.lambda$createSale$0(SalesService.java:50) ~[classes!/:1]',
  '\tat java.base/java.util.Optional.orElseThrow(Optional.java:403) ~[na:na]',
  '\tat com.okpos.todaysales.service.SalesService$$FastClassBySpringCGLIB$$681f08c2.invoke(<generated>) ~[classes!/:1]',
  '\tat org.springframework.cglib.proxy.MethodProxy.invoke(MethodProxy.java:218) ~[spring-core-5.3.31.jar!/:5.3.31]',
]

/** Lines as logs have them, and as they should not. */
const anyLine = fc.oneof(
  { weight: 6, arbitrary: fc.nat(99_999).map((n) => line(`매출 ${n}건 처리`, { time: at(n) })) },
  {
    weight: 2,
    arbitrary: fc.nat(99).map((n) => line(`처리 실패 ${n}`, { level: 'ERROR', time: at(n) })),
  },
  { weight: 2, arbitrary: fc.constantFrom(...STORE_TRACE) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'Caused by: java.io.IOException: 끊김',
      '',
      'Hibernate: select 1',
      '정산 ID: 1',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary', maxLength: 40 })
      .map((text) => text.replace(/[\n\r\0]/g, '')),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(200_000, 131_072, 131_073, 70_000)
      .map((size) => line('x'.repeat(size))),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '긴줄 '.repeat(30_000),
      '2026-11-24 02:00:00.000',
      '{"message":"x"}',
    ),
  },
)

/** Cuts of the bytes, as a pipe may make them. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let from = 0, index = 0; from < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? bytes.length
    chunks.push(bytes.subarray(from, from + size))
    from += size
  }
  return chunks
}

describe('events of a log', () => {
  it('are the same however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyLine, { minLength: 1, maxLength: 60 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 150_000 }), { minLength: 1, maxLength: 5 }),
        async (all, newline, ended, sizes) => {
          const bytes = Buffer.from(all.join(newline) + (ended ? newline : ''))
          const whole = await mine([bytes])
          // Single bytes are slow for a long log.
          const least = Math.ceil(bytes.length / 2000)
          const cuts = cut(
            bytes,
            sizes.map((size) => Math.max(size, least)),
          )
          expect(await mine(cuts)).toEqual(whole)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are the same byte by byte, also behind lines that are none', async () => {
    const preamble = ['tail of an event', '\tat a.b.C.d(C.java:1)', ' :: Spring Boot ::']
    const text = lines(
      ...preamble,
      line('가나다 1', { level: 'ERROR' }),
      ...STORE_TRACE,
      line('끝'),
    )
    const whole = await mine(text)
    expect(whole.events).toBe(2)
    expect(await mine(cut(Buffer.from(text), [1]))).toEqual(whole)
  })

  it('may have traces of any length: they are looked at as far as there is room for', async () => {
    const frames = Array.from(
      { length: 20_000 },
      (_, index) => `\tat org.springframework.A.m${index}(A.java:1)`,
    )
    const late = '\tat com.ours.app.Late.m(Late.java:1)'
    const event = (...rest: readonly string[]) => [
      line('오류', { level: 'ERROR' }),
      'a.b.C: x',
      ...rest,
    ]
    const text = lines(...event(...frames, late), ...event(...frames.slice(0, 9)), line('끝'))
    expect(text.length).toBeGreaterThan(600_000)
    const whole = await mine(text)
    expect(whole.lines).toBe(20_000 + 9 + 6)
    expect(whole.patterns.map(noted)).toEqual(['2 ERROR 오류 < C', '1 INFO 끝'])
    expect(await mine(cut(Buffer.from(text), [7001]))).toEqual(whole)
  })

  it('are the same gzipped, in one piece or in several members', async () => {
    const text = recorded()
    const plain = await mine(text)
    expect(await mine(gzipSync(text))).toEqual(plain)
    const half = text.indexOf('\n', text.length / 2) + 1
    const members = Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))])
    expect(await mine(cut(members, [1000]))).toEqual(plain)
  })

  it('of several files are counted together', async () => {
    const one = lines(line('시작 1'), line('실패 2', { level: 'ERROR' }))
    const two = lines(line('실패 3', { level: 'ERROR', time: '03:00:00.000' }))
    const found = await mine('', {
      sources: [sourceOf(gzipSync(one), 'a.log.1.gz'), sourceOf(two, 'a.log')],
    })
    expect(found.files).toEqual(['a.log.1.gz', 'a.log'])
    expect(found.lines).toBe(3)
    expect(found.patterns.map(noted)).toEqual(['2 ERROR 실패 <n>', '1 INFO 시작 <n>'])
    expect(found.patterns[0]).toMatchObject({
      firstSeen: '2026-11-24T02:00:00+09:00',
      lastSeen: '2026-11-24T03:00:00+09:00',
    })
  })
})

describe('a stack trace', () => {
  it('is one event with its line, keyed by its chain and first own frame', async () => {
    const event = (lineNumber: number, hash: string): string[] => [
      line('매출 등록 중 오류 발생', {
        level: 'ERROR',
        logger: 'c.o.t.controller.SalesController',
      }),
      '',
      ...STORE_TRACE.map((row) => row.replace(':50', `:${lineNumber}`).replace('681f08c2', hash)),
      'Caused by: java.sql.SQLException: 끊김 12',
      '\t... 18 common frames omitted',
      '',
    ]
    const found = await mine(lines(...event(50, '681f08c2'), ...event(61, 'aaaabbbb')))
    expect(found.patterns.map(noted)).toEqual([
      '2 ERROR 매출 등록 중 오류 발생 < StoreNotFoundException < SQLException @ SalesService.createSale',
    ])
    expect(found.events).toBe(2)
  })

  it('makes another pattern of the same message where another method of ours threw', async () => {
    const from = (method: string): string[] => [
      line('오류', { level: 'ERROR' }),
      'java.lang.IllegalStateException: x',
      '\tat org.springframework.A.b(A.java:1)',
      `\tat com.okpos.todaysales.service.SalesService.${method}(SalesService.java:1)`,
    ]
    const found = await mine(lines(...from('create'), ...from('cancel'), ...from('create')))
    expect(found.patterns.map(noted)).toEqual([
      '2 ERROR 오류 < IllegalStateException @ SalesService.create',
      '1 ERROR 오류 < IllegalStateException @ SalesService.cancel',
    ])
  })

  it('looks past libraries it does not know, to the package whose loggers write the log', async () => {
    const found = await mine(
      lines(
        line('기동', { logger: 'c.o.t.TodaySalesApplication' }),
        line('오류', { level: 'ERROR', logger: 'c.o.t.service.SalesService' }),
        'kr.vendor.van.VanException: 승인 실패',
        '\tat kr.vendor.van.Client.call(Client.java:1)',
        '\tat com.okpos.todaysales.service.SalesService.pay(SalesService.java:1)',
      ),
    )
    expect(found.ownPackage).toBe('com.okpos.todaysales')
    expect(found.patterns[0]?.frame).toBe('SalesService.pay')
  })

  it('is the same whatever names its proxies have in this process', async () => {
    const event = (hash: string) => [
      line('오류', { level: 'ERROR', logger: 'c.o.t.service.SalesService' }),
      'a.b.C: x',
      `\tat com.okpos.todaysales.service.SalesService$$EnhancerBySpringCGLIB$$${hash}.create(<generated>)`,
      '\tat com.okpos.todaysales.controller.SalesController.create(SalesController.java:9)',
    ]
    const found = await mine(lines(...event('e8e8c4ce'), ...event('0a1b2c3d')))
    expect(found.patterns.map(noted)).toEqual(['2 ERROR 오류 < C @ SalesController.create'])
  })

  it('without a frame of ours names the first that is no framework’s', async () => {
    const found = await mine(
      lines(
        line('기동', { logger: 'c.o.t.TodaySalesApplication' }),
        line('정산', { level: 'ERROR', logger: 'c.o.t.service.SalesService' }),
        'a.b.C: x',
        '\tat com.okpos.todaysales.service.SalesService.pay(SalesService.java:1)',
        line('승인', { level: 'ERROR', logger: 'k.v.van.Client' }),
        'kr.vendor.van.VanException: x',
        '\tat java.base/java.net.Socket.read(Socket.java:1)',
        '\tat kr.vendor.van.Client.call(Client.java:1)',
      ),
    )
    expect(found.patterns.map(noted)).toContain('1 ERROR 승인 < VanException @ Client.call')
  })

  it('that the JVM no longer prints belongs to the one it was printed with', async () => {
    const bare = line('재선언 실패', { level: 'ERROR' })
    const traced = [bare, 'java.net.ConnectException: refused', '\tat java.base/A.b(A.java:1)']
    expect((await mine(lines(...traced, bare, bare))).patterns.map(noted)).toEqual([
      '3 ERROR 재선언 실패 < ConnectException',
    ])
    const another = [bare, 'java.io.IOException: x', '\tat java.base/A.b(A.java:1)']
    expect((await mine(lines(...traced, ...another, bare))).patterns).toHaveLength(3)
  })

  it('is not made of a parser’s " at [Source: ...]", of SQL, or of the rest of a message', async () => {
    const found = await mine(
      lines(
        line('요청 오류', { level: 'WARN' }),
        ' at [Source: (String)"{...}"; line: 1, column: 2]',
        'Hibernate: select sale0_.id from sales sale0_ where sale0_.id=?',
        'Hibernate: ',
        '    select',
        '        sale0_.id',
        '정산 ID: 1',
        line('요청 오류', { level: 'WARN' }),
      ),
    )
    expect(found.patterns.map(noted)).toEqual(['2 WARN 요청 오류'])
  })

  it('of a suppressed exception changes nothing', async () => {
    const event = [line('오류', { level: 'ERROR' }), 'a.b.C: x', '\tat com.ours.app.S.m(S.java:1)']
    const suppressed = ['\tSuppressed: a.b.D: y', '\t\tat com.ours.app.T.close(T.java:1)']
    const found = await mine(lines(...event, ...suppressed, ...event))
    expect(found.patterns.map(noted)).toEqual(['2 ERROR 오류 < C @ S.m'])
  })
})

describe('the form of a log', () => {
  it('may be JSON lines, of several encoders', async () => {
    const stack = 'java.lang.IllegalStateException: x\n\tat com.ours.app.S.m(S.java:7)\n'
    const logstash = (message: string, level = 'INFO', more = {}): string =>
      JSON.stringify({
        '@timestamp': '2026-11-24T02:00:01.500+09:00',
        level,
        logger_name: 'com.ours.app.S',
        thread_name: 'exec-7',
        message,
        ...more,
      })
    const found = await mine(
      lines(
        logstash('매출 12건'),
        logstash('매출 7건'),
        logstash('실패', 'ERROR', { stack_trace: stack }),
        JSON.stringify({
          '@timestamp': '2026-11-23T17:00:05Z',
          'log.level': 'WARN',
          message: 'ECS',
          'log.logger': 'x.Y',
        }),
        JSON.stringify({
          timestamp: Date.parse('2026-11-24T02:00:10.250+09:00') / 1000,
          level: 3,
          short_message: 'GELF',
        }),
        JSON.stringify({
          timeMillis: Date.parse('2026-11-24T02:00:20+09:00'),
          level: 'FATAL',
          message: '메모리',
          thrown: { name: 'a.b.OutOfMemoryError' },
        }),
      ),
    )
    expect(found.patterns.map(noted)).toEqual([
      '1 FATAL 메모리 < OutOfMemoryError',
      expect.stringMatching(/^1 ERROR (GELF|실패 < IllegalStateException @ S\.m)$/),
      expect.stringMatching(/^1 ERROR (GELF|실패 < IllegalStateException @ S\.m)$/),
      '1 WARN ECS',
      '2 INFO 매출 <n>건',
    ])
    expect(found.span).toEqual({
      from: '2026-11-24T02:00:01+09:00',
      to: '2026-11-24T02:00:20+09:00',
    })
    expect(found.lines).toBe(6)
  })

  it('is Seoul’s time where JSON names no zone', async () => {
    const found = await mine(lines('{"time":"2026-11-24 02:00:00,500","level":"INFO","msg":"x"}'))
    expect(found.span.from).toBe('2026-11-24T02:00:00+09:00')
  })

  it('may have zones, a comma before the milliseconds, or Spring Boot 3’s brackets', async () => {
    const found = await mine(
      lines(
        '2026-11-23T17:00:00.000Z  INFO 1 --- [sales] [main] [6741-abc] c.o.t.A : 기동 1',
        '2026-11-24T02:00:01.000+09:00  INFO 1 --- [           main] c.o.t.A : 기동 2',
        '2026-11-24 02:00:02,500 [exec-1] ERROR c.o.t.B - 실패 3',
      ),
    )
    expect(found.patterns.map(({ logger, template, count }) => [logger, template, count])).toEqual([
      ['c.o.t.B', '실패 <n>', 1],
      ['c.o.t.A', '기동 <n>', 2],
    ])
    expect(found.span).toEqual({
      from: '2026-11-24T02:00:00+09:00',
      to: '2026-11-24T02:00:02+09:00',
    })
  })

  it('may have no headers at all: then a line is an event, and what it says of its level is taken', async () => {
    const found = await mine(
      lines('starting 1', 'WARN disk 81%', '  indented', 'WARN disk 90%', 'ERROR x'),
    )
    expect(found.patterns.map(noted)).toEqual([
      '1 ERROR ERROR x',
      '2 WARN WARN disk <n>%',
      '1 UNKNOWN starting <n>',
    ])
    expect(found.span).toEqual({ from: null, to: null })
  })

  it('is seen behind a banner, which is no event', async () => {
    const banner = [
      '',
      '  .   ____',
      ' /\\\\ / ___',
      ' :: Spring Boot ::   (v2.7.18)',
      'a word',
      '',
    ]
    const found = await mine(lines(...banner, line('기동')))
    expect(found).toMatchObject({ lines: 7, events: 1 })
    expect(found.patterns.map(noted)).toEqual(['1 INFO 기동'])
  })

  it('may be empty', async () => {
    expect(await mine('')).toMatchObject({ lines: 0, events: 0, patterns: [] })
    expect(await mine('\n\n')).toMatchObject({ lines: 2, events: 0 })
  })
})

describe('templates', () => {
  const templatesOf = async (...messages: readonly string[]): Promise<readonly string[]> =>
    (await mine(lines(...messages.map((message) => line(message))))).patterns.map(
      ({ template }) => template,
    )

  it('leave out what varies and keep the words, Korean ones above all', async () => {
    const cases = {
      '정산 완료 - 날짜: 2026-11-23, 거래수: 6, 총액: 78,900.00원':
        '정산 완료 - 날짜: <date>, 거래수: <n>, 총액: <n>원',
      '처리 시간: 2026-11-24 02:46:20': '처리 시간: <time>',
      'eventId=fd11923b-144f-4489-a6bd-d22cc2db3e3d': 'eventId=<uuid>',
      'Restarting Consumer@7aded903: tags=[]': 'Restarting Consumer@<hex>: tags=[]',
      'connect to 10.0.0.7:3306 failed': 'connect to <ip> failed',
      'Unknown column \'name\' in "field list"': 'Unknown column \'<v>\' in "<v>"',
      '주문 20261123-0001 (3건)': '주문 <n>-<n> (<n>건)',
      'select * from t where id in (1, 2, 3) and x in (?, ?)':
        'select * from t where id in (<n>…) and x in (?…)',
      'took -12.5 ms, 80% of it': 'took <n> ms, <n>% of it',
    }
    for (const [message, template] of Object.entries(cases)) {
      expect(await templatesOf(message)).toEqual([template])
    }
  })

  it('keep few kinds apart and make one of many', async () => {
    expect(await templatesOf('매출 등록 실패', '매출 취소 실패', '매출 조회 실패')).toHaveLength(3)
    const names = Array.from(
      { length: 30 },
      (_, index) => `담당 ${'가나다라마바사'[index % 7]}${'아자차카타'[index % 5]} 로그인`,
    )
    const merged = await mine(lines(...names.map((name) => line(name))))
    expect(merged.patterns.map(noted)).toEqual(['30 INFO 담당 <*> 로그인'])
  })

  it('of different levels or loggers are never one', async () => {
    const found = await mine(
      lines(line('x'), line('x', { level: 'WARN' }), line('x', { logger: 'a.B' })),
    )
    expect(found.patterns).toHaveLength(3)
  })
})
