/** A read that gave no value, as the error a fetching command ends with. */
import { MtsError } from '../core/errors.ts'
import { EXIT } from '../core/exit-code.ts'
import type { ExitCode } from '../core/exit-code.ts'
import type { Failure, FailureKind } from '../core/read.ts'
import { text } from '../core/text.ts'

const ENDINGS: Readonly<
  Record<FailureKind, { readonly code: string; readonly exitCode: ExitCode }>
> = {
  unreachable: { code: 'UNREACHABLE', exitCode: EXIT.unreachable },
  timeout: { code: 'UNREACHABLE', exitCode: EXIT.unreachable },
  cut: { code: 'UNREACHABLE', exitCode: EXIT.unreachable },
  foreign: { code: 'UNREACHABLE', exitCode: EXIT.unreachable },
  unauthorized: { code: 'UNAUTHORIZED', exitCode: EXIT.unknown },
  service_error: { code: 'SERVICE_ERROR', exitCode: EXIT.unknown },
  unreadable: { code: 'UNREADABLE', exitCode: EXIT.unknown },
  aborted: { code: 'INTERRUPTED', exitCode: EXIT.interrupted },
}

/** 69 where no answer of the service came; 3 where the service answered, but not what was asked. */
export function fetchError(failure: Failure): MtsError {
  const { code, exitCode } = ENDINGS[failure.kind]
  const next =
    failure.kind === 'unauthorized'
      ? [
          text('인증 설정 확인: MTS_TOKEN, MTS_HEADERS', 'check MTS_TOKEN, MTS_HEADERS'),
          'mts config show token',
        ]
      : failure.kind === 'service_error' || failure.kind === 'unreadable'
        ? ['mts health']
        : [
            text('주소 확인: mts config show url', 'check the address: mts config show url'),
            text(
              '서비스 중단이면: mts playbook service-down',
              'if it is down: mts playbook service-down',
            ),
          ]
  return new MtsError({ code, exitCode, message: failure.message, next })
}
