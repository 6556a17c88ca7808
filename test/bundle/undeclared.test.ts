import { expect, it } from '@jest/globals'
import { undeclaredVariables } from '../../src/bundle/undeclared.ts'

it('names each variable that no file declares, once, and none that one does', () => {
  const files = new Map([
    ['databricks.yml', 'variables: { warehouse_id: {} }\nsee: ${var.warehouse_id} ${var.notify}'],
    ['resources/own.yml', 'variables: { mine: {} }\nresources: { jobs: ["${var.mine}"] }'],
    ['variables.yml', 'variables: { control_schema: {} }'],
    ['board.lvdash.json', '{ "schema": "${var.control_schema}", "who": "${var.notify}" }'],
    ['alert.yml', 'who: ${var.notify_alerts[0].user_email}'],
  ])
  expect(undeclaredVariables(files)).toEqual(['notify', 'notify_alerts'])
})

it('leaves a file that is no YAML to the Databricks CLI', () => {
  const files = new Map([['databricks.yml', 'variables: { a: {} }\n\tb: ${var.a']])
  expect(undeclaredVariables(files)).toEqual(['a'])
})
