-- One row per order, its lines as an array of products in the shape of Customer.io's "Order Completed".
SELECT
  order_id,
  min(customer_id) AS customer_id,
  CAST(min(ordered_on) AS TIMESTAMP) AS ordered_at,
  min(shipped_on) AS shipped_on,
  min(ship_mode) AS ship_mode,
  CAST(sum(CAST(sales AS DECIMAL(18, 4))) AS DECIMAL(18, 2)) AS total,
  array_sort(
    collect_list(
      named_struct(
        'product_id', product_id,
        'name', product_name,
        'category', category,
        'price', CAST(sales / quantity AS DECIMAL(18, 2)),
        'quantity', quantity
      )
    )
  ) AS products
FROM ${catalog}.${schema}.order_lines
GROUP BY order_id
