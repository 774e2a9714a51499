/** `application.yml` advice: the guide's saving of memory without blinding the alert that needs a histogram. */
import type { MonitoringPlan } from './plan.ts'
import { comment, paragraphs, yamlOf } from './yaml-text.ts'

export function renderApplication(plan: MonitoringPlan): string {
  const thresholdMs = plan.thresholds.apiTimeMs
  const bounds = [100, 300, 1000, thresholdMs, thresholdMs * 2, 10_000, 30_000]
  const slo = [...new Set(bounds)].sort((left, right) => left - right).map((ms) => `${ms}ms`)
  return paragraphs([
    comment([
      '서비스의 application.yml에 옮겨 적을 내용입니다(그대로 쓰는 파일이 아님).',
      '가이드는 히스토그램을 모두 끕니다. 그러면 HighResponseTime은 영원히 울리지 않습니다.',
      `모든 구간(요청 종류마다 69개)을 끄고, 규칙에 필요한 ${slo.length}개 구간만 남깁니다.`,
    ]),
    yamlOf({
      management: {
        metrics: {
          distribution: {
            'percentiles-histogram': { 'http.server.requests': false },
            slo: { 'http.server.requests': slo.join(', ') },
          },
          tags: { application: plan.service },
        },
      },
    }),
    comment([
      '가이드의 management.metrics.export.prometheus.step은 수집 간격이 아닙니다(최대값이 잊히는 시간).',
      '수집 간격은 prometheus.yml의 scrape_interval입니다.',
      '',
      'settlement.result.total, sales.by.payment.type.total, api.calls.total은 같은 이름을 다른 태그로 두 번',
      '등록해 /actuator/prometheus에는 첫 등록(항상 0)만 나옵니다. 한 이름에는 항상 같은 태그를 쓰도록',
      '서비스 코드를 고치면 알림으로 만들 수 있습니다.',
      '컨테이너에는 TZ=Asia/Seoul을 주세요. 없으면 02:00 배치가 그제를 정산합니다.',
    ]),
  ])
}
