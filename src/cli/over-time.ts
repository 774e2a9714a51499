/** Prometheus for questions over time: opened for them, let go after them, never loaded without one. */
import type { Clock } from '../core/clock.ts'
import type { WithOverTime } from '../core/over-time.ts'
import type { Settings } from '../core/settings.ts'

export function overTimeOf(
  { url, prometheusUrl, prometheusHeaders, caFile }: Settings,
  clock: Clock,
): { readonly withOverTime?: WithOverTime } {
  if (prometheusUrl === undefined) return {}
  return {
    withOverTime: async (work) => {
      const [{ createPrometheusClient }, { createOverTime }] = await Promise.all([
        import('../telemetry/prometheus.ts'),
        import('../telemetry/over-time.ts'),
      ])
      const client = await createPrometheusClient(
        {
          url: prometheusUrl,
          headers: prometheusHeaders ?? {},
          ...(caFile === undefined ? {} : { caFile }),
        },
        clock,
      )
      try {
        return await work(createOverTime(client, url, clock))
      } finally {
        await client.close()
      }
    },
  }
}
