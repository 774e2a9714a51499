/** The systemd unit of a watch, sandboxed and with a watchdog, and the cron line for one round. */

export interface WatchUnit {
  readonly kind: 'WatchUnit'
  /** Program and arguments that start mts. */
  readonly program: readonly string[]
  readonly user: string
  readonly url: string
  readonly journal: string
  readonly configFile?: string
  readonly profile?: string
  /** How long without a round until systemd starts it anew, s. */
  readonly watchdogSeconds: number
}

export function renderWatchUnit(unit: WatchUnit): string {
  const words = [...unit.program, 'watch', '-o', 'json', ...wordsOf(unit)]
  const once = [...unit.program, 'watch', '--once', '-q', ...wordsOf(unit)]
  const state = unit.journal.replace(/\/[^/]*$/, '') || '/'
  return `# mts watch --print-unit
# 설치: sudo tee /etc/systemd/system/mts-watch.service, 이어서
#   sudo systemctl daemon-reload && sudo systemctl enable --now mts-watch
# 비밀값은 /etc/mts/watch.env(root, 0600)에 두세요: MTS_SLACK_WEBHOOK_URL=...
#
# cron으로 한 회차씩 실행하려면 이 유닛 대신 아래 한 줄을 쓰세요:
# * * * * * ${once.map((word) => cronWord(word)).join(' ')} >/dev/null

[Unit]
Description=mts watch
Documentation=man:systemd.service(5)
Wants=network-online.target
After=network-online.target
# 디스크가 가득 차도, 설정이 틀려도 포기하지 않습니다
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
ExecStart=${words.map((word) => unitWord(word)).join(' ')}
User=${unit.user}
Environment=${unitWord(`MTS_JOURNAL=${unit.journal}`)}
EnvironmentFile=-/etc/mts/watch.env
WatchdogSec=${unit.watchdogSeconds}
Restart=always
RestartSec=15
RestartPreventExitStatus=64
SuccessExitStatus=130
TimeoutStopSec=10
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=${unitWord(state)}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
`
}

function wordsOf({ url, configFile, profile }: WatchUnit): string[] {
  return [
    '--url',
    url,
    ...(configFile === undefined ? [] : ['--config', configFile]),
    ...(profile === undefined ? [] : ['--profile', profile]),
  ]
}

/** `%` and `$` mean something in a unit; quotes keep spaces together. */
function unitWord(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w%$@+=:,./-]+$/.test(escaped)
    ? escaped
    : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** In a crontab `%` ends the command. */
function cronWord(word: string): string {
  const quoted = /^[\w@+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
  return quoted.replaceAll('%', '\\%')
}
