/** The columns of the table that a project starts with when nobody names one, by their SQL types. */
export const sampleColumns: Readonly<Record<string, string>> = {
  customer_id: 'STRING',
  email: 'STRING',
  first_name: 'STRING',
  plan: 'STRING',
  orders: 'BIGINT',
  lifetime_value: 'DECIMAL(12,2)',
  created_at: 'TIMESTAMP',
}
