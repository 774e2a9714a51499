/** Settings of `mts health --fleet`: where its instances are named. */
import { PATH, WORDS, key } from './key.ts'
import * as shapes from './shapes.ts'

export const FLEET_KEYS = {
  fleetInstances: key({
    path: 'fleet.instances',
    schema: shapes.fleetInstances,
    expected: {
      ko: '주소, 또는 {name, url, stores} 목록',
      en: 'a list of addresses or of {name, url, stores}',
    },
    about: {
      ko: 'mts health --fleet이 확인할 인스턴스',
      en: 'instances for mts health --fleet',
    },
  }),
  fleetFile: key({
    path: 'fleet.file',
    variable: 'MTS_FLEET_FILE',
    pathlike: true,
    schema: shapes.nonEmpty,
    expected: PATH,
    about: {
      ko: '인스턴스 목록 파일(Prometheus file_sd 형식, JSON 또는 YAML)',
      en: 'a file of instances as Prometheus has them (file_sd, JSON or YAML)',
    },
  }),
  fleetJob: key({
    path: 'fleet.job',
    schema: shapes.nonEmpty,
    expected: WORDS,
    about: {
      ko: 'Prometheus의 대상을 확인할 job 이름',
      en: "the job whose targets in Prometheus are the fleet's",
    },
  }),
} as const
