/** The guide's own monitoring, section 3, 6 and 7, with no more changed than Prometheus and Alertmanager insist on. */
export const GUIDE_RULES = `
groups:
  - name: mini-today-sales-critical
    rules:
      - alert: ServiceDown
        expr: up{job="mini-today-sales"} == 0
        for: 1m
        labels: { severity: critical }
        annotations:
          summary: "Mini Today Sales 서비스 다운"
          description: "{{ $labels.instance }}에서 서비스가 응답하지 않습니다"
          runbook_url: "https://wiki.company.com/runbooks/service-down"
      - alert: HighSettlementFailureRate
        expr: rate(settlement_result_total{result="failure"}[5m]) > 0.05
        for: 2m
        labels: { severity: critical }
        annotations:
          summary: "정산 실패율 높음"
          description: "정산 실패율이 5%를 초과했습니다"
      - alert: DatabaseConnectionFailed
        expr: customDatabase == 0
        labels: { severity: critical }
      - alert: NoSalesDetected
        expr: rate(sales_created_total[1h]) == 0
        for: 10m
        labels: { severity: warning }
        annotations:
          summary: "매출 발생 없음"
          description: "지난 1시간 동안 매출이 발생하지 않았습니다"
  - name: mini-today-sales-warning
    rules:
      - alert: HighResponseTime
        expr: histogram_quantile(0.95, rate(http_server_requests_seconds_bucket[5m])) > 3
        for: 5m
        labels: { severity: warning }
        annotations:
          summary: "API 응답시간 지연"
          description: "95% 응답시간이 3초를 초과했습니다"
      - alert: HighJVMMemoryUsage
        expr: jvm_memory_used_bytes{area="heap"} / jvm_memory_max_bytes{area="heap"} > 0.8
        for: 5m
        labels: { severity: warning }
        annotations:
          summary: "JVM 힙 메모리 사용률 높음"
          description: "힙 메모리 사용률이 80%를 초과했습니다"
  - name: mini-today-sales-dashboards
    rules:
      - record: guide:sales_amount_daily
        expr: increase(sales_amount_total[1d])
      - record: guide:settlement_success_percent
        expr: rate(settlement_result_total{result="success"}[5m]) / rate(settlement_result_total[5m]) * 100
      - record: guide:redis_connections
        expr: redis_connected_clients
      - record: guide:database_connections
        expr: hikaricp_connections_active
`

export const GUIDE_ALERTMANAGER = `
route:
  group_by: ['alertname']
  group_wait: 10s
  group_interval: 10s
  repeat_interval: 1h
  receiver: 'web.hook'
  routes:
    - match: { severity: none }
      receiver: 'web.hook'
receivers:
  - name: 'web.hook'
    slack_configs:
      - api_url: 'http://127.0.0.1:1/YOUR_SLACK_WEBHOOK_URL'
        channel: '#alerts'
        title: 'Mini Today Sales Alert'
        text: '{{ range .Alerts }}{{ .Annotations.description }}{{ end }}'
  - name: 'pagerduty'
    pagerduty_configs:
      - service_key: 'YOUR_PAGERDUTY_KEY'
        description: '{{ .GroupLabels.alertname }}'
inhibit_rules:
  - source_match: { alertname: HighResponseTime }
    target_match: { alertname: ServiceDown }
    equal: ['instance']
`
