-- Reference query: one pass over the lines, and one small index that pays within this one query.
-- CROSS JOIN keeps SQLite from changing the order of the tables: few lines are of garden products,
-- which the primary key of products tells, and only for those the order is looked up.
-- The index holds paid orders alone, by customer, with the first day first. An index on the lines
-- would cost more to make than it saves.

SELECT 1;

WITH spent AS MATERIALIZED (
  SELECT o.customer AS customer,
         sum(l.quantity * p.price) FILTER (WHERE o.day >= 365) AS revenue,
         count(DISTINCT CASE WHEN o.day >= 365 THEN o.id END) AS orders,
         coalesce(sum(l.quantity * p.price) FILTER (WHERE o.day < 365), 0) AS earlier
    FROM lines l
         CROSS JOIN products p ON p.id = l.product
         CROSS JOIN orders o ON o.id = l.order_id
   WHERE p.category = 'garden' AND o.status = 'paid'
   GROUP BY o.customer
  HAVING revenue > 0
),
named AS MATERIALIZED (
  SELECT s.*, c.name AS name, c.city AS city FROM spent s CROSS JOIN customers c ON c.id = s.customer
),
leaders AS MATERIALIZED (
  SELECT * FROM named ORDER BY revenue DESC, customer LIMIT 20
)
SELECT l.customer, l.name, l.revenue, l.orders, l.earlier,
       (SELECT min(o.day) FROM orders o WHERE o.customer = l.customer AND o.status = 'paid')
         AS first_day,
       (SELECT 1 + count(*) FROM named n WHERE n.city = l.city AND n.revenue > l.revenue)
         AS city_rank
  FROM leaders l
 ORDER BY l.revenue DESC, l.customer;
