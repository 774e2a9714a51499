/** What the service itself does that monitoring and batch stumble over. */
import { durationText } from '../core/duration.ts'
import { text } from '../core/text.ts'
import type { Finding } from './diagnosis.ts'
import type { DoctorFacts } from './facts.ts'

/** As the interlock of actions has it. */
const MAX_SKEW_MS = 60_000

export function judgeService({ url, service }: DoctorFacts): readonly Finding[] {
  const { health, clock, endpoints } = service
  const findings: Finding[] = []
  if (health.kind === 'unreachable') {
    findings.push({
      code: 'UNREACHABLE',
      severity: 'critical',
      subject: url,
      message: text(
        `서비스 응답 없음: ${health.reason.ko}`,
        `no answer of the service: ${health.reason.en}`,
      ),
      remedy: text('mts playbook service-down', 'mts playbook service-down'),
    })
  }
  if (health.kind === 'hangs') {
    const after = durationText(health.afterMs)
    findings.push({
      code: 'HEALTH_HANGS',
      severity: 'critical',
      subject: '/actuator/health',
      message: text(
        `전체 헬스체크가 ${after.ko} 안에 답하지 않습니다. curl로 매분 확인하면 요청만 쌓이고 원인은 드러나지 않습니다`,
        `the whole health did not answer within ${after.en}: asked every minute it piles up and names nothing`,
      ),
      remedy: text(
        '구성 요소별로 확인하세요: mts health (멈춘 것을 이름으로 알려 줍니다)',
        'ask each component on its own: mts health names the one that hangs',
      ),
    })
  }
  if (clock.kind === 'known' && Math.abs(clock.skewMs) > MAX_SKEW_MS) {
    const off = durationText(Math.abs(clock.skewMs))
    findings.push({
      code: 'CLOCK_SKEW',
      severity: 'critical',
      subject: url,
      message: text(
        `서비스 시각이 ${off.ko} 어긋나 있습니다. 배치 시각과 날짜 판단이 틀어집니다`,
        `the service's clock is ${off.en} off: the batch and every date go wrong`,
      ),
      remedy: text('NTP를 확인하세요(서비스와 이 컴퓨터 모두)', 'check NTP, there and here'),
    })
  }
  if (clock.kind === 'known' && clock.zone === 'utc') {
    findings.push({
      code: 'ZONE_MISMATCH',
      severity: 'critical',
      subject: 'TZ',
      message: text(
        '배치가 UTC로 돕니다. 서울 02:00에 어제가 아니라 그제를 정산합니다',
        'the batch runs in UTC: at 02:00 of Seoul it settles the day before yesterday',
      ),
      remedy: text(
        '서비스 컨테이너에 TZ=Asia/Seoul(또는 -Duser.timezone=Asia/Seoul)을 주세요',
        'give the container TZ=Asia/Seoul, or the JVM -Duser.timezone=Asia/Seoul',
      ),
    })
  }
  for (const { path, state, instead } of endpoints) {
    if (state !== 'broken') continue
    findings.push({
      code: 'ENDPOINT_BROKEN',
      severity: 'info',
      subject: path,
      message: text('항상 오류로 답합니다', 'it always answers with an error'),
      remedy: instead,
    })
  }
  return findings
}
