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

/** Tests of the sync over that table; their rows are what the project's demo runs over. */
export const sampleTests = `tests:
  - name: a customer
    given:
      - customer_id: C-1001
        email: ada@example.com
        first_name: Ada
        plan: pro
        orders: 3
        lifetime_value: 149.5
        created_at: 2026-01-31T09:30:00Z
    expect:
      - type: identify
        userId: C-1001
        traits: { email: ada@example.com, first_name: Ada, orders: 3, created_at: 1769851800 }
  - name: a column left out is NULL, and NULL is not sent
    given:
      - { customer_id: C-1002, email: ben@example.com, plan: free }
      - { customer_id: C-1003 }
    expect:
      - { type: identify, userId: C-1002, traits: { plan: free } }
      - { type: identify, userId: C-1003 }`
