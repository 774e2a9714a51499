/** What is known of one component, from the whole health and from its own path. */
import type { ComponentHealth, ComponentStatus } from '../core/service.ts'
import { text, type Text } from '../core/text.ts'
import { worstStatus, type Status } from '../core/verdict.ts'
import type { ComponentName, ComponentObservations } from './observations.ts'
import { failureWords, noAnswer } from './words.ts'

export type Component =
  | { readonly kind: 'reported'; readonly health: ComponentHealth; readonly latencyMs?: number }
  /** No answer within its deadline. */
  | { readonly kind: 'hangs'; readonly afterMs: number }
  /** The service answered and did not name it; `hidden`: it names none at all. */
  | { readonly kind: 'not_reported'; readonly hidden: boolean }
  | { readonly kind: 'unknown'; readonly reason: Text }

const STATUS_OF: Readonly<Record<ComponentStatus, Status>> = {
  UP: 'ok',
  DOWN: 'critical',
  OUT_OF_SERVICE: 'critical',
  UNKNOWN: 'unknown',
}

export function statusOf(component: ComponentStatus): Status {
  return STATUS_OF[component]
}

export function componentOf(seen: ComponentObservations, name: ComponentName): Component {
  const own = seen.own[name]
  if (own?.kind === 'unknown' && own.failure.kind === 'timeout') {
    return { kind: 'hangs', afterMs: own.latencyMs }
  }
  const { whole } = seen
  const named = whole.kind === 'ok' ? whole.value.components[name] : undefined
  if (own?.kind === 'ok') {
    const health = named === undefined ? own.value : worseOf(own.value, named)
    return { kind: 'reported', health, latencyMs: own.meta.latencyMs }
  }
  if (named !== undefined) return { kind: 'reported', health: named }
  if (whole.kind === 'ok') {
    return { kind: 'not_reported', hidden: Object.keys(whole.value.components).length === 0 }
  }
  if (own?.kind === 'absent') return { kind: 'not_reported', hidden: false }
  return { kind: 'unknown', reason: failureWords(own ?? whole) }
}

function worseOf(own: ComponentHealth, named: ComponentHealth): ComponentHealth {
  const worse =
    worstStatus([statusOf(own.status), statusOf(named.status)]) === statusOf(own.status)
      ? own
      : named
  return { status: worse.status, details: { ...named.details, ...own.details, ...worse.details } }
}

export const SHOW_DETAILS = text(
  '서비스가 상태를 숨김: management.endpoint.health.show-details=always 필요',
  'the service hides it: set management.endpoint.health.show-details=always',
)

export interface ComponentVerdict {
  readonly status: Status
  /** Null when it is UP. */
  readonly reason: Text | null
  /** `UP`, `DOWN`, …; words for a component that said nothing. */
  readonly observed: string | Text
}

/** The reason does not name the component unless that is the point. */
export function judgeComponent(name: ComponentName, component: Component): ComponentVerdict {
  switch (component.kind) {
    case 'reported': {
      const { status, details } = component.health
      if (status === 'UP') return { status: 'ok', reason: null, observed: status }
      const error = typeof details['error'] === 'string' ? ` · ${shortError(details['error'])}` : ''
      return {
        status: statusOf(status),
        reason: text(`${status}${error}`, `${status}${error}`),
        observed: status,
      }
    }
    case 'hangs':
      return {
        status: 'critical',
        reason: noAnswer(component.afterMs),
        observed: text('응답 없음', 'no answer'),
      }
    case 'not_reported':
      return {
        status: 'unknown',
        reason: component.hidden
          ? SHOW_DETAILS
          : text(`서비스가 ${name} 상태를 알리지 않음`, `the service does not report ${name}`),
        observed: text('보고 없음', 'not reported'),
      }
    case 'unknown':
      return {
        status: 'unknown',
        reason: component.reason,
        observed: text('확인 불가', 'not known'),
      }
  }
}

/** `AmqpConnectException: ConnectException: Connection refused`: without packages and nested repeats. */
function shortError(error: string): string {
  const [outer = ''] = error.split('; nested exception is ')
  const short = outer.replace(/\b(?:[a-z_][\w$]*\.)+(?=[A-Z])/g, '')
  return short.length > 90 ? `${short.slice(0, 89)}…` : short
}
