-- The 20 customers who spent most on garden products in the second year (days 365 to 729).
-- Written as one reads the question: every number of every customer by a subquery of its own.

WITH spent AS (
  SELECT c.id AS customer, c.name AS name, c.city AS city,
         (SELECT sum(l.quantity * p.price)
            FROM orders o, lines l, products p
           WHERE o.customer = c.id AND l.order_id = o.id AND p.id = l.product
             AND likelihood(o.status = 'paid', 0.5)  -- tunable: how often it holds
             AND likelihood(o.day >= 365, 0.5)  -- tunable
             AND likelihood(p.category = 'garden', 0.5)  -- tunable
         ) AS revenue
    FROM customers c
),
leaders AS MATERIALIZED (
  SELECT * FROM spent WHERE revenue > 0 ORDER BY revenue DESC, customer
   LIMIT 60  -- tunable: 20 are shown
)
SELECT s.customer, s.name, s.revenue,
       (SELECT count(DISTINCT o.id)
          FROM orders o, lines l, products p
         WHERE o.customer = s.customer AND l.order_id = o.id AND p.id = l.product
           AND o.status = 'paid' AND o.day >= 365 AND p.category = 'garden') AS orders,
       (SELECT coalesce(sum(l.quantity * p.price), 0)
          FROM orders o, lines l, products p
         WHERE o.customer = s.customer AND l.order_id = o.id AND p.id = l.product
           AND o.status = 'paid' AND o.day < 365 AND p.category = 'garden') AS earlier,
       (SELECT min(o.day) FROM orders o WHERE o.customer = s.customer AND o.status = 'paid')
         AS first_day,
       (SELECT 1 + count(*) FROM spent t WHERE t.city = s.city AND t.revenue > s.revenue)
         AS city_rank
  FROM leaders s
 ORDER BY s.revenue DESC, s.customer
 LIMIT 20;
