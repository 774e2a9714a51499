/** Level 3: heap, processor, disk. */
import { INSTANCE, testSeries } from './alert-parts.ts'
import { MINUTE_MS } from './durations.ts'
import type { MonitoringPlan } from './plan.ts'
import type { AlertSpec } from './rule.ts'

const MIB = 1024 * 1024

export function resourceAlerts(plan: MonitoringPlan): readonly AlertSpec[] {
  return [highHeap(plan), highCpu(plan), highDisk(plan)]
}

function highHeap(plan: MonitoringPlan): AlertSpec {
  const percent = plan.thresholds.heapPercent
  const heap = (used: number) => [
    testSeries(plan, 'jvm_memory_used_bytes', `${used * MIB}x20`, {
      area: 'heap',
      id: 'G1 Old Gen',
    }),
    testSeries(plan, 'jvm_memory_used_bytes', `${24 * MIB}x20`, {
      area: 'heap',
      id: 'G1 Eden Space',
    }),
    testSeries(plan, 'jvm_memory_max_bytes', `${512 * MIB}x20`, { area: 'heap', id: 'G1 Old Gen' }),
    testSeries(plan, 'jvm_memory_max_bytes', '-1x20', { area: 'heap', id: 'G1 Eden Space' }),
  ]
  return {
    alert: 'HighJVMMemoryUsage',
    expression: `instance:jvm_heap:ratio{job="${plan.job}"} > ${percent / 100}`,
    forMs: 5 * MINUTE_MS,
    severity: 'warning',
    summary: `JVM 힙 ${percent}% 초과`,
    describe: ({ instance, value }) => `${instance}의 힙 사용률이 ${value}입니다(5분 이상)`,
    valueTemplate: '{{ $value | humanizePercentage }}',
    playbook: 'latency',
    comment: ['풀별로 나누면 최대값 -1인 풀에서 음수가 됩니다. 인스턴스별 합으로 봅니다.'],
    tests: [
      {
        title: '힙이 가득 차면 발생',
        intervalMs: MINUTE_MS,
        series: heap(488),
        atMs: 10 * MINUTE_MS,
        fires: [{ labels: { job: plan.job, instance: INSTANCE }, value: '100%' }],
      },
      {
        title: '여유가 있으면 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: heap(100),
        atMs: 10 * MINUTE_MS,
        fires: [],
      },
    ],
  }
}

function highCpu(plan: MonitoringPlan): AlertSpec {
  const percent = plan.thresholds.cpuPercent
  return {
    alert: 'HighCpuUsage',
    expression: `system_cpu_usage{job="${plan.job}"} > ${percent / 100}`,
    forMs: plan.thresholds.cpuForMs,
    severity: 'warning',
    summary: `CPU ${percent}% 초과 지속`,
    describe: ({ instance, value }) => `${instance}의 CPU 사용률이 ${value}입니다`,
    valueTemplate: '{{ $value | humanizePercentage }}',
    playbook: 'latency',
    comment: ['서버 전체의 사용률입니다. 이 프로세스의 몫은 process_cpu_usage.'],
    tests: [
      {
        title: '높은 채로 이어지면 발생',
        intervalMs: MINUTE_MS,
        series: [testSeries(plan, 'system_cpu_usage', '0.1x4 1x60')],
        atMs: plan.thresholds.cpuForMs + 10 * MINUTE_MS,
        fires: [{ labels: { job: plan.job, instance: INSTANCE }, value: '100%' }],
      },
      {
        title: '기준 이하면 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: [testSeries(plan, 'system_cpu_usage', '0.01x60')],
        atMs: plan.thresholds.cpuForMs + 10 * MINUTE_MS,
        fires: [],
      },
    ],
  }
}

function highDisk(plan: MonitoringPlan): AlertSpec {
  const percent = plan.thresholds.diskPercent
  const path = { path: '/app/.' }
  const disk = (free: number) => [
    testSeries(plan, 'disk_free_bytes', `${free}x20`, path),
    testSeries(plan, 'disk_total_bytes', '1000x20', path),
  ]
  return {
    alert: 'HighDiskUsage',
    expression: `instance:disk_used:ratio{job="${plan.job}"} > ${percent / 100}`,
    forMs: 5 * MINUTE_MS,
    severity: 'warning',
    summary: `디스크 ${percent}% 초과`,
    describe: ({ instance, value }) => `${instance}의 디스크 사용률이 ${value}입니다`,
    valueTemplate: '{{ $value | humanizePercentage }}',
    playbook: 'latency',
    comment: [],
    tests: [
      {
        title: '디스크가 가득 차면 발생',
        intervalMs: MINUTE_MS,
        series: disk(0),
        atMs: 10 * MINUTE_MS,
        fires: [{ labels: { job: plan.job, instance: INSTANCE, ...path }, value: '100%' }],
      },
      {
        title: '여유가 있으면 발생하지 않음',
        intervalMs: MINUTE_MS,
        series: disk(900),
        atMs: 10 * MINUTE_MS,
        fires: [],
      },
    ],
  }
}
