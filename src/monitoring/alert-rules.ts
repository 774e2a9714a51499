/**
 * The alerts: the guide's five and what its levels 1 to 3 need, each corrected so that it can fire on
 * this service, each with its playbook and its tests.
 */
import { dependencyAlerts } from './alerts-of-dependencies.ts'
import { resourceAlerts } from './alerts-of-resources.ts'
import { salesAlerts } from './alerts-of-sales.ts'
import { settlementAlerts } from './alerts-of-settlements.ts'
import type { MonitoringPlan } from './plan.ts'
import type { AlertSpec } from './rule.ts'

export interface AlertGroup {
  readonly name: string
  readonly comment: readonly string[]
  readonly alerts: readonly AlertSpec[]
}

export function alertGroups(plan: MonitoringPlan): readonly AlertGroup[] {
  return [
    {
      name: `${plan.service}-level1`,
      comment: [
        '1단계: 서비스와 연동.',
        '수집 지표로 볼 수 없는 것: Redis 상태·메모리, RabbitMQ 큐 적체, 헬스체크의 멈춤.',
        '이 셋은 규칙으로 만들지 않았습니다. mts watch가 확인합니다(Redis 중단은 SalesRequestsFailing으로도 드러남).',
      ],
      alerts: dependencyAlerts(plan),
    },
    {
      name: `${plan.service}-level2`,
      comment: [
        '2단계: 업무.',
        '수집 지표로 볼 수 없는 것: 배치가 FAILED로 남긴 정산(settlement_result_total은 항상 0),',
        '결제수단별 매출(sales_by_payment_type_total은 항상 0). mts watch가 서비스의 기록을 읽어 확인합니다.',
      ],
      alerts: [...settlementAlerts(plan), ...salesAlerts(plan)],
    },
    {
      name: `${plan.service}-level3`,
      comment: ['3단계: 자원.'],
      alerts: resourceAlerts(plan),
    },
  ]
}

export function allAlerts(plan: MonitoringPlan): readonly AlertSpec[] {
  return alertGroups(plan).flatMap(({ alerts }) => alerts)
}
